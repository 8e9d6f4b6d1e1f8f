// tests/mdns/wire/bytes.hpp: messages written down byte by byte, and names and records in short.
#pragma once

#include <gmock/gmock.h>

#include <cctype>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "mdns/wire/message.hpp"
#include "mdns/wire/name.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

// GoogleTest asks for them by this name. NOLINTBEGIN(readability-identifier-naming)
inline void PrintTo(const Name& name, std::ostream* out) { *out << name.to_text(); }
inline void PrintTo(Errc errc, std::ostream* out) { *out << to_string(errc); }
// NOLINTEND(readability-identifier-naming)

namespace test {

using Buffer = std::vector<std::uint8_t>;

/// "c00c 'local' 00": hex digits, blanks for the eye, and 'text' for a length byte and the text.
inline Buffer bytes(std::string_view notation) {
    Buffer out;
    for (std::size_t at = 0; at < notation.size();) {
        if (std::isspace(static_cast<unsigned char>(notation[at])) != 0) {
            ++at;
        } else if (notation[at] == '\'') {
            const std::size_t end = notation.find('\'', at + 1);
            const std::string_view text = notation.substr(at + 1, end - at - 1);
            out.push_back(static_cast<std::uint8_t>(text.size()));
            out.insert(out.end(), text.begin(), text.end());
            at = end + 1;
        } else {
            const std::string digits(notation.substr(at, 2));
            out.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
            at += 2;
        }
    }
    return out;
}

inline Buffer buffer(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

inline Name name(std::string_view text) {
    Result<Name> parsed = Name::from_text(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed ? *parsed : Name();
}

/// A response of one answer: owner "a", class IN, TTL 120.
inline Buffer response_with(std::uint16_t type, std::string_view rdata) {
    Buffer out = bytes("0000 8400 0000 0001 0000 0000 'a' 00");
    const Buffer data = bytes(rdata);
    out.push_back(static_cast<std::uint8_t>(type >> 8));
    out.push_back(static_cast<std::uint8_t>(type));
    for (const std::uint8_t byte : bytes("0001 00000078")) out.push_back(byte);
    out.push_back(static_cast<std::uint8_t>(data.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(data.size()));
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

}  // namespace test

}  // namespace mdns::wire
