// ipv4ll/engine/random.hpp: a small generator that gives the same numbers with every compiler and
// library, so that a host proposes the same addresses after a reboot or an upgrade (RFC 3927 §2.1).
#pragma once

#include <cstdint>

namespace ipv4ll::engine {

/// SplitMix64: one 64-bit state, different seeds never share a sequence from its start.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    /// Uniform in [0, bound); the bias is below 2^-24 for bounds below 2^40. \pre bound > 0
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

private:
    std::uint64_t state_;
};

}  // namespace ipv4ll::engine
