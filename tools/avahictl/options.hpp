// tools/avahictl/options.hpp: the command line, as values; one struct a verb.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace avahictl {

/// What all verbs have.
struct Common {
    std::string socket = "/run/avahid/control";
    std::optional<std::chrono::milliseconds> timeout;  // of the whole command
    bool json = false;                                 // one object a line
    bool parsable = false;  // as avahi-browse -p; where there is such a thing
    bool colour = false;
    bool in_place = false;  // a terminal on which lists that change are drawn anew
    std::string interface;  // empty: all
    std::string family;     // "ipv4", "ipv6" or empty: both
};

struct StatusOptions {};
struct BrowseOptions {
    std::string type;    // empty: all there are
    std::string domain;  // empty: the daemon's default
    std::string subtype;
    bool resolve = false;
    bool until_all = false;    // -t
    bool until_cache = false;  // -c
    bool ignore_local = false;
};
struct ResolveHostOptions {
    std::string name;
};
struct ResolveAddressOptions {
    std::string address;
};
struct ResolveServiceOptions {
    std::string instance;  // one label: raw bytes
    std::string type;
    std::string domain;
};
struct QueryOptions {
    std::string name;
    std::string type;
    bool until_all = false;
};
struct PublishOptions {
    std::string instance;  // UTF-8
    std::string type;
    std::uint16_t port = 0;
    std::string domain;
    std::string host;
    std::vector<std::string> subtypes;
    std::vector<std::string> txt;  // "key=value", "key"; any bytes
};
struct PublishAddressOptions {
    std::string name;
    std::string address;
    bool reverse = true;
};
struct HostNameOptions {
    std::optional<std::string> wanted;  // empty: only show it
};
struct Ipv4llOptions {
    std::string interface;  // empty: all
    std::string action;     // "on", "off", "renew" or empty: only show
};
struct CacheOptions {
    bool flush = false;
};
struct MetricsOptions {};

struct ReloadOptions {};
struct MonitorOptions {};
struct DoctorOptions {};
struct CompletionOptions {
    std::string text;
};

using Verb =
    std::variant<StatusOptions, BrowseOptions, ResolveHostOptions, ResolveAddressOptions,
                 ResolveServiceOptions, QueryOptions, PublishOptions, PublishAddressOptions,
                 HostNameOptions, Ipv4llOptions, CacheOptions, MetricsOptions, ReloadOptions,
                 MonitorOptions, DoctorOptions, CompletionOptions>;

struct Command {
    Common common;
    Verb verb;
};

}  // namespace avahictl
