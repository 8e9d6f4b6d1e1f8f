// avahid/ops/identity.hpp: which user the daemon becomes.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

namespace avahid::ops {

struct Identity {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    bool is_fallback = false;  // user 'avahid' does not exist: the caller warns
};

/// \param user  empty: 'avahid', where sysusers has made it, else 'nobody'
/// \return not_found when there is no such user
boost::system::result<Identity> find_identity(const std::string& user);

}  // namespace avahid::ops
