// tools/avahictl/doctor/nft_rules.hpp: `nft -j list ruleset` (libnftables-json(5)), judged for a
// packet.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/avahictl/doctor/firewall.hpp"

namespace avahictl::doctor {

/// What is not understood may match.
std::vector<Table> nft_tables(const nlohmann::json& ruleset, const Flow& flow);

}  // namespace avahictl::doctor
