// avahid/keeper/interface.hpp: on which interfaces the keeper does anything at all.
#pragma once

#include <string>
#include <vector>

namespace avahid::keeper {

struct InterfaceRules {
    std::vector<std::string> allow;  // globs; empty: all
    std::vector<std::string> deny;   // globs; stronger than allow
};

/// 0, or why not, as an errno value: ENODEV, EOPNOTSUPP (no Ethernet, no ARP), EPERM (the rules).
int check_interface(int ifindex, const InterfaceRules& rules);

/// Does any of the globs match?
bool matches_any(const std::vector<std::string>& globs, const std::string& name);

}  // namespace avahid::keeper
