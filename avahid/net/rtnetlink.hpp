// avahid/net/rtnetlink.hpp: one message of the kernel's routing socket -> a value.
// Knows which messages are whole: partial ones (wireless events, bridge ports) would wipe what is
// known. Left to others: sockets (link_monitor, dump), the model (interface_table).
#pragma once

#include <optional>
#include <variant>

#include "avahid/net/interface.hpp"

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
using RouteMessage = std::variant<LinkSeen, LinkGone, AddressSeen, AddressGone>;

/// \param header  a message that lies within its buffer (nlmsg_ok); it is not changed
/// \return empty: of another type or family, partial, or malformed
std::optional<RouteMessage> parse_route_message(nlmsghdr& header);

}  // namespace avahid::net
