#include "ipv4ll/engine/candidate.hpp"

#include <algorithm>

#include "ipv4ll/constants.hpp"

namespace ipv4ll::engine {

std::uint64_t seed_of(const Mac& mac) {
    std::uint64_t seed = 0;
    for (const std::uint8_t byte : mac) seed = seed << 8U | byte;
    return seed;
}

Ipv4 Candidates::next() {
    constexpr std::uint64_t count = last_address - first_address + 1;
    for (;;) {
        const Ipv4 drawn{first_address + static_cast<std::uint32_t>(random_.below(count))};
        if (std::find(recent_.begin(), recent_.end(), drawn) != recent_.end()) continue;
        avoid(drawn);
        return drawn;
    }
}

void Candidates::avoid(Ipv4 address) {
    recent_[oldest_] = address;
    oldest_ = (oldest_ + 1) % memory;
}

}  // namespace ipv4ll::engine
