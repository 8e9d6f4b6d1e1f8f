// avahid/dbus/avahi.hpp: the names and numbers of Avahi's D-Bus API, version 2.4: what programs
// written for it have compiled in. Error names are in errors.hpp.
#pragma once

#include <cstdint>

namespace avahid::dbus::avahi {

inline constexpr const char* bus_name = "org.freedesktop.Avahi";
inline constexpr const char* server_path = "/";

inline constexpr const char* server = "org.freedesktop.Avahi.Server";
inline constexpr const char* server2 = "org.freedesktop.Avahi.Server2";
inline constexpr const char* entry_group = "org.freedesktop.Avahi.EntryGroup";
inline constexpr const char* domain_browser = "org.freedesktop.Avahi.DomainBrowser";
inline constexpr const char* service_type_browser = "org.freedesktop.Avahi.ServiceTypeBrowser";
inline constexpr const char* service_browser = "org.freedesktop.Avahi.ServiceBrowser";
inline constexpr const char* record_browser = "org.freedesktop.Avahi.RecordBrowser";
inline constexpr const char* service_resolver = "org.freedesktop.Avahi.ServiceResolver";
inline constexpr const char* host_name_resolver = "org.freedesktop.Avahi.HostNameResolver";
inline constexpr const char* address_resolver = "org.freedesktop.Avahi.AddressResolver";

/// What libavahi-client and others take for a release of Avahi that has all of this.
inline constexpr const char* version_string = "avahi 0.8";
inline constexpr std::uint32_t api_version = 0x0204;

using Interface = std::int32_t;
inline constexpr Interface any_interface = -1;

using Protocol = std::int32_t;
inline constexpr Protocol any_protocol = -1;
inline constexpr Protocol ipv4 = 0;
inline constexpr Protocol ipv6 = 1;

enum class ServerState : std::int32_t {
    invalid = 0,
    registering = 1,
    running = 2,
    collision = 3,
    failure = 4,
};

enum class EntryGroupState : std::int32_t {
    uncommitted = 0,
    registering = 1,
    established = 2,
    collision = 3,
    failure = 4,
};

using Flags = std::uint32_t;

namespace lookup {  // what a client wants
inline constexpr Flags use_wide_area = 1;
inline constexpr Flags use_multicast = 2;
inline constexpr Flags no_txt = 4;
inline constexpr Flags no_address = 8;
}  // namespace lookup

namespace result {  // where an answer comes from
inline constexpr Flags cached = 1;
inline constexpr Flags wide_area = 2;
inline constexpr Flags multicast = 4;
inline constexpr Flags local = 8;
inline constexpr Flags our_own = 16;
inline constexpr Flags from_configuration = 32;  // AVAHI_LOOKUP_RESULT_STATIC
}  // namespace result

namespace publish {  // of an entry in a group
inline constexpr Flags unique = 1;
inline constexpr Flags no_probe = 2;
inline constexpr Flags no_announce = 4;
inline constexpr Flags allow_multiple = 8;
inline constexpr Flags no_reverse = 16;
inline constexpr Flags no_cookie = 32;
inline constexpr Flags update = 64;
inline constexpr Flags use_wide_area = 128;
inline constexpr Flags use_multicast = 256;
}  // namespace publish

/// What a DomainBrowser looks for, RFC 6763 §11.
enum class DomainKind : std::int32_t {
    browse = 0,
    browse_default = 1,
    registration = 2,
    registration_default = 3,
    browse_legacy = 4,
};

}  // namespace avahid::dbus::avahi
