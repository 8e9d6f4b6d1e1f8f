#include "avahid/config/keys.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace avahid::config {
namespace {

/// How much of a key the daemon cannot do yet. Whoever adds the feature deletes the word.
enum class Later {
    nothing,   // all is done
    when_on,   // anything but no, zero or empty
    when_set,  // anything but the default
};

/// The part of Config a section sets: server, publish, …
template <auto Section, auto Field>
constexpr auto& field(auto& config) {
    return config.*Section.*Field;
}

template <auto Section, auto Field, auto Parse>
Problem set(Config& config, std::string_view text) {
    return Parse(text, field<Section, Field>(config));
}

template <auto Section, auto Field>
bool is_on(const Config& config) {
    const auto& value = field<Section, Field>(config);
    return value != std::remove_cvref_t<decltype(value)>{};
}

template <auto Section, auto Field>
bool is_set(const Config& config) {
    const Config defaults;
    return field<Section, Field>(config) != field<Section, Field>(defaults);
}

template <auto Section, auto Field, auto Parse>
constexpr Key key(std::string_view section, std::string_view name, Later later) {
    return {section, name, &set<Section, Field, Parse>,
            later == Later::when_on    ? &is_on<Section, Field>
            : later == Later::when_set ? &is_set<Section, Field>
                                       : nullptr};
}

template <auto Field, auto Parse>
constexpr Key server(std::string_view name, Later later = Later::nothing) {
    return key<&Config::server, Field, Parse>("server", name, later);
}
template <auto Field, auto Parse>
constexpr Key wide_area(std::string_view name, Later later = Later::nothing) {
    return key<&Config::wide_area, Field, Parse>("wide-area", name, later);
}
template <auto Field, auto Parse>
constexpr Key publish(std::string_view name, Later later = Later::nothing) {
    return key<&Config::publish, Field, Parse>("publish", name, later);
}
template <auto Field, auto Parse>
constexpr Key reflector(std::string_view name, Later later = Later::nothing) {
    return key<&Config::reflector, Field, Parse>("reflector", name, later);
}
template <auto Field, auto Parse>
constexpr Key ipv4ll(std::string_view name) {
    return key<&Config::ipv4ll, Field, Parse>("ipv4ll", name, Later::nothing);
}
template <auto Field, auto Parse>
constexpr Key control(std::string_view name) {
    return key<&Config::control, Field, Parse>("control", name, Later::nothing);
}

template <int Resource>
Problem set_limit(Config& config, std::string_view text) {
    std::erase_if(config.limits, [](const ResourceLimit& l) { return l.resource == Resource; });
    if (text.empty()) return {};  // Avahi's own file shows 'rlimit-as=' for 'not set'
    ResourceLimit limit{.resource = Resource};
    if (auto problem = parse_limit(text, limit.value)) return problem;
    config.limits.push_back(limit);
    return {};
}
template <int Resource>
constexpr Key rlimit(std::string_view name) {
    return {"rlimits", name, &set_limit<Resource>};
}

constexpr Key keys[] = {
    server<&Server::host_name, parse_host_label>("host-name"),
    server<&Server::host_name_from_machine_id, parse_bool>("host-name-from-machine-id"),
    server<&Server::domain_name, parse_domain>("domain-name", Later::when_set),
    server<&Server::browse_domains, parse_domains>("browse-domains"),
    server<&Server::use_ipv4, parse_bool>("use-ipv4"),
    server<&Server::use_ipv6, parse_bool>("use-ipv6"),
    server<&Server::allow_interfaces, parse_globs>("allow-interfaces"),
    server<&Server::deny_interfaces, parse_globs>("deny-interfaces"),
    server<&Server::check_response_ttl, parse_bool>("check-response-ttl", Later::when_on),
    server<&Server::use_iff_running, parse_bool>("use-iff-running"),
    server<&Server::enable_dbus, parse_dbus>("enable-dbus"),
    server<&Server::disallow_other_stacks, parse_bool>("disallow-other-stacks"),
    server<&Server::allow_point_to_point, parse_bool>("allow-point-to-point"),
    server<&Server::cache_entries_max, parse_set_count>("cache-entries-max", Later::when_on),
    server<&Server::cache_memory_max, parse_cache_memory>("cache-memory-max"),
    server<&Server::clients_max, parse_count>("clients-max"),
    server<&Server::objects_per_client_max, parse_count>("objects-per-client-max"),
    server<&Server::entries_per_entry_group_max, parse_count>("entries-per-entry-group-max"),
    server<&Server::ratelimit_interval, parse_microseconds>("ratelimit-interval-usec"),
    server<&Server::ratelimit_burst, parse_count>("ratelimit-burst"),  // needs the interval

    wide_area<&WideArea::enable, parse_bool>("enable-wide-area", Later::when_on),

    publish<&Publish::disable_publishing, parse_bool>("disable-publishing"),
    publish<&Publish::disable_user_service_publishing, parse_bool>(
        "disable-user-service-publishing"),
    publish<&Publish::add_service_cookie, parse_bool>("add-service-cookie", Later::when_on),
    publish<&Publish::addresses, parse_bool>("publish-addresses"),
    publish<&Publish::hinfo, parse_bool>("publish-hinfo"),
    publish<&Publish::workstation, parse_bool>("publish-workstation"),
    publish<&Publish::domain, parse_bool>("publish-domain"),
    publish<&Publish::dns_servers, parse_addresses>("publish-dns-servers", Later::when_on),
    publish<&Publish::resolv_conf_dns_servers, parse_bool>("publish-resolv-conf-dns-servers",
                                                           Later::when_on),
    publish<&Publish::aaaa_on_ipv4, parse_bool>("publish-aaaa-on-ipv4"),
    publish<&Publish::a_on_ipv6, parse_bool>("publish-a-on-ipv6"),
    publish<&Publish::trust, parse_globs>("trust"),

    reflector<&Reflector::enable, parse_bool>("enable-reflector", Later::when_on),
    reflector<&Reflector::reflect_ipv, parse_bool>("reflect-ipv", Later::when_on),
    reflector<&Reflector::filters, parse_words>("reflect-filters", Later::when_on),

    rlimit<RLIMIT_AS>("rlimit-as"),
    rlimit<RLIMIT_CORE>("rlimit-core"),
    rlimit<RLIMIT_DATA>("rlimit-data"),
    rlimit<RLIMIT_FSIZE>("rlimit-fsize"),
    rlimit<RLIMIT_NOFILE>("rlimit-nofile"),
    rlimit<RLIMIT_STACK>("rlimit-stack"),
    rlimit<RLIMIT_NPROC>("rlimit-nproc"),

    ipv4ll<&Ipv4ll::policy, parse_policy>("policy"),
    ipv4ll<&Ipv4ll::off_interfaces, parse_globs>("off-interfaces"),
    ipv4ll<&Ipv4ll::always_interfaces, parse_globs>("always-interfaces"),
    ipv4ll<&Ipv4ll::fallback_interfaces, parse_globs>("fallback-interfaces"),
    ipv4ll<&Ipv4ll::deny_interfaces, parse_globs>("deny-interfaces"),
    ipv4ll<&Ipv4ll::settle_time, parse_duration>("settle-time"),
    ipv4ll<&Ipv4ll::release_after, parse_duration>("release-after"),
    ipv4ll<&Ipv4ll::default_route, parse_bool>("default-route"),
    ipv4ll<&Ipv4ll::on_link_route, parse_bool>("on-link-route"),
    ipv4ll<&Ipv4ll::probe_scale, parse_probe_scale>("probe-scale"),

    control<&Control::negative_timeout, parse_negative_timeout>("negative-timeout"),
    control<&Control::clients_max_per_uid, parse_count>("clients-max-per-uid"),
    control<&Control::objects_max_per_uid, parse_set_count>("objects-max-per-uid"),
};

constexpr std::string_view sections[] = {"server",  "wide-area", "publish", "reflector",
                                         "rlimits", "ipv4ll",    "control"};

}  // namespace

std::span<const Key> known_keys() { return keys; }
std::span<const std::string_view> known_sections() { return sections; }

const Key* find_key(std::string_view section, std::string_view name) {
    const auto* found = std::ranges::find_if(
        keys, [&](const Key& key) { return key.section == section && key.name == name; });
    return found == std::end(keys) ? nullptr : found;
}

bool is_known_section(std::string_view section) {
    return std::ranges::find(sections, section) != std::end(sections);
}

}  // namespace avahid::config
