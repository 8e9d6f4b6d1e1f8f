// mdns/wire/fold.hpp: the only case folding the DNS has: ASCII letters, nothing else (RFC 6762
// §16). Length bytes are at most 63 and so never taken for letters: whole wire forms can be folded
// at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mdns/wire/name.hpp"

namespace mdns::wire {

constexpr std::uint8_t fold(std::uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

inline bool fold_equal(Bytes left, Bytes right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](std::uint8_t l, std::uint8_t r) { return fold(l) == fold(r); });
}

}  // namespace mdns::wire
