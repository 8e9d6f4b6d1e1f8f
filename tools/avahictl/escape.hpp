// tools/avahictl/escape.hpp: names and TXT strings for the terminal, and back.
// The network may send anything (RFC 6763 §15): no byte of it that a terminal could take as a
// command, or that turns text around, is ever printed as it is. What is printed pastes back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avahictl {

/// Control characters, what changes the direction of text, and what is not UTF-8 become \DDD, byte
/// by byte. For text that is already in presentation form: "\" stays.
std::string printable(std::string_view text);
/// The same for raw text: "\" becomes "\\", so that unescape_label() gives it back.
std::string escape_text(std::string_view raw);
/// "\DDD" and "\X" to bytes; dots are part of the label.
std::string unescape_label(std::string_view text);

/// Labels of a name in presentation form, as raw bytes.
std::vector<std::string> labels(std::string_view name);
/// The first one; an instance, as it was sent.
std::string first_label(std::string_view name);
/// One label such that it can be followed by "." and the rest of a name.
std::string to_presentation(std::string_view raw_label);

/// A JSON text with the same, as \uXXXX: still the same JSON.
std::string printable_json(std::string_view json);

}  // namespace avahictl
