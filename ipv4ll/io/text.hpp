// ipv4ll/io/text.hpp: how addresses and states are shown to people.
#pragma once

#include <string>
#include <string_view>

#include "ipv4ll/engine/engine.hpp"
#include "ipv4ll/engine/policy.hpp"

namespace ipv4ll::io {

std::string to_text(const wire::Mac& mac);  // 02:00:00:00:00:01
std::string_view to_text(engine::State state);
std::string_view to_text(engine::Policy policy);
std::string_view to_text(engine::Conflicted::Outcome outcome);  // what we did about it

}  // namespace ipv4ll::io
