#include "avahid/host/host_label.hpp"

#include <algorithm>

#include "dnssd/ascii.hpp"
#include "dnssd/service_name.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::host {
namespace {

constexpr const char* fallback = "linux";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

bool fits_host_name(char c, bool utf8) {
    return (c >= '0' && c <= '9') || (dnssd::lower(c) >= 'a' && dnssd::lower(c) <= 'z') ||
           c == '-' || (utf8 && !is_ascii(c));
}

std::string cut(std::string text) {
    std::size_t size = std::min(text.size(), mdns::wire::max_label);
    const auto inside_character = [&](std::size_t at) {
        return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    while (size > 0 && inside_character(size)) --size;
    text.resize(size);
    return text;
}

std::string without_outer_hyphens(const std::string& text) {
    const auto first = text.find_first_not_of('-');
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of('-') - first + 1);
}

}  // namespace

std::string label_from_hostname(std::string_view hostname) {
    const std::string_view first = hostname.substr(0, hostname.find('.'));
    const auto composed = dnssd::to_nfc(first);
    std::string label = composed ? *composed : std::string(first);
    for (char& c : label) {
        if (!fits_host_name(c, composed.has_value())) c = '-';
    }
    label = without_outer_hyphens(cut(without_outer_hyphens(label)));
    return label.empty() || dnssd::equal_fold(label, "localhost") ? fallback : label;
}

std::optional<std::string> checked_label(std::string_view wanted) {
    auto composed = dnssd::to_nfc(wanted);
    if (!composed || dnssd::problem_with_instance(*composed)) return std::nullopt;
    if (composed->find('.') != std::string::npos) return std::nullopt;
    return composed;
}

}  // namespace avahid::host
