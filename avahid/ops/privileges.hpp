// avahid/ops/privileges.hpp: gives up root for good (PRODUCT: the process that reads the network
// has no capability at all). Call it before the first byte from outside is read, with one thread
// running.
#pragma once

#include <boost/system/error_code.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "avahid/ops/identity.hpp"

namespace avahid::ops {

struct Failure {
    std::string_view step;  // "setresuid"
    boost::system::error_code why;
};

/// Whether drop_privileges() will end as this user. Root in a container may lack CAP_SETUID or
/// CAP_SETGID; it then stays root, without any capability. Ask before dropping.
bool can_become(const Identity& identity);

/// Becomes the user (when root, and able to), empties the effective, permitted, inheritable,
/// bounding and ambient capability sets, forbids new privileges, and checks that all of it holds.
/// The bounding set needs CAP_SETPCAP to shrink: without it, it stays, and no-new-privileges makes
/// it worthless. \return what failed: the process is then in between and must end
std::optional<Failure> drop_privileges(const Identity& identity);

}  // namespace avahid::ops
