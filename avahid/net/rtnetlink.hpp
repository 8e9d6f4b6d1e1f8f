// avahid/net/rtnetlink.hpp: one message of the kernel's routing socket -> a value.
// Knows which messages are whole: partial ones (wireless events, bridge ports) would wipe what is
// known. Left to others: sockets (link_monitor, dump), the model (interface_table).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "avahid/net/interface.hpp"
#include "avahid/net/neighbour.hpp"

struct nlmsghdr;

namespace avahid::net {

struct LinkSeen {
    Interface interface;  // without addresses
};
struct LinkGone {
    int ifindex = 0;
};
struct AddressSeen {
    int ifindex = 0;
    InterfaceAddress address;
};
struct AddressGone {
    int ifindex = 0;
    InterfaceAddress address;
};
/// A default route of the main table; several hops where it has several paths.
struct DefaultRouteSeen {
    struct Hop {
        int ifindex = 0;
        DefaultRoute route;
        bool operator==(const Hop&) const = default;
    };
    std::vector<Hop> hops;  // those with a router, all of one family and metric; not empty
    bool replaces = false;  // the route that had this family and metric is no more
};
struct DefaultRouteGone {
    std::vector<DefaultRouteSeen::Hop> hops;
};
using RouteMessage =
    std::variant<LinkSeen, LinkGone, AddressSeen, AddressGone, DefaultRouteSeen, DefaultRouteGone>;

/// \param header  a message that lies within its buffer (nlmsg_ok); it is not changed
/// \return empty: of another type or family, partial, or malformed
std::optional<RouteMessage> parse_route_message(nlmsghdr& header);

/// \return empty: another type, or nobody who has answered of late (ARP, neighbour discovery)
std::optional<Neighbour> parse_neighbour(nlmsghdr& header);

}  // namespace avahid::net
