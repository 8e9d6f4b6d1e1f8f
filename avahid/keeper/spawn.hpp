// avahid/keeper/spawn.hpp: how the keeper comes into being, and how its end is waited for.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>

#include "avahid/keeper/descriptor.hpp"
#include "avahid/keeper/keeper.hpp"

namespace avahid::keeper {

struct Keeper {
    pid_t pid = -1;
    Descriptor socket;  // ours: for KeeperClient; closing it ends the keeper
};

/// Forks the keeper. To be called before any thread exists and before privileges are dropped.
/// \return EPERM without CAP_NET_RAW and CAP_NET_ADMIN
boost::system::result<Keeper> spawn_keeper(const KeeperConfig& config);

/// Closes the socket, if it still is open, and waits until the keeper has taken everything back.
void end_keeper(Keeper& keeper);

}  // namespace avahid::keeper
