#include "dnssd/service_name.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "dnssd/ascii.hpp"

namespace dnssd {

using mdns::wire::escape_label;
using mdns::wire::Name;

namespace {

constexpr std::size_t max_service_name = 15;  // §7, RFC 6335 §5.1: without the "_"

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// §7: the words of RFC 6335 §5.1, without the "_".
std::optional<std::string> problem_with_service(std::string_view name) {
    if (name.size() > max_service_name) {
        return "a service name has at most 15 characters after the \"_\"";
    }
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; })) {
        return "a service name has only letters, digits and hyphens after the \"_\"";
    }
    if (name.front() == '-' || name.back() == '-' || name.find("--") != std::string_view::npos) {
        return "hyphens in a service name stand alone, between letters or digits";
    }
    if (std::none_of(name.begin(), name.end(), is_letter)) {
        return "a service name has at least one letter";
    }
    return std::nullopt;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The first two labels as text; empty when they are not there.
std::string type_text(const Name& name, std::size_t first) {
    return escape_label(name.label(first)) + "." + escape_label(name.label(first + 1));
}

std::optional<Name> without_error(const mdns::wire::Result<Name>& name) {
    return name ? std::optional<Name>(*name) : std::nullopt;
}

}  // namespace

std::optional<std::string> problem_with_type(std::string_view type, NameRules rules) {
    const auto name = Name::from_text(type);
    if (!name || name->label_count() != 2) {
        return "a service type is two labels, such as _http._tcp";
    }
    const std::string_view service = name->label(0);
    if (service.size() < 2 || service.front() != '_') {
        return "a service type begins with \"_\" and a name, such as _http._tcp";
    }
    if (!equal_fold(name->label(1), "_tcp") && !equal_fold(name->label(1), "_udp")) {
        return "a service type ends with _tcp or, for all else, _udp";  // §4.1.2
    }
    return rules == NameRules::strict ? problem_with_service(service.substr(1)) : std::nullopt;
}

std::optional<std::string> problem_with_instance(std::string_view instance) {
    if (instance.empty()) return "an instance name has at least one character";
    if (instance.size() > mdns::wire::max_label) {
        return "an instance name has at most 63 bytes of UTF-8";
    }
    if (std::any_of(instance.begin(), instance.end(), is_control)) {
        return "an instance name has no control characters";  // §4.1.1: MUST NOT
    }
    if (!to_nfc(instance)) return "an instance name is UTF-8";
    return std::nullopt;
}

std::optional<std::string> to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    utf8proc_uint8_t* composed = nullptr;
    const auto length =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &composed,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
    if (length < 0) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length));
}

std::optional<Name> to_nfc(const Name& name) {
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < name.label_count(); ++i) {
        auto label = to_nfc(name.label(i));
        if (!label) return std::nullopt;
        labels.push_back(std::move(*label));
    }
    const std::vector<std::string_view> views(labels.begin(), labels.end());
    return without_error(Name::from_labels(std::span<const std::string_view>(views)));
}

std::optional<Name> type_name(std::string_view type, std::string_view domain) {
    const auto head = Name::from_text(type);
    const auto tail = Name::from_text(domain);
    if (!head || !tail || head->is_root()) return std::nullopt;
    return without_error(head->concat(*tail));
}

std::optional<Name> subtype_name(std::string_view subtype, std::string_view type,
                                 std::string_view domain) {
    const auto below = type_name(type, domain);
    if (!below || subtype.empty()) return std::nullopt;
    const auto sub = below->prepend("_sub");
    return sub ? without_error(sub->prepend(subtype)) : std::nullopt;
}

std::optional<Name> instance_name(const ServiceName& name) {
    const auto below = type_name(name.type, name.domain);
    if (!below || name.instance.empty()) return std::nullopt;
    return without_error(below->prepend(name.instance));
}

std::optional<ServiceName> split_instance(const Name& name) {
    if (name.label_count() < 4) return std::nullopt;
    return ServiceName{std::string(name.label(0)), type_text(name, 1),
                       name.parent().parent().parent().to_text()};
}

std::optional<ServiceName> split_type(const Name& name) {
    if (name.label_count() < 3) return std::nullopt;
    return ServiceName{"", type_text(name, 0), name.parent().parent().to_text()};
}

std::string join(const ServiceName& name) {
    return escape_label(name.instance) + "." + name.type + "." + name.domain;
}

bool is_local(const Name& name) {
    const std::size_t labels = name.label_count();
    return labels > 0 && equal_fold(name.label(labels - 1), "local");
}

std::string folded(const Name& name) {
    const auto wire = name.wire();  // length bytes are below 64: folding leaves them alone
    return lower(std::string_view(reinterpret_cast<const char*>(wire.data()), wire.size()));
}

}  // namespace dnssd
