#include "avahid/config/service_type.hpp"

#include <algorithm>

#include "avahid/config/text.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::config {
namespace {

using mdns::wire::Name;

constexpr std::size_t max_service_name = 15;  // RFC 6335 §5.1

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// RFC 6335 §5.1: 1 to 15 letters, digits and hyphens; a letter; no hyphen at an end or twice.
bool is_service_name(std::string_view name) {
    if (name.empty() || name.size() > max_service_name) return false;
    if (name.front() == '-' || name.back() == '-' || name.find("--") != name.npos) return false;
    if (std::ranges::none_of(name, is_letter)) return false;
    return std::ranges::all_of(name,
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_service_type(const Name& name) {
    if (name.label_count() != 2 || name.label(0).size() < 2 || name.label(0)[0] != '_')
        return false;
    return equals_ignoring_case(name.label(1), "_tcp") ||
           equals_ignoring_case(name.label(1), "_udp");
}

}  // namespace

bool is_service_type(std::string_view type) {
    const auto name = Name::from_text(type);
    return name && !has_control_characters(type) && is_service_type(*name);
}

bool is_strict_service_type(std::string_view type) {
    const auto name = Name::from_text(type);
    return name && is_service_type(*name) && is_service_name(name->label(0).substr(1));
}

bool is_subtype_of(std::string_view subtype, std::string_view type) {
    const auto name = Name::from_text(subtype);
    const auto base = Name::from_text(type);
    if (!name || !base || has_control_characters(subtype)) return false;
    return name->label_count() == base->label_count() + 2 && name->ends_with(*base) &&
           equals_ignoring_case(name->label(1), "_sub");
}

}  // namespace avahid::config
