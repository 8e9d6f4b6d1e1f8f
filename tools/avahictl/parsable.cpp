#include "tools/avahictl/parsable.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "tools/avahictl/escape.hpp"

namespace avahictl {

namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

std::string decimal(char byte) { return fmt::format("\\{:03}", static_cast<std::uint8_t>(byte)); }

/// As avahi_escape_label().
std::string escape_label(const std::string& raw) {
    std::string out;
    for (const char c : raw) {
        if (c == '.' || c == '\\') {
            out += '\\';
            out += c;
        } else if (is_plain(c)) {
            out += c;
        } else {
            out += decimal(c);
        }
    }
    return out;
}

std::string escape_name(const std::string& presentation) {
    std::string out;
    for (const auto& label : labels(presentation)) {
        if (!out.empty()) out += '.';
        out += escape_label(label);
    }
    return out;
}

/// As avahi_string_list_to_string().
std::string quote(const std::string& raw) {
    std::string out = "\"";
    for (const char c : raw) {
        if (c == '"' || c == '\\') out += '\\';
        const auto byte = static_cast<std::uint8_t>(c);
        out += byte >= 0x20 && byte < 0x7f ? std::string(1, c) : decimal(c);
    }
    return out + "\"";
}

/// Avahi keeps the list back to front.
std::string quote_all(const std::vector<std::string>& txt) {
    std::string out;
    for (auto string = txt.rbegin(); string != txt.rend(); ++string) {
        if (!out.empty()) out += ' ';
        out += quote(*string);
    }
    return out;
}

/// Avahi has room for one address: of the family the service was heard by, if there is one.
std::string one_address(const Service& service) {
    const bool ipv6 = service.family == "ipv6";
    const auto fits = [ipv6](const std::string& address) {
        return (address.find(':') != std::string::npos) == ipv6;
    };
    auto found = std::ranges::find_if(service.addresses, fits);
    if (found == service.addresses.end()) found = service.addresses.begin();
    if (found == service.addresses.end()) return {};
    return found->substr(0, found->find('%'));
}

}  // namespace

std::string parsable_line(char mark, const Service& service) {
    return fmt::format("{};{};{};{};{};{}", mark, printable(service.interface),
                       service.family == "ipv6" ? "IPv6" : "IPv4", escape_label(service.instance),
                       escape_name(service.type), escape_name(service.domain));
}

std::string parsable_resolved(const Service& service) {
    return fmt::format("{};{};{};{};{}", parsable_line('=', service), escape_name(service.host),
                       printable(one_address(service)), service.port, quote_all(service.txt));
}

}  // namespace avahictl
