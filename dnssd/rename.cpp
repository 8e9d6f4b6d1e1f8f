#include "dnssd/rename.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "mdns/wire/name.hpp"

namespace dnssd {
namespace {

constexpr std::size_t max_digits = 9;  // of a number that is counted on; a longer one is text

/// \return text up to a character that would cross limit (RFC 6762 §9-12: never half a character)
std::string_view cut(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return text.substr(0, limit);
}

/// The number behind the last separator, when it is one that we would write.
std::optional<unsigned> trailing_number(std::string_view name, std::string_view separator) {
    const auto at = name.rfind(separator);
    if (at == std::string_view::npos || at == 0) return std::nullopt;
    const std::string_view digits = name.substr(at + separator.size());
    const bool ours =
        !digits.empty() && digits.size() <= max_digits && digits.front() != '0' &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!ours) return std::nullopt;
    unsigned number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

std::string next(std::string_view name, std::string_view separator) {
    const auto number = trailing_number(name, separator);
    const std::string_view base = number ? name.substr(0, name.rfind(separator)) : name;
    const std::string suffix = std::string(separator) + std::to_string(number.value_or(1) + 1);
    return std::string(cut(base, mdns::wire::max_label - suffix.size())) + suffix;
}

}  // namespace

std::string next_service_name(std::string_view name) { return next(name, " #"); }

std::string next_host_name(std::string_view name) { return next(name, "-"); }

}  // namespace dnssd
