// tools/avahictl/monitor_view.hpp: a packet as text for people: one line that says from whom or
// why, then a line for each question and record.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace avahictl {

/// \param packet  type Packet
std::string packet_text(const nlohmann::json& packet, bool colour);

}  // namespace avahictl
