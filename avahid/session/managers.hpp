// avahid/session/managers.hpp: who may change the machine (host name, ipv4ll, reload).
#pragma once

#include <sys/types.h>

namespace avahid::session {

/// Root, and members of the group netdev as the user database has it now.
bool is_manager(uid_t uid);

}  // namespace avahid::session
