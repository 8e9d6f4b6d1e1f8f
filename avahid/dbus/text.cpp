#include "avahid/dbus/text.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdio>

#include "dnssd/service_name.hpp"

namespace avahid::dbus {

using mdns::wire::Name;

namespace {

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
}

bool same_text(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
    });
}

/// What stands before the last two labels is a subtype, if "_sub" follows it (RFC 6763 §7.1).
std::optional<BrowsedType> split_subtype(const Name& name) {
    const std::size_t count = name.label_count();
    if (count != 4 || !same_text(name.label(1), "_sub")) return std::nullopt;
    const std::string type = escape_label(name.label(2)) + "." + escape_label(name.label(3));
    if (!is_service_type(type)) return std::nullopt;
    return BrowsedType{type, std::string(name.label(0))};
}

bool may_be_type_label(std::string_view label) { return label.size() > 1 && label[0] == '_'; }

}  // namespace

std::string escape_label(std::string_view label) {
    std::string text;
    for (const char c : label) {
        if (is_plain(c)) {
            text += c;
        } else if (c == '.' || c == '\\') {
            text += '\\';
            text += c;
        } else {
            char digits[5];
            std::snprintf(digits, sizeof digits, "\\%03u", static_cast<unsigned char>(c));
            text += digits;
        }
    }
    return text;
}

std::string escape(const Name& name) {
    std::string text;
    for (std::size_t i = 0; i < name.label_count(); ++i) {
        if (i > 0) text += '.';
        text += escape_label(name.label(i));
    }
    return text.empty() ? "." : text;
}

std::string escape(const std::string& presentation) {
    const auto name = Name::from_text(presentation);
    return name ? escape(*name) : presentation;
}

std::optional<std::string> unescape_label(std::string_view text) {
    const auto name = Name::from_text(text);
    if (!name || name->label_count() != 1) return std::nullopt;
    return std::string(name->label(0));
}

std::optional<BrowsedType> parse_browsed_type(const std::string& text) {
    const auto name = Name::from_text(text);
    if (!name || name->is_root()) return std::nullopt;
    if (auto split = split_subtype(*name)) return split;
    for (std::size_t i = 0; i < name->label_count(); ++i) {
        if (!may_be_type_label(name->label(i))) return std::nullopt;
    }
    return BrowsedType{escape(*name), {}};
}

bool is_service_type(const std::string& text) {
    return !dnssd::problem_with_type(text, dnssd::NameRules::lenient);
}

bool is_domain_name(const std::string& text) { return Name::from_text(text).has_value(); }

bool is_host_name(const std::string& text) {
    const auto name = Name::from_text(text);
    if (!name || name->label_count() < 2) return false;
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(text, not_an_address);
    return not_an_address.failed();
}

}  // namespace avahid::dbus
