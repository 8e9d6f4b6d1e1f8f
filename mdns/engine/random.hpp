// mdns/engine/random.hpp: the one place that turns randomness into time. Seeded: same seed, same
// run.
#pragma once

#include <cstdint>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {  // SplitMix64
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// Uniform in [low, high], to the microsecond.
    Duration between(Duration low, Duration high) {
        using std::chrono::microseconds;
        const auto span = std::chrono::duration_cast<microseconds>(high - low).count();
        if (span <= 0) return low;
        return low + microseconds(static_cast<std::int64_t>(
                         next() % (static_cast<std::uint64_t>(span) + 1)));
    }

private:
    std::uint64_t state_;
};

}  // namespace mdns::engine
