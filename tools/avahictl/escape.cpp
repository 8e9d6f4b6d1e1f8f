#include "tools/avahictl/escape.hpp"

#include <fmt/core.h>
#include <utf8proc.h>

#include <cstdint>
#include <utility>

#include "avahid/varlink/wire/text.hpp"

namespace avahictl {

using avahid::varlink::wire::utf8_sequence;

namespace {

bool is_direction_control(std::int32_t code_point) {
    return code_point == 0x061c || code_point == 0x200e || code_point == 0x200f ||
           (code_point >= 0x202a && code_point <= 0x202e) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

/// Would do something to the terminal other than show a character.
bool is_hostile(std::int32_t code_point) {
    const bool control = code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
    const bool new_line = code_point == 0x2028 || code_point == 0x2029;
    return control || new_line || is_direction_control(code_point);
}

std::int32_t decode(std::string_view sequence) {
    std::int32_t code_point = 0;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(sequence.data()),
                     static_cast<utf8proc_ssize_t>(sequence.size()), &code_point);
    return code_point;
}

void append_decimal(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) out += fmt::format("\\{:03}", static_cast<std::uint8_t>(byte));
}

/// Appends the next character of text, whole and safe.
/// \return how many bytes of text it was
std::size_t append_safe(std::string& out, std::string_view text) {
    const std::size_t length = utf8_sequence(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_hostile(decode(character))) {
        append_decimal(out, character);
    } else {
        out += character;
    }
    return character.size();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads one escaped or plain byte and moves on.
char take_byte(std::string_view text, std::size_t& at) {
    if (text[at] != '\\' || at + 1 == text.size()) return text[at++];
    if (at + 3 < text.size() && is_digit(text[at + 1]) && is_digit(text[at + 2]) &&
        is_digit(text[at + 3])) {
        const int value =
            (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + (text[at + 3] - '0');
        if (value <= 255) {
            at += 4;
            return static_cast<char>(value);
        }
    }
    at += 2;
    return text[at - 1];
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) text.remove_prefix(append_safe(out, text));
    return out;
}

std::string escape_text(std::string_view raw) {
    std::string out;
    while (!raw.empty()) {
        if (raw.front() == '\\') out += '\\';
        raw.remove_prefix(append_safe(out, raw));
    }
    return out;
}

std::string unescape_label(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) out += take_byte(text, at);
    return out;
}

std::vector<std::string> labels(std::string_view name) {
    std::vector<std::string> out;
    std::string label;
    for (std::size_t at = 0; at < name.size();) {
        if (name[at] == '.') {
            out.push_back(std::exchange(label, {}));
            ++at;
        } else {
            label += take_byte(name, at);
        }
    }
    if (!label.empty()) out.push_back(label);
    return out;
}

std::string first_label(std::string_view name) {
    const auto all = labels(name);
    return all.empty() ? std::string() : all.front();
}

std::string to_presentation(std::string_view raw_label) {
    std::string out;
    while (!raw_label.empty()) {
        if (raw_label.front() == '\\' || raw_label.front() == '.') out += '\\';
        raw_label.remove_prefix(append_safe(out, raw_label));
    }
    return out;
}

std::string printable_json(std::string_view json) {
    std::string out;
    while (!json.empty()) {
        const std::size_t length = utf8_sequence(json);
        const std::string_view character = json.substr(0, length == 0 ? 1 : length);
        const std::int32_t code_point = length == 0 ? 0xfffd : decode(character);
        // All that is hostile lies below U+10000: one \u is enough.
        if (length == 0 || is_hostile(code_point)) {
            out += fmt::format("\\u{:04x}", code_point);
        } else {
            out += character;
        }
        json.remove_prefix(character.size());
    }
    return out;
}

}  // namespace avahictl
