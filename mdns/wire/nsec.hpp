// mdns/wire/nsec.hpp: the type bitmap of NSEC. RFC 4034 §4.1.2; we make only the restricted form of
// RFC 6762 §6.1 (make_nsec), and understand the general one.
#pragma once

#include <cstdint>
#include <vector>

#include "mdns/wire/name.hpp"

namespace mdns::wire {

/// At least one block; blocks in rising order, each of 1-32 bytes; nothing left over.
bool bitmap_fits(Bytes bitmap);
/// The types in a bitmap that fits, in rising order.
std::vector<std::uint16_t> bitmap_types(Bytes bitmap);

}  // namespace mdns::wire
