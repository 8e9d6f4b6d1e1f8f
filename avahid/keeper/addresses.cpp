#include "avahid/keeper/addresses.hpp"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include <cerrno>

#include "ipv4ll/constants.hpp"

namespace avahid::keeper {
namespace {

constexpr int metric_base = 1000;  // plus the ifindex: one route per interface can exist

// With addresses on several interfaces, their common prefix tells nothing of the interface (RFC
// 3927 §3.2), and the main table would answer everything by the one of the least metric. So what
// has one of our addresses as its source looks into a table of its interface: there, everything is
// on the link, whatever routers others know (§2.6.2: such packets "MUST NOT" be sent to one).
constexpr std::uint32_t table_base = ipv4ll::network_address;  // plus the ifindex: nobody else's
constexpr std::uint32_t rule_priority = 32000;                 // before the main table's, 32766

struct Put {
    void operator()(nl_addr* p) const { nl_addr_put(p); }
    void operator()(rtnl_addr* p) const { rtnl_addr_put(p); }
    void operator()(rtnl_route* p) const { rtnl_route_put(p); }
    void operator()(rtnl_rule* p) const { rtnl_rule_put(p); }
};
using Address = std::unique_ptr<nl_addr, Put>;
using InterfaceAddress = std::unique_ptr<rtnl_addr, Put>;
using Route = std::unique_ptr<rtnl_route, Put>;
using Rule = std::unique_ptr<rtnl_rule, Put>;

int to_errno(int libnl_error) {
    switch (-libnl_error) {
        case 0:
            return 0;
        case NLE_EXIST:
            return EEXIST;
        case NLE_NOADDR:
            return EADDRNOTAVAIL;
        case NLE_NODEV:
            return ENODEV;
        case NLE_OBJ_NOTFOUND:
            return ESRCH;
        case NLE_PERM:
            return EPERM;
        case NLE_INVAL:
            return EINVAL;
        case NLE_NOMEM:
            return ENOMEM;
        case NLE_BUSY:
            return EBUSY;
        default:
            return EIO;
    }
}

Address make(std::uint32_t address, int prefix_length) {
    const std::uint32_t bytes = htonl(address);
    Address made{nl_addr_build(AF_INET, &bytes, sizeof bytes)};
    if (made) nl_addr_set_prefixlen(made.get(), prefix_length);
    return made;
}

/// All that names the address; enough to remove it.
InterfaceAddress make_address(const LinkLocal& what) {
    InterfaceAddress made{rtnl_addr_alloc()};
    const Address local = make(what.address, ipv4ll::prefix_length);
    const Address broadcast = make(ipv4ll::broadcast_address, 32);
    if (!made || !local || !broadcast) return nullptr;
    rtnl_addr_set_ifindex(made.get(), what.ifindex);
    rtnl_addr_set_local(made.get(), local.get());
    rtnl_addr_set_broadcast(made.get(), broadcast.get());
    rtnl_addr_set_scope(made.get(), RT_SCOPE_LINK);
    // The kernel's own route would have metric 0 and win over everybody's.
    rtnl_addr_set_flags(made.get(), IFA_F_NOPREFIXROUTE);
    return made;
}

Route make_route(const LinkLocal& from, std::uint32_t destination, int prefix_length) {
    Route made{rtnl_route_alloc()};
    const Address to = make(destination, prefix_length);
    const Address source = from.address != 0 ? make(from.address, 32) : nullptr;
    rtnl_nexthop* hop = rtnl_route_nh_alloc();
    if (!made || !to || (!source && from.address != 0) || !hop) {
        if (hop) rtnl_route_nh_free(hop);
        return nullptr;
    }
    rtnl_route_set_table(made.get(), RT_TABLE_MAIN);
    rtnl_route_set_protocol(made.get(), RTPROT_STATIC);
    rtnl_route_set_scope(made.get(), RT_SCOPE_LINK);
    rtnl_route_set_dst(made.get(), to.get());
    if (source) rtnl_route_set_pref_src(made.get(), source.get());
    rtnl_route_set_priority(made.get(), static_cast<std::uint32_t>(metric_base + from.ifindex));
    rtnl_route_nh_set_ifindex(hop, from.ifindex);
    rtnl_route_add_nexthop(made.get(), hop);
    return made;
}

Route link_route(const LinkLocal& from) {
    return make_route(from, ipv4ll::network_address, ipv4ll::prefix_length);
}
Route default_route_of(const LinkLocal& from) { return make_route(from, 0, 0); }

std::uint32_t own_table(const LinkLocal& of) {
    return table_base + static_cast<std::uint32_t>(of.ifindex);
}

/// Everything is on the link, for packets from the address. The kernel removes it with the address.
Route own_route(const LinkLocal& from) {
    Route made = default_route_of(from);
    if (made) rtnl_route_set_table(made.get(), own_table(from));
    return made;
}

Rule own_rule(const LinkLocal& from) {
    Rule made{rtnl_rule_alloc()};
    const Address source = make(from.address, 32);
    if (!made || !source) return nullptr;
    rtnl_rule_set_family(made.get(), AF_INET);
    rtnl_rule_set_src(made.get(), source.get());
    rtnl_rule_set_table(made.get(), own_table(from));
    rtnl_rule_set_prio(made.get(), rule_priority);
    rtnl_rule_set_action(made.get(), FR_ACT_TO_TBL);
    return made;
}

int add_route(nl_sock* socket, const Route& route) {
    if (!route) return ENOMEM;
    // Replacing mends what an earlier process may have left.
    return to_errno(rtnl_route_add(socket, route.get(), NLM_F_REPLACE));
}

void remove_route(nl_sock* socket, const Route& route) {
    if (route) rtnl_route_delete(socket, route.get(), 0);
}

}  // namespace

void Addresses::Close::operator()(nl_sock* socket) const { nl_socket_free(socket); }

int Addresses::open() {
    socket_.reset(nl_socket_alloc());
    if (!socket_) return ENOMEM;
    return to_errno(nl_connect(socket_.get(), NETLINK_ROUTE));
}

int Addresses::add(const LinkLocal& what, bool default_route) {
    const InterfaceAddress address = make_address(what);
    if (!address) return ENOMEM;
    if (const int error = to_errno(rtnl_addr_add(socket_.get(), address.get(), NLM_F_EXCL))) {
        return error;
    }
    int error = keeper::add_route(socket_.get(), link_route(what));
    if (!error && default_route) error = keeper::add_route(socket_.get(), default_route_of(what));
    if (error) {
        remove(what);
        return error;
    }
    // A kernel without such rules serves one interface as well as ever.
    const Rule rule = own_rule(what);
    if (rule && keeper::add_route(socket_.get(), own_route(what)) == 0)
        rtnl_rule_add(socket_.get(), rule.get(), NLM_F_EXCL);
    return 0;
}

int Addresses::add_route(int ifindex) {
    return keeper::add_route(socket_.get(), link_route({ifindex, 0}));
}

int Addresses::remove_route(int ifindex) {
    const Route route = link_route({ifindex, 0});
    if (!route) return ENOMEM;
    const int error = to_errno(rtnl_route_delete(socket_.get(), route.get(), 0));
    return error == ESRCH || error == ENODEV ? 0 : error;
}

int Addresses::remove(const LinkLocal& what) {
    if (const Rule rule = own_rule(what)) rtnl_rule_delete(socket_.get(), rule.get(), 0);
    keeper::remove_route(socket_.get(), own_route(what));
    keeper::remove_route(socket_.get(), default_route_of(what));
    keeper::remove_route(socket_.get(), link_route(what));
    const InterfaceAddress address = make_address(what);
    if (!address) return ENOMEM;
    const int error = to_errno(rtnl_addr_delete(socket_.get(), address.get(), 0));
    return error == EADDRNOTAVAIL || error == ENODEV ? 0 : error;
}

}  // namespace avahid::keeper
