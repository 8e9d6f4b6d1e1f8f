// avahid/config/config.hpp: everything avahid.conf can say, as values with their defaults.
// The sections and keys of Avahi's avahi-daemon.conf(5), same meaning and defaults unless a comment
// says otherwise, and ours: [ipv4ll], [control], cache-memory-max, trust. keys.cpp maps key names
// to these fields; what the values do is up to the part of the daemon that is given them.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

using Globs = std::vector<std::string>;  // shell patterns of interface names
using Words = std::vector<std::string>;
using Milliseconds = std::chrono::milliseconds;

enum class Dbus { no, yes, warn };

struct Server {
    std::string host_name;  // empty: the kernel's
    bool host_name_from_machine_id = false;
    std::string domain_name = "local";
    Words browse_domains;
    bool use_ipv4 = true;
    bool use_ipv6 = true;
    Globs allow_interfaces;  // empty: all
    Globs deny_interfaces;   // wins over allow_interfaces
    bool check_response_ttl = false;
    bool use_iff_running = true;  // the carrier is always followed, whatever this says
    Dbus enable_dbus = Dbus::yes;
    bool disallow_other_stacks = false;
    bool allow_point_to_point = false;
    std::optional<std::uint32_t> cache_entries_max;        // per link, only when set
    std::size_t cache_memory_max = std::size_t{32} << 20;  // bytes, over all links
    std::uint32_t clients_max = 4096;
    std::uint32_t objects_per_client_max = 1024;
    std::uint32_t entries_per_entry_group_max = 32;
    std::chrono::microseconds ratelimit_interval{0};  // 0: no limit
    std::uint32_t ratelimit_burst = 0;
    bool operator==(const Server&) const = default;
};

struct WideArea {
    bool enable = false;  // Avahi: yes
    bool operator==(const WideArea&) const = default;
};

struct Publish {
    bool disable_publishing = false;
    bool disable_user_service_publishing = false;
    bool add_service_cookie = false;
    bool addresses = true;
    bool hinfo = false;
    bool workstation = false;
    bool domain = true;
    std::vector<boost::asio::ip::address> dns_servers;
    bool resolv_conf_dns_servers = false;
    bool aaaa_on_ipv4 = true;
    bool a_on_ipv6 = true;  // Avahi: no. Addresses belong to the interface (RFC 6762 §20)
    Globs trust{"*"};       // interfaces we publish on; on others we only browse and resolve
    bool operator==(const Publish&) const = default;
};

struct Reflector {
    bool enable = false;
    bool reflect_ipv = false;
    Words filters;
    bool operator==(const Reflector&) const = default;
};

/// When an interface gets a 169.254/16 address.
enum class Ipv4llPolicy {
    off,
    fallback,  // when no routable address has come within settle_time
    always,
};

struct Ipv4ll {
    Ipv4llPolicy policy = Ipv4llPolicy::fallback;
    // These three set the policy of single interfaces; the first list that matches decides.
    Globs off_interfaces;
    Globs always_interfaces;
    Globs fallback_interfaces;
    /// Left alone under `policy=fallback`: other programs give these their addresses.
    Globs deny_interfaces{"docker*", "br-*",     "veth*", "virbr*", "vnet*", "cali*",
                          "cni*",    "flannel*", "tap*",  "tun*",   "wg*"};
    Milliseconds settle_time{5'000};
    Milliseconds release_after{10'000};
    bool default_route = true;   // beside 169.254.0.0/16, while we hold an address
    bool on_link_route = false;  // 169.254.0.0/16 on interfaces that have a routable address
    double probe_scale = 1.0;    // of the RFC 3927 §9 times
    bool operator==(const Ipv4ll&) const = default;

    /// The policy of one interface, all lists taken together.
    Ipv4llPolicy policy_of(const std::string& interface) const;
};

/// The sockets in the runtime folder.
struct Control {
    Milliseconds negative_timeout{1'000};  // a lookup that nobody answers ends after this
    std::uint32_t clients_max_per_uid = 256;
    std::optional<std::uint32_t> objects_max_per_uid;  // unset: of four full clients
    bool operator==(const Control&) const = default;
};

struct ResourceLimit {
    int resource = 0;  // RLIMIT_…
    std::uint64_t value = 0;
    bool operator==(const ResourceLimit&) const = default;
};

struct Config {
    Server server;
    WideArea wide_area;
    Publish publish;
    Reflector reflector;
    Ipv4ll ipv4ll;
    Control control;
    std::vector<ResourceLimit> limits;  // those that were set; each resource once
    bool operator==(const Config&) const = default;

    /// allow-interfaces and deny-interfaces; the kind of link is not looked at here.
    bool serves(const std::string& interface) const;
    /// publish.trust and publish.disable_publishing.
    bool publishes_on(const std::string& interface) const;
};

struct LoadedConfig {
    Config config;  // where a value was bad: its default
    std::vector<Diagnostic> diagnostics;
};

/// \param file  its name, for the diagnostics
LoadedConfig parse_config(std::string_view text, std::string_view file);

enum class Missing { is_fine, is_an_error };
/// A missing file means all defaults; so does an unreadable one, with an error.
LoadedConfig load_config(const std::string& path, Missing missing);

}  // namespace avahid::config
