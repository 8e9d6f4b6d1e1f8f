#include "avahid/config/service_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "avahid/config/decode.hpp"
#include "avahid/config/service_type.hpp"
#include "avahid/config/text.hpp"
#include "avahid/config/xml_file.hpp"
#include "dnssd/txt.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::config {
namespace {

constexpr std::size_t max_txt_string = 255;   // one length byte, RFC 6763 §6.1
constexpr std::size_t max_txt_record = 8900;  // what fits an mDNS packet, RFC 6763 §6.1

/// Published under the same name on the same link.
bool are_twins(const StaticService& one, const StaticService& other) {
    const auto meet = [](const auto& left, const auto& right, const auto& all) {
        return left == right || left == all || right == all;
    };
    return equals_ignoring_case(one.type, other.type) &&
           equals_ignoring_case(one.domain, other.domain) &&
           meet(one.interface, other.interface, std::string()) &&
           meet(one.protocol, other.protocol, Protocol::any);
}

/// One file. Every member reads one tag into what it is for, and tells what is wrong with it.
class Reader {
public:
    Reader(std::string_view text, std::string_view file) : xml_(text, file) {}

    ParsedServiceFile read() {
        std::optional<ServiceGroup> result;
        if (const auto root = xml_.load("service-group")) result = group(root);
        if (xml_.has_errors()) result.reset();
        return {std::move(result), xml_.take_diagnostics()};
    }

private:
    using Node = XmlFile::Node;

    ServiceGroup group(Node node) {
        xml_.no_attributes_but(node, {});
        ServiceGroup group;
        bool named = false;
        for (const Node child : node.children()) {
            const std::string_view name = child.name();
            if (!xml_.is_tag(child)) continue;
            if (name == "name") {
                if (std::exchange(named, true)) xml_.error(child, "a second <name>");
                group_name(child, group);
            } else if (name == "service") {
                group.services.push_back(service(child));
            } else {
                xml_.unknown_tag(child);
            }
        }
        if (!named) xml_.error(node, "<service-group> lacks a <name>");
        if (group.services.empty()) xml_.error(node, "<service-group> lacks a <service>");
        check_twins(node, group);
        return group;
    }

    void group_name(Node node, ServiceGroup& group) {
        xml_.no_attributes_but(node, {"replace-wildcards"});
        const auto wildcards = xml_.choice(node, "replace-wildcards", {"no", "yes"});
        group.replace_wildcards = wildcards == 1;
        group.name = xml_.content(node);
        // How long %h will be is not known here: instance_name() cuts what is too long then.
        const auto shortest = instance_name(group, "");
        const auto length = group.replace_wildcards ? shortest.size() : group.name.size();
        if (group.name.empty()) xml_.error(node, "<name> is empty");
        if (length > mdns::wire::max_label || group.name.size() > 4 * mdns::wire::max_label)
            xml_.error(node, "<name> is longer than 63 bytes");
        // RFC 6763 §4.1.1: "MUST NOT contain ASCII control characters".
        if (has_control_characters(group.name)) xml_.error(node, "<name> holds control characters");
    }

    StaticService service(Node node) {
        xml_.no_attributes_but(node, {"protocol", "interface", "priority", "weight"});
        StaticService service;
        if (const auto text = xml_.attribute(node, "interface"))
            service.interface = interface(node, *text);
        if (const auto text = xml_.attribute(node, "priority"))
            service.priority = number(node, "priority", *text);
        if (const auto text = xml_.attribute(node, "weight"))
            service.weight = number(node, "weight", *text);
        service.protocol =
            static_cast<Protocol>(xml_.choice(node, "protocol", {"any", "ipv4", "ipv6"}));
        std::vector<std::string_view> seen;
        for (const Node child : node.children()) {
            if (!xml_.is_tag(child)) continue;
            const std::string_view name = child.name();
            const bool many = name == "subtype" || name == "txt-record";
            if (!many && std::ranges::find(seen, name) != seen.end())
                xml_.error(child, fmt::format("a second {} in one <service>", tag(child)));
            seen.push_back(name);
            service_tag(child, service);
        }
        finish(node, service);
        return service;
    }

    void service_tag(Node node, StaticService& service) {
        const std::string_view name = node.name();
        if (name == "txt-record") return txt(node, service);
        xml_.no_attributes_but(node, {});
        if (name == "type") {
            type(node, service);
        } else if (name == "subtype") {
            service.subtypes.push_back(xml_.word(node));
        } else if (name == "domain-name") {
            service.domain = domain(node, 1);
        } else if (name == "host-name") {
            service.host = domain(node, 2);
        } else if (name == "interface") {
            service.interface = interface(node, xml_.word(node));
        } else if (name == "port") {
            service.port = number(node, "port", xml_.word(node));
            has_port_ = true;
        } else if (name == "priority") {
            service.priority = number(node, "priority", xml_.word(node));
        } else if (name == "weight") {
            service.weight = number(node, "weight", xml_.word(node));
        } else {
            xml_.unknown_tag(node);
        }
    }

