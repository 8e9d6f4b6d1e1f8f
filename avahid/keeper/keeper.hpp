// avahid/keeper/keeper.hpp: the privileged process (PRODUCT, "Privileges"). Opens ARP sockets, sets
// 169.254/16 addresses with their routes, and takes everything back when its client is gone, killed
// included. It can do nothing else, and reads nothing from the network.
#pragma once

#include <optional>

#include "avahid/keeper/interface.hpp"
#include "avahid/keeper/privileges.hpp"
#include "avahid/keeper/rules.hpp"

namespace avahid::keeper {

struct KeeperConfig {
    InterfaceRules interfaces;         // everything else is refused with EPERM
    std::optional<Identity> identity;  // the user it runs as; empty: stays as it is
    RulesFile file = {};               // where the client may have the rules read from again
};

/// Serves requests (protocol.hpp) until the other end of the socket is closed; then returns.
void run_keeper(int socket, const KeeperConfig& config);

}  // namespace avahid::keeper
