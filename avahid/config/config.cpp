#include "avahid/config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "avahid/config/ini.hpp"
#include "avahid/config/keys.hpp"
#include "avahid/config/read_file.hpp"
#include "avahid/config/text.hpp"

namespace avahid::config {
namespace {

std::string unknown_section(const std::string& name) {
    const auto close = nearest(name, known_sections());
    if (close.empty()) return fmt::format("unknown section [{}]", name);
    return fmt::format("unknown section [{}]; did you mean [{}]?", name, close);
}

std::string unknown_key(const IniEntry& entry) {
    for (const auto& key : known_keys())
        if (key.name == entry.key)
            return fmt::format("'{}' belongs in section [{}]", key.name, key.section);

    std::vector<std::string_view> names;
    for (const auto& key : known_keys())
        if (key.section == entry.section) names.push_back(key.name);
    const auto close = nearest(entry.key, names);
    const auto what = fmt::format("unknown key {} in [{}]", quote(entry.key), entry.section);
    return close.empty() ? what : fmt::format("{}; did you mean '{}'?", what, close);
}

void apply(const IniEntry& entry, Config& config, Diagnostics& diagnostics) {
    const Key* key = find_key(entry.section, entry.key);
    if (!key) return diagnostics.error(entry.line, unknown_key(entry));
    // Into a copy, so that half a value never stays.
    Config changed = config;
    if (const auto problem = key->set(changed, entry.value))
        return diagnostics.error(entry.line,
                                 fmt::format("{}: {} {}", key->name, quote(entry.value), *problem));
    config = std::move(changed);
    if (key->asks_for_missing && key->asks_for_missing(config))
        diagnostics.note(entry.line,
                         fmt::format("{}={} is not supported yet", key->name, entry.value));
}

}  // namespace

Ipv4llPolicy Ipv4ll::policy_of(const std::string& interface) const {
    if (matches_any(off_interfaces, interface)) return Ipv4llPolicy::off;
    if (matches_any(always_interfaces, interface)) return Ipv4llPolicy::always;
    if (matches_any(fallback_interfaces, interface)) return Ipv4llPolicy::fallback;
    if (policy == Ipv4llPolicy::fallback && matches_any(deny_interfaces, interface))
        return Ipv4llPolicy::off;
    return policy;
}

bool Config::serves(const std::string& interface) const {
    if (matches_any(server.deny_interfaces, interface)) return false;
    return server.allow_interfaces.empty() || matches_any(server.allow_interfaces, interface);
}

bool Config::publishes_on(const std::string& interface) const {
    return !publish.disable_publishing && matches_any(publish.trust, interface);
}

LoadedConfig parse_config(std::string_view text, std::string_view file) {
    auto ini = parse_ini(text, file);
    LoadedConfig loaded;
    loaded.diagnostics = std::move(ini.diagnostics);

    Diagnostics diagnostics{file};
    for (const auto& section : ini.sections)
        if (!is_known_section(section.name))
            diagnostics.error(section.line, unknown_section(section.name));
    for (const auto& entry : ini.entries) {
        if (diagnostics.full()) break;  // a file of rubbish: finding nearest keys takes long
        if (is_known_section(entry.section)) apply(entry, loaded.config, diagnostics);
    }

    for (auto& diagnostic : diagnostics.take()) loaded.diagnostics.push_back(std::move(diagnostic));
    std::ranges::stable_sort(loaded.diagnostics, {}, &Diagnostic::line);
    return loaded;
}

LoadedConfig load_config(const std::string& path, Missing missing) {
    const auto text = read_file(path);
    if (text) return parse_config(*text, path);
    LoadedConfig loaded;
    const bool absent = text.error() == boost::system::errc::no_such_file_or_directory;
    if (!absent || missing == Missing::is_an_error)
        loaded.diagnostics.push_back(
            {Severity::error, path, 0, "cannot be read: " + text.error().message()});
    return loaded;
}

}  // namespace avahid::config
