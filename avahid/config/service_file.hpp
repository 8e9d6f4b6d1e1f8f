// avahid/config/service_file.hpp: static services in Avahi's XML format, avahi.service(5), and
// three tags more inside <service>: <interface>, <priority>, <weight>, which may be attributes of
// it as well. Values only; publishing them is dnssd's business, folders are service_folder.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

enum class Protocol { any, ipv4, ipv6 };

struct StaticService {
    std::string type;                   // "_http._tcp"
    std::vector<std::string> subtypes;  // whole, as Avahi writes them: "_printer._sub._http._tcp"
    Protocol protocol = Protocol::any;
    std::string interface;  // empty: all
    std::string domain;     // empty: the daemon's
    std::string host;       // fully qualified; empty: this host
    std::uint16_t port = 0;
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::vector<std::string> txt;  // raw strings of 1 to 255 bytes, in the file's order
    bool operator==(const StaticService&) const = default;
};

/// Services that share one instance name.
struct ServiceGroup {
    std::string name;
    bool replace_wildcards = false;  // %h in the name stands for the host name
    std::vector<StaticService> services;
    bool operator==(const ServiceGroup&) const = default;
};

/// The instance name to publish: %h replaced, cut to 63 bytes between characters.
std::string instance_name(const ServiceGroup& group, std::string_view host_label);

struct ParsedServiceFile {
    std::optional<ServiceGroup> group;  // empty when any diagnostic is an error
    std::vector<Diagnostic> diagnostics;
};

/// \param file  its name, for the diagnostics
ParsedServiceFile parse_service_file(std::string_view text, std::string_view file);

}  // namespace avahid::config
