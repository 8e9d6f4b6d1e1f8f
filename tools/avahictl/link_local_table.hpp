// tools/avahictl/link_local_table.hpp: link-local state of interfaces, for status and ipv4ll.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace avahictl {

/// \param states  []LinkLocal
std::string link_local_table(const nlohmann::json& states, bool colour);
/// "0.4 s", "3 min", "2 h 5 min", "4 d 1 h"
std::string duration_text(double seconds);

}  // namespace avahictl
