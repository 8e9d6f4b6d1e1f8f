// avahid/dbus/text.hpp: names as Avahi writes them in messages, and what it takes for one. Instance
// names go as they are; labels of host names, types and domains have every byte but letters,
// digits,
// "-" and "_" escaped: "B\195\188ro.local".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dnssd/types.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::dbus {

std::string escape_label(std::string_view label);
/// The root is ".".
std::string escape(const mdns::wire::Name& name);
/// A name in our own presentation form, which leaves more as it is.
std::string escape(const std::string& presentation);

/// One label in that notation; empty when it is more than one, or none.
std::optional<std::string> unescape_label(std::string_view text);
/// A service type to browse for, taken apart: Avahi takes any labels that begin with "_" and are
/// not too short; we also those, and any subtype.
struct BrowsedType {
    std::string type;     // "_http._tcp"
    std::string subtype;  // "_printer", unescaped; or empty
};
std::optional<BrowsedType> parse_browsed_type(const std::string& text);
/// "_http._tcp", as a service has.
bool is_service_type(const std::string& text);
bool is_domain_name(const std::string& text);
/// At least two labels, and no address.
bool is_host_name(const std::string& text);

}  // namespace avahid::dbus
