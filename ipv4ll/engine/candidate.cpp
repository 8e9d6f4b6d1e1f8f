#include "ipv4ll/engine/candidate.hpp"

#include "ipv4ll/constants.hpp"

namespace ipv4ll::engine {

std::uint64_t seed_of(const Mac& mac) {
    std::uint64_t seed = 0;
    for (const std::uint8_t byte : mac) seed = seed << 8U | byte;
    return seed;
}

Ipv4 Candidates::next(std::optional<Ipv4> refused) {
    constexpr std::uint64_t count = last_address - first_address + 1;
    for (;;) {
        const Ipv4 drawn{first_address + static_cast<std::uint32_t>(random_.below(count))};
        if (drawn != refused) return drawn;
    }
}

}  // namespace ipv4ll::engine
