// avahid/config/keys.hpp: every key of avahid.conf, once: its section, its name, the field it sets
// and whether the daemon can do it yet. To add a key: a field in config.hpp, a line in keys.cpp,
// and its description in avahid.conf and avahid.conf(5).
#pragma once

#include <span>
#include <string_view>

#include "avahid/config/config.hpp"
#include "avahid/config/values.hpp"

namespace avahid::config {

struct Key {
    std::string_view section;
    std::string_view name;
    /// Where it returns a problem, the configuration may be half changed.
    Problem (*set)(Config& config, std::string_view text);
    /// Whether the configuration, this key just set, wants what we cannot do; null: all is done.
    bool (*asks_for_missing)(const Config& config) = nullptr;
};

std::span<const Key> known_keys();
std::span<const std::string_view> known_sections();
/// Null when there is no such key.
const Key* find_key(std::string_view section, std::string_view name);
bool is_known_section(std::string_view section);

}  // namespace avahid::config
