// avahid/varlink/wire/text.hpp: what JSON needs to know of bytes: UTF-8 and base64 (RFC 4648 §4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avahid::varlink::wire {

/// Bytes of the UTF-8 sequence that text begins with (RFC 3629); 0: none does.
std::size_t utf8_sequence(std::string_view text);
bool is_utf8(std::string_view text);
/// U+FFFD in place of each byte that is no part of UTF-8.
std::string replace_invalid(std::string_view text);

std::string to_base64(std::string_view bytes);
/// Padding is required, white space refused.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace avahid::varlink::wire
