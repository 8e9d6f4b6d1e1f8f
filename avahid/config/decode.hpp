// avahid/config/decode.hpp: bytes written as text, in <txt-record value-format="…">.
#pragma once

#include <string>
#include <string_view>

namespace avahid::config {

/// Hexadecimal pairs as bytes; any letter case. False: an odd number or another character.
bool decode_hex(std::string_view text, std::string& out);
/// RFC 4648 base64 with its padding.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace avahid::config
