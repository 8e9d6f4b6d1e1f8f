// mdns/wire/siphash.hpp: SipHash-1-3 (Aumasson, Bernstein), the keyed hash of names.
#pragma once

#include <cstdint>

#include "mdns/wire/name.hpp"

namespace mdns::wire {

std::uint64_t siphash13(Bytes bytes, const HashKey& key);
/// The same for bytes that differ in the case of ASCII letters only.
std::uint64_t siphash13_folded(Bytes bytes, const HashKey& key);

}  // namespace mdns::wire
