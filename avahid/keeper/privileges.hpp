// avahid/keeper/privileges.hpp: what the keeper keeps, and what it cannot get back.
#pragma once

#include <sys/types.h>

#include <optional>

namespace avahid::keeper {

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

/// Can this process become a keeper: has it CAP_NET_RAW and CAP_NET_ADMIN?
bool may_become_keeper();

/// Leaves CAP_NET_RAW and CAP_NET_ADMIN, permitted and effective, and nothing else; changes to the
/// identity, if there is one (without one, user 0 still owns root's files). Not to be undone.
/// \return false if any of it failed: do not go on
bool keep_network_capabilities(const std::optional<Identity>& identity);

}  // namespace avahid::keeper
