// avahid/net/neighbour.hpp: who is on the link beside us, as ARP and neighbour discovery know.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "avahid/net/interface.hpp"

namespace avahid::net {

struct Neighbour {
    int ifindex = 0;
    Address address;
    std::vector<std::uint8_t> hardware;  // its link-layer address
    bool router = false;                 // as it says itself (IPv6)
};

/// Is there anybody on the interface's link but routers? Those of a home or a cloud carry our
/// unicast and say nothing themselves.
bool has_company(const Interface& interface, std::span<const Neighbour> neighbours);

}  // namespace avahid::net
