// ipv4ll/engine/candidate.hpp: which address to try (RFC 3927 §2.1).
#pragma once

#include <cstdint>
#include <optional>

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

    /// The next address that is not `refused`.
    Ipv4 next(std::optional<Ipv4> refused = {});

private:
    Random random_;
};

}  // namespace ipv4ll::engine
