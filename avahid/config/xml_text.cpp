#include "avahid/config/xml_text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace avahid::config {
namespace {

/// The character that "#65" or "#x41" stands for, where XML 1.0 §2.2 has such a character.
std::optional<std::string> numbered_character(std::string_view number) {
    number.remove_prefix(1);
    int base = 10;
    if (number.starts_with('x')) {
        number.remove_prefix(1);
        base = 16;
    }
    std::uint32_t code = 0;
    const char* end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, code, base);
    if (error != std::errc{} || stopped != end || code > 0x10FFFF) return std::nullopt;
    const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    if (control || !utf8proc_codepoint_valid(static_cast<utf8proc_int32_t>(code)))
        return std::nullopt;
    utf8proc_uint8_t bytes[4];
    const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
    return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

/// \param name  between "&" and ";"
std::optional<std::string> referenced(std::string_view name) {
    if (name == "lt") return "<";
    if (name == "gt") return ">";
    if (name == "amp") return "&";
    if (name == "quot") return "\"";
    if (name == "apos") return "'";
    if (name.starts_with('#')) return numbered_character(name);
    return std::nullopt;
}

}  // namespace

Unescaped unescape_xml(std::string_view raw) {
    constexpr std::size_t longest_reference = 12;  // that is worth showing
    std::string text;
    while (!raw.empty()) {
        const auto start = raw.find('&');
        text += raw.substr(0, start);
        if (start == raw.npos) break;
        raw.remove_prefix(start);
        const auto end = raw.find(';');
        const auto character = end == raw.npos ? std::nullopt : referenced(raw.substr(1, end - 1));
        if (!character)
            return {text, std::string(raw.substr(0, std::min(end, longest_reference) + 1))};
        text += *character;
        raw.remove_prefix(end + 1);
    }
    return {text, {}};
}

}  // namespace avahid::config
