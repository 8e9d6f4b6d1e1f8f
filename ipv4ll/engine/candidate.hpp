// ipv4ll/engine/candidate.hpp: which address to try (RFC 3927 §2.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ipv4ll/engine/random.hpp"
#include "ipv4ll/wire/arp.hpp"

namespace ipv4ll::engine {

using wire::Ipv4;
using wire::Mac;

/// §2.1: the seed comes from the MAC address, so that hosts differ and a reboot repeats.
std::uint64_t seed_of(const Mac& mac);

/// An endless pseudo-random sequence of addresses, uniform in 169.254.1.0 - 169.254.254.255.
class Candidates {
public:
    explicit Candidates(std::uint64_t seed) : random_(seed) {}

    /// Unlike any of the last `memory` that were given or avoided: who moves on does not come back
    /// to an address that others have just shown to be theirs (§2.2.1: "a new address").
    Ipv4 next();
    /// Not to be given for a while.
    void avoid(Ipv4 address);

    static constexpr std::size_t memory = 64;

private:
    Random random_;
    std::array<Ipv4, memory> recent_{};  // the oldest is overwritten first
    std::size_t oldest_ = 0;
};

}  // namespace ipv4ll::engine
