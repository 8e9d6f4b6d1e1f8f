// dnssd/service_name.hpp: the three parts of a service instance name (RFC 6763 §4) and the rules
// for service types (§4.1.2, §7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mdns/wire/name.hpp"

namespace dnssd {

/// <Instance>.<Service>.<Domain>: any text, "_http._tcp", "local". The instance is one label,
/// unescaped; type and domain are presentation text, as their labels need dots between them.
struct ServiceName {
    std::string instance;
    std::string type;
    std::string domain = "local";
    bool operator==(const ServiceName&) const = default;
};

/// Why a name cannot be used, for people: empty when it can.
enum class NameRules {
    strict,
    lenient
};  // lenient: as Avahi, 16 and more characters (PRODUCT "Names")
std::optional<std::string> problem_with_type(std::string_view type, NameRules rules);
std::optional<std::string> problem_with_instance(std::string_view instance);
/// NFC, as everything we publish (RFC 6762 §16); empty when text is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);
/// The same for each label of a name; empty too when a label grows past 63 bytes by it.
std::optional<mdns::wire::Name> to_nfc(const mdns::wire::Name& name);

/// "_http._tcp" and "local" to _http._tcp.local; empty when it is no name.
std::optional<mdns::wire::Name> type_name(std::string_view type, std::string_view domain);
std::optional<mdns::wire::Name> subtype_name(std::string_view subtype, std::string_view type,
                                             std::string_view domain);
std::optional<mdns::wire::Name> instance_name(const ServiceName& name);
/// Splits the name of an SRV record; empty when it has too few labels (lenient about the type,
/// §7-03).
std::optional<ServiceName> split_instance(const mdns::wire::Name& name);
/// Splits the rdata of a type enumeration answer: only the first two labels matter (§9).
std::optional<ServiceName> split_type(const mdns::wire::Name& name);

/// Instance, type and domain in one line, dots of the instance escaped (§4.3).
std::string join(const ServiceName& name);

/// local, or below it: the names that are asked by multicast (RFC 6762 §3).
bool is_local(const mdns::wire::Name& name);
/// A string that is equal for names that are (RFC 6762 §16): a key for maps.
std::string folded(const mdns::wire::Name& name);

}  // namespace dnssd
