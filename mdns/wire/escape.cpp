#include "mdns/wire/escape.hpp"

#include <cstddef>
#include <cstdint>

namespace mdns::wire {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t index) {
    return static_cast<std::uint8_t>(text[index]);
}

/// Bytes of the UTF-8 sequence that begins with lead; 0: none does.
std::size_t sequence_length(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    if (lead >= 0xf0 && lead <= 0xf4) return 4;
    return 0;
}

/// The second byte alone tells overlong forms, surrogates, what is past U+10FFFF, and C1 controls.
bool second_byte_fits(std::uint8_t lead, std::uint8_t second) {
    switch (lead) {
        case 0xc2:  // U+0080-U+009F: C1
        case 0xe0:  // overlong
            return second >= 0xa0;
        case 0xed:
            return second <= 0x9f;  // surrogates
        case 0xf0:
            return second >= 0x90;  // overlong
        case 0xf4:
            return second <= 0x8f;  // past U+10FFFF
        default:
            return true;
    }
}

bool is_printable_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::uint8_t lead = byte_at(text, at);
        const std::size_t length = sequence_length(lead);
        if (length == 0 || length > text.size() - at) return false;
        for (std::size_t i = 1; i < length; ++i) {
            if ((byte_at(text, at + i) & 0xc0) != 0x80) return false;
        }
        if (length > 1 && !second_byte_fits(lead, byte_at(text, at + 1))) return false;
        at += length;
    }
    return true;
}

void append_decimal(std::string& out, std::uint8_t byte) {
    out += '\\';
    out += static_cast<char>('0' + byte / 100);
    out += static_cast<char>('0' + byte / 10 % 10);
    out += static_cast<char>('0' + byte % 10);
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes, char special) {
    const bool utf8 = is_printable_utf8(bytes);
    for (const char character : bytes) {
        const auto byte = static_cast<std::uint8_t>(character);
        if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
            append_decimal(out, byte);
            continue;
        }
        if (character == special || character == '\\') out += '\\';
        out += character;
    }
}

}  // namespace mdns::wire
