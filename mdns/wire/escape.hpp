// mdns/wire/escape.hpp: bytes from the network as text that is safe on a terminal and pastes back.
#pragma once

#include <string>
#include <string_view>

namespace mdns::wire {

/// Appends bytes with "\" before special and before "\"; control characters become \DDD. Bytes from
/// 0x80 stay as they are if all of it is UTF-8 without C1 control characters, else they are \DDD
/// too.
void append_escaped(std::string& out, std::string_view bytes, char special);

}  // namespace mdns::wire
