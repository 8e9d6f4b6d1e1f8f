// tools/avahictl/doctor/iptables_rules.hpp: `iptables-save` and `ip6tables-save`, judged for a
// packet.
#pragma once

#include <string_view>
#include <vector>

#include "tools/avahictl/doctor/firewall.hpp"

namespace avahictl::doctor {

/// What is not understood may match. Tables nat are left out: they drop nothing.
std::vector<Table> iptables_tables(std::string_view saved, const Flow& flow);

}  // namespace avahictl::doctor
