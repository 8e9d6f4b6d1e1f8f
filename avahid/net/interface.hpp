// avahid/net/interface.hpp: what is known of a network interface and its addresses. Values only.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace avahid::net {

using Address = boost::asio::ip::address;
using Mac = std::array<std::uint8_t, 6>;

/// One address. (address, peer, prefix_length) is its identity: the kernel allows the same local
/// address several times, for several peers or prefixes.
struct InterfaceAddress {
    Address address;  // ours; without an IPv6 scope id
    Address peer;     // whose prefix it is: equals address, unless point to point
    std::uint8_t prefix_length = 0;
    std::uint8_t scope = 0;   // RT_SCOPE_*: 0 global, 253 link, 254 host
    bool tentative = false;   // duplicate address detection still runs
    bool dad_failed = false;  // and has found a duplicate
    bool deprecated = false;  // preferred lifetime is over
    bool temporary = false;   // RFC 8981
    bool optimistic = false;  // RFC 4429: in use while tentative

    bool operator==(const InterfaceAddress&) const = default;
};

/// A router that the rest of the world is reached by. It may stand there with several metrics.
struct DefaultRoute {
    Address gateway;  // without an IPv6 scope id
    std::uint32_t metric = 0;

    bool operator==(const DefaultRoute&) const = default;
};

struct Interface {
    int ifindex = 0;
    std::string name;
    std::string kind;      // IFLA_INFO_KIND, such as "bridge" or "veth"; empty: hardware
    bool up = false;       // switched on by the administrator
    bool running = false;  // has a carrier and may pass traffic
    bool loopback = false;
    bool multicast = false;
    bool point_to_point = false;
    bool noarp = false;
    bool ethernet = false;  // ARPHRD_ETHER
    Mac mac{};              // zero unless ethernet
    std::size_t mtu = 0;
    int master = 0;                   // ifindex; 0: none
    std::string master_kind;          // such as "bridge", "bond", "vrf"
    std::uint32_t carrier_downs = 0;  // as the kernel counts them
    /// How often a working link was interrupted since it is known, flaps included that were over
    /// before we looked: whoever must act on link-up compares this, not just `running`.
    std::uint32_t outages = 0;
    std::vector<InterfaceAddress> addresses;  // in a fixed order, not the kernel's
    std::vector<DefaultRoute> routers;        // of both families, main table; in a fixed order

    bool operator==(const Interface&) const = default;
};

}  // namespace avahid::net
