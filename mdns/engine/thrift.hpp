// mdns/engine/thrift.hpp: how much a link may multicast in answers while queries pour in, so that
// nobody makes us an amplifier: over any ten seconds, no more bytes out than came in as queries.
// At ordinary rates one short query may fetch a long list, and nothing is held back.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

class Thrift {
public:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    void on_query(Instant now, std::size_t bytes);
    void on_answers(Instant now, std::size_t bytes);
    /// How many packets of up to `size` bytes may go now. One in a quarter of a second always may:
    /// a host that asks in earnest is heard through the noise.
    std::size_t packets(Instant now, std::size_t size);

private:
    static constexpr std::size_t window = 10;    // seconds
    static constexpr std::uint32_t storm = 700;  // queries within a second, this one or the last
    static constexpr auto always = std::chrono::milliseconds(250);

    struct Second {
        std::uint32_t queries = 0;
        std::uint32_t bytes_in = 0;
        std::uint32_t bytes_out = 0;
    };
    void turn(Instant now);

    // This second and those before it: of what came in, one less counts than of what went out, so
    // that wherever the ten seconds begin the sum is right.
    std::array<Second, window + 1> seconds_{};
    std::size_t at_ = 0;
    Instant began_{};
    Instant last_always_{};
};

}  // namespace mdns::engine