    /// What can only be judged when all tags of a service are known.
    void finish(Node node, const StaticService& service) {
        if (!std::exchange(has_port_, false))
            xml_.warning(node, "<service> lacks a <port>; taken as 0");
        if (service.type.empty()) return xml_.error(node, "<service> lacks a <type>");
        auto subtype = service.subtypes.begin();
        for (const Node child : node.children("subtype"))
            check_subtype(child, *subtype++, service.type);
        std::size_t size = 0;
        for (const auto& string : service.txt) size += 1 + string.size();
        if (size > max_txt_record) xml_.error(node, "its <txt-record>s together exceed 8900 bytes");
    }

    void type(Node node, StaticService& service) {
        service.type = xml_.word(node);
        if (!is_service_type(service.type)) {
            xml_.error(node, fmt::format("<type> {} is not of the form _name._tcp or _name._udp",
                                         quote(service.type)));
        } else if (!is_strict_service_type(service.type)) {
            xml_.warning(node,
                         fmt::format("<type> {} is not a name RFC 6335 allows (up to 15 letters, "
                                     "digits and single hyphens); some hosts will ignore it",
                                     quote(service.type)));
        }
        if (service.type.empty()) service.type = "?";  // told; not 'lacks a <type>' as well
    }

    void check_subtype(Node node, const std::string& subtype, const std::string& type) {
        if (is_subtype_of(subtype, type)) return;
        xml_.error(node, fmt::format("<subtype> {} is not of the form _name._sub.{}",
                                     quote(subtype), type));
    }

    void txt(Node node, StaticService& service) {
        xml_.no_attributes_but(node, {"value-format"});
        const auto format =
            xml_.choice(node, "value-format", {"text", "binary-hex", "binary-base64"});
        auto string = xml_.content(node);
        if (format != 0) {
            // avahi.service(5): only what follows the first "=" is encoded.
            const auto value = std::min(string.find('='), string.size() - 1) + 1;
            const auto encoded = std::string_view(string).substr(value);
            std::string bytes;
            const bool good =
                format == 1 ? decode_hex(encoded, bytes) : decode_base64(encoded, bytes);
            if (!good)
                return xml_.error(node,
                                  fmt::format("<txt-record> {} is not valid {}", quote(string),
                                              format == 1 ? "hexadecimal" : "base64"));
            string.replace(value, string.npos, bytes);
        }
        if (string.size() > max_txt_string)
            return xml_.error(node, "<txt-record> is longer than 255 bytes");
        if (const auto problem = dnssd::problem_with_txt({string}))
            return xml_.error(node, fmt::format("<txt-record> {}: {}", quote(string), *problem));
        // RFC 6763 §6.1: no empty strings, save the single one of an empty record.
        if (!string.empty()) service.txt.push_back(std::move(string));
    }

    std::string domain(Node node, std::size_t least_labels) {
        const auto text = xml_.word(node);
        const auto name = mdns::wire::Name::from_text(text);
        if (!name || has_control_characters(text)) {
            xml_.error(node, fmt::format("{} {} is not a domain name", tag(node), quote(text)));
        } else if (name->label_count() < least_labels) {
            xml_.error(node,
                       fmt::format("{} {} is not complete, such as {}", tag(node), quote(text),
                                   least_labels > 1 ? "'printer.local'" : "'local'"));
        }
        return text;
    }

    std::string interface(Node node, const std::string& text) {
        if (!is_interface_name(text))
            xml_.error(node, fmt::format("<interface> {} names no interface", quote(text)));
        return text;
    }

    std::uint16_t number(Node node, std::string_view what, const std::string& text) {
        std::uint16_t value = 0;
        const char* end = text.data() + text.size();
        const auto [stopped, bad] = std::from_chars(text.data(), end, value);
        if (bad != std::errc{} || stopped != end)
            xml_.error(node,
                       fmt::format("<{}> {} is not a number from 0 to 65535", what, quote(text)));
        return value;
    }

    /// One name, type and domain can be published once on a link.
    void check_twins(Node node, const ServiceGroup& group) {
        const auto& services = group.services;
        for (auto one = services.begin(); one != services.end(); ++one) {
            const bool twin = std::any_of(services.begin(), one, [one](const StaticService& other) {
                return are_twins(*one, other);
            });
            if (twin)
                xml_.error(node, fmt::format("a second <service> of type {}", quote(one->type)));
        }
    }

    XmlFile xml_;
    bool has_port_ = false;  // of the service being read
};

}  // namespace

std::string instance_name(const ServiceGroup& group, std::string_view host_label) {
    if (!group.replace_wildcards) return group.name;
    std::string name;
    std::string_view rest = group.name;
    for (auto at = rest.find("%h"); at != rest.npos; at = rest.find("%h")) {
        name += rest.substr(0, at);
        name += host_label;
        rest.remove_prefix(at + 2);
    }
    name += rest;
    if (name.size() <= mdns::wire::max_label) return name;
    std::size_t cut = mdns::wire::max_label;
    while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0u) == 0x80u) --cut;
    name.resize(cut);
    return name;
}

ParsedServiceFile parse_service_file(std::string_view text, std::string_view file) {
    return Reader{text, file}.read();
}

}  // namespace avahid::config
