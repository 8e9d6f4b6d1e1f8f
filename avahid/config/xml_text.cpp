#include "avahid/config/xml_text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "avahid/config/text.hpp"

namespace avahid::config {
namespace {

void append(std::uint32_t code, std::string& out) {
    utf8proc_uint8_t bytes[4];
    const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

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
    std::string text;
    append(code, text);
    return text;
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

/// \param high  where the high byte of each pair is: 0 or 1
Converted from_utf16(std::string_view raw, std::size_t high) {
    constexpr std::uint32_t surrogates = 0xD800, low_surrogates = 0xDC00, after = 0xE000;
    std::string text;
    std::uint32_t first = 0;  // of a pair
    for (std::size_t at = 0; at + 1 < raw.size(); at += 2) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(raw[at + i]); };
        const std::uint32_t unit = (std::uint32_t{byte(high)} << 8) | byte(1 - high);
        const bool second = unit >= low_surrogates && unit < after;
        if (second != (first != 0)) return {{}, "not valid UTF-16 text"};
        if (second) {
            append(0x10000 + ((first - surrogates) << 10) + (unit - low_surrogates), text);
            first = 0;
        } else if (unit >= surrogates && unit < low_surrogates) {
            first = unit;
        } else {
            append(unit, text);
        }
    }
    if (first != 0 || raw.size() % 2 != 0) return {{}, "not valid UTF-16 text"};
    return {text, {}};
}

Converted from_latin1(std::string_view raw) {
    std::string text;
    for (const char c : raw) append(static_cast<unsigned char>(c), text);
    return {text, {}};
}

/// What the XML declaration says; empty: nothing.
std::string_view declared_encoding(std::string_view raw) {
    if (!raw.starts_with("<?xml")) return {};
    raw = raw.substr(0, raw.find("?>"));
    const auto at = raw.find("encoding");
    if (at == raw.npos) return {};
    const auto open = raw.find_first_of("\"'", at);
    if (open == raw.npos) return {};
    const auto close = raw.find(raw[open], open + 1);
    return close == raw.npos ? std::string_view{} : raw.substr(open + 1, close - open - 1);
}

}  // namespace

Converted to_utf8(std::string_view raw) {
    if (raw.starts_with("\xFE\xFF")) return from_utf16(raw.substr(2), 0);
    if (raw.starts_with("\xFF\xFE")) return from_utf16(raw.substr(2), 1);
    const auto name = declared_encoding(raw);
    if (equals_ignoring_case(name, "ISO-8859-1")) return from_latin1(raw);
    const bool as_it_is = name.empty() || equals_ignoring_case(name, "UTF-8") ||
                          equals_ignoring_case(name, "US-ASCII");
    if (as_it_is) return {};
    return {{}, "encoding " + quote(name) + " is not known; write UTF-8"};
}

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
