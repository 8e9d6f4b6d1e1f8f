// avahid/net/interface_table.hpp: the model of all interfaces and what changed in it.
// Pure: it is told what netlink said and yields one event per interface that really differs from
// what it was at the last take_events(). Left to others: sockets (link_monitor), choice (eligible).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "avahid/net/interface.hpp"
#include "avahid/net/rtnetlink.hpp"

namespace avahid::net {

struct LinkEvent {
    enum class Kind { changed, gone };  // changed: new, or any field or address differs
    Kind kind = Kind::changed;
    int ifindex = 0;
    bool operator==(const LinkEvent&) const = default;
};

class InterfaceTable {
public:
    /// One message of the kernel's, in the order of their coming.
    void on_message(RouteMessage message);

    /// The link is there and looks so; what other messages tell of it (addresses, routers) and
    /// `outages` are not looked at.
    void on_link(Interface seen);
    void on_link_gone(int ifindex);
    /// New, or its flags or lifetime changed. Of an unknown interface: ignored, the kernel tells of
    /// the link first.
    void on_address(int ifindex, const InterfaceAddress& address);
    void on_address_gone(int ifindex, const InterfaceAddress& address);
    /// Of unknown interfaces: ignored, too.
    void on_default_route(const DefaultRouteSeen& seen);
    void on_default_route_gone(const DefaultRouteGone& gone);
    /// All there is, addresses and routers included: what is not in it is gone.
    void replace(std::vector<Interface> all);

    /// Changes since the last call, coalesced; an interface index given to another device in the
    /// meantime is first gone, then changed.
    std::vector<LinkEvent> take_events();

    const std::map<int, Interface>& interfaces() const { return interfaces_; }

private:
    void remember(int ifindex);
    void name_master_kinds();
    void forget_routes(bool ipv6, std::uint32_t metric);

    std::map<int, Interface> interfaces_;
    std::map<int, std::optional<Interface>> before_;  // as of the last take_events(), where touched
    std::set<int> removed_;                           // gone since then, perhaps back again
};

}  // namespace avahid::net
