// avahid/config/text.hpp: small questions about text that the readers of all our files share.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace avahid::config {

/// Without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// Words separated by commas, blanks or both; never an empty word.
std::vector<std::string> split_list(std::string_view text);
/// Words separated by white space.
std::vector<std::string> split_blanks(std::string_view text);

/// Valid UTF-8.
bool is_utf8(std::string_view text);
/// Contains an ASCII control character (0x00-0x1F, 0x7F).
bool has_control_characters(std::string_view text);

/// With ASCII letters in lower case.
std::string lowered(std::string_view text);
/// ASCII letters compare without case, all other bytes exactly.
bool equals_ignoring_case(std::string_view left, std::string_view right);

/// Text for a message: at most some 60 bytes of it, in quotes, anything unprintable as \xNN.
std::string quote(std::string_view text);

/// Number of inserted, deleted, replaced or swapped letters between the two.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The candidate that `word` was probably meant to be; empty when none is close.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Could be one: 1 to 15 bytes, no "/" and no white space.
bool is_interface_name(std::string_view text);

/// Whether an interface name matches one of the shell patterns (* ? [a-z]).
bool matches_any(std::span<const std::string> globs, const std::string& name);

}  // namespace avahid::config
