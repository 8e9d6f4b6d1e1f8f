#include "avahid/varlink/unmarshal.hpp"

#include "avahid/varlink/wire/text.hpp"
#include "dnssd/service_name.hpp"

namespace avahid::varlink {

using mdns::engine::Family;
using nlohmann::json;

namespace {

std::optional<Family> read_family(Parameters& parameters) {
    const auto word = parameters.optional_word("family", {"ipv4", "ipv6"});
    if (!word) return std::nullopt;
    return *word == 0 ? Family::ipv4 : Family::ipv6;
}

/// A part of a Txt: text under its name, or bytes under name_base64. Empty: neither or wrong.
std::optional<std::string> txt_part(const json& entry, const std::string& name) {
    const auto encoded = entry.find(name + "_base64");
    const bool binary = encoded != entry.end() && !encoded->is_null();
    const auto part = binary ? encoded : entry.find(name);
    if (part == entry.end() || !part->is_string()) return std::nullopt;
    const auto& bytes = part->get_ref<const std::string&>();
    return binary ? wire::from_base64(bytes) : bytes;
}

bool has_value(const json& entry) {
    const auto present = [&entry](const char* name) {
        const auto found = entry.find(name);
        return found != entry.end() && !found->is_null();
    };
    return present("value") || present("value_base64");
}

std::optional<std::string> txt_string(const json& entry) {
    if (!entry.is_object()) return std::nullopt;
    auto key = txt_part(entry, "key");
    if (!key || key->find('=') != std::string::npos) return std::nullopt;
    if (!has_value(entry)) return key;
    const auto value = txt_part(entry, "value");
    if (!value) return std::nullopt;
    return *key + "=" + *value;
}

}  // namespace

std::optional<int> read_interface(Parameters& parameters, const session::Machine& machine) {
    const auto name = parameters.optional_text("interface");
    if (!name) return std::nullopt;
    const auto ifindex = machine.ifindex_of(*name);
    if (!ifindex) parameters.refuse(from_session(session::Errc::no_such_interface));
    return ifindex;
}

dnssd::Scope read_scope(Parameters& parameters, const session::Machine& machine) {
    const auto ifindex = read_interface(parameters, machine);
    return {.ifindex = ifindex, .family = read_family(parameters)};
}

dnssd::Families read_families(Parameters& parameters) {
    const auto family = read_family(parameters);
    if (!family) return dnssd::Families::both;
    return *family == Family::ipv4 ? dnssd::Families::ipv4 : dnssd::Families::ipv6;
}

std::string read_domain(Parameters& parameters) {
    return parameters.optional_text("domain").value_or("local");
}

dnssd::Address read_address(Parameters& parameters) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(parameters.text("address"), error);
    if (error) parameters.refuse(from_session(session::Errc::bad_address));
    return address;
}

mdns::wire::Name read_name(Parameters& parameters, const std::string& name, session::Errc errc) {
    auto parsed = mdns::wire::Name::from_text(parameters.text(name));
    if (parsed && !parsed->is_root()) return *parsed;
    parameters.refuse(from_session(errc));
    return {};
}

std::vector<std::string> read_txt(Parameters& parameters) {
    std::vector<std::string> strings;
    const json* array = parameters.optional_array("txt");
    if (!array) return strings;
    for (const json& entry : *array) {
        auto string = txt_string(entry);
        if (!string) {
            parameters.refuse("txt");
            return {};
        }
        strings.push_back(*std::move(string));
    }
    return strings;
}

dnssd::ServiceName read_service_name(Parameters& parameters) {
    if (const auto whole = parameters.optional_text("name")) {
        const auto name = mdns::wire::Name::from_text(*whole);
        auto parts = name ? dnssd::split_instance(*name) : std::nullopt;
        if (!parts) parameters.refuse(from_session(session::Errc::bad_name));
        return parts.value_or(dnssd::ServiceName{});
    }
    dnssd::ServiceName name;
    name.instance = parameters.text("instance");
    name.type = parameters.text("type");
    name.domain = read_domain(parameters);
    return name;
}

dnssd::Service read_service(Parameters& parameters, const session::Machine& machine) {
    dnssd::Service service;
    service.name.instance = parameters.text("instance");
    service.name.type = parameters.text("type");
    service.name.domain = read_domain(parameters);
    service.port = parameters.number16("port");
    service.priority = parameters.number16("priority", 0);
    service.weight = parameters.number16("weight", 0);
    service.subtypes = parameters.texts("subtypes");
    service.txt = read_txt(parameters);
    service.rename_on_conflict = parameters.flag("rename", true);
    service.scope = read_scope(parameters, machine);
    if (parameters.optional_text("host")) {
        service.host = read_name(parameters, "host", session::Errc::bad_host);
    }
    // What we publish others have to understand; what others publish we take as it is.
    if (dnssd::problem_with_type(service.name.type, dnssd::NameRules::strict))
        parameters.refuse(from_session(session::Errc::bad_type));
    return service;
}

}  // namespace avahid::varlink
