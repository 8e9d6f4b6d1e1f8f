#include "avahid/net/rtnetlink.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace avahid::net {
namespace {

std::uint32_t number(const nlattr* attribute) {
    const bool whole = attribute != nullptr && nla_len(attribute) >= int{sizeof(std::uint32_t)};
    return whole ? nla_get_u32(attribute) : 0;
}

std::string text(const nlattr* attribute) {
    if (attribute == nullptr) return {};
    const auto* begin = static_cast<const char*>(nla_data(attribute));
    return {begin, ::strnlen(begin, static_cast<std::size_t>(nla_len(attribute)))};
}

/// The attribute's bytes when it has just this many.
template <typename Bytes>
std::optional<Bytes> exactly(const nlattr* attribute) {
    Bytes bytes{};
    if (attribute == nullptr || nla_len(attribute) != static_cast<int>(bytes.size())) return {};
    std::memcpy(bytes.data(), nla_data(attribute), bytes.size());
    return bytes;
}

std::optional<Address> ip_address(const nlattr* attribute, int family) {
    using namespace boost::asio::ip;
    if (family == AF_INET) {
        const auto bytes = exactly<address_v4::bytes_type>(attribute);
        return bytes ? std::optional<Address>(address_v4(*bytes)) : std::nullopt;
    }
    const auto bytes = exactly<address_v6::bytes_type>(attribute);
    return bytes ? std::optional<Address>(address_v6(*bytes)) : std::nullopt;
}

void read_kinds(nlattr* link_info, Interface& into) {
    nlattr* found[IFLA_INFO_MAX + 1] = {};
    if (link_info == nullptr || nla_parse_nested(found, IFLA_INFO_MAX, link_info, nullptr) < 0) {
        return;
    }
    into.kind = text(found[IFLA_INFO_KIND]);
    into.master_kind = text(found[IFLA_INFO_SLAVE_KIND]);
}

void read_flags(const ifinfomsg& info, Interface& into) {
    const auto has = [&](unsigned flag) { return (info.ifi_flags & flag) != 0; };
    into.up = has(IFF_UP);
    // LOWER_UP follows the carrier at once, RUNNING the operational state (802.1X, bonding).
    into.running = has(IFF_RUNNING) && has(IFF_LOWER_UP);
    into.loopback = has(IFF_LOOPBACK);
    into.multicast = has(IFF_MULTICAST);
    into.point_to_point = has(IFF_POINTOPOINT);
    into.noarp = has(IFF_NOARP);
    into.ethernet = info.ifi_type == ARPHRD_ETHER;
}

/// Messages of family AF_BRIDGE speak of a bridge port: their DELLINK is no interface going away.
/// Wireless events and the like carry no MTU: they are no description of the link.
std::optional<RouteMessage> parse_link(nlmsghdr& header) {
    nlattr* found[IFLA_MAX + 1] = {};
    if (nlmsg_parse(&header, sizeof(ifinfomsg), found, IFLA_MAX, nullptr) < 0) return {};
    const auto& info = *static_cast<const ifinfomsg*>(nlmsg_data(&header));
    if (info.ifi_family != AF_UNSPEC || info.ifi_index <= 0) return {};
    if (header.nlmsg_type == RTM_DELLINK) return LinkGone{info.ifi_index};
    if (found[IFLA_MTU] == nullptr || found[IFLA_IFNAME] == nullptr) return {};

    LinkSeen seen;
    Interface& into = seen.interface;
    into.ifindex = info.ifi_index;
    into.name = text(found[IFLA_IFNAME]);
    into.mtu = number(found[IFLA_MTU]);
    into.master = static_cast<int>(number(found[IFLA_MASTER]));
    into.carrier_downs = number(found[IFLA_CARRIER_DOWN_COUNT]);
    read_flags(info, into);
    if (into.ethernet) into.mac = exactly<Mac>(found[IFLA_ADDRESS]).value_or(Mac{});
    read_kinds(found[IFLA_LINKINFO], into);
    return seen;
}

void read_flags(std::uint32_t flags, InterfaceAddress& into) {
    into.tentative = (flags & IFA_F_TENTATIVE) != 0;
    into.dad_failed = (flags & IFA_F_DADFAILED) != 0;
    into.deprecated = (flags & IFA_F_DEPRECATED) != 0;
    into.optimistic = (flags & IFA_F_OPTIMISTIC) != 0;
    // The same bit means "secondary" with IPv4.
    into.temporary = into.address.is_v6() && (flags & IFA_F_TEMPORARY) != 0;
}

std::optional<RouteMessage> parse_address(nlmsghdr& header) {
    nlattr* found[IFA_MAX + 1] = {};
    if (nlmsg_parse(&header, sizeof(ifaddrmsg), found, IFA_MAX, nullptr) < 0) return {};
    const auto& info = *static_cast<const ifaddrmsg*>(nlmsg_data(&header));
    if (info.ifa_family != AF_INET && info.ifa_family != AF_INET6) return {};
    const auto local = ip_address(found[IFA_LOCAL], info.ifa_family);
    const auto prefix = ip_address(found[IFA_ADDRESS], info.ifa_family);
    if (!local && !prefix) return {};

    // IPv6 gives IFA_LOCAL only beside a peer's address.
    InterfaceAddress into;
    into.address = local ? *local : *prefix;
    into.peer = prefix ? *prefix : *local;
    into.prefix_length = info.ifa_prefixlen;
    into.scope = info.ifa_scope;
    read_flags(found[IFA_FLAGS] != nullptr ? number(found[IFA_FLAGS]) : info.ifa_flags, into);
    const int ifindex = static_cast<int>(info.ifa_index);
    if (header.nlmsg_type == RTM_DELADDR) return AddressGone{ifindex, into};
    return AddressSeen{ifindex, into};
}

/// Of the next hop's own family, which need not be the route's (RFC 8950: IPv4 by way of IPv6).
std::optional<Address> gateway_of(nlattr* const found[], int family) {
    if (found[RTA_GATEWAY] != nullptr) return ip_address(found[RTA_GATEWAY], family);
    const nlattr* const via = found[RTA_VIA];
    if (via == nullptr || nla_len(via) != 2 + int{sizeof(in6_addr)}) return {};
    std::uint16_t via_family = 0;
    std::memcpy(&via_family, nla_data(via), sizeof via_family);
    if (via_family != AF_INET6) return {};
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), static_cast<const std::uint8_t*>(nla_data(via)) + 2, bytes.size());
    return boost::asio::ip::address_v6(bytes);
}

void add_hop(nlattr* const found[], int ifindex, const rtmsg& info,
             std::vector<DefaultRouteSeen::Hop>& hops) {
    const auto gateway = gateway_of(found, info.rtm_family);
    if (ifindex <= 0 || !gateway) return;
    hops.push_back({ifindex, {*gateway, number(found[RTA_PRIORITY])}});
}

void add_paths(const nlattr* paths, nlattr* const route[], const rtmsg& info,
               std::vector<DefaultRouteSeen::Hop>& hops) {
    int left = nla_len(paths);
    auto* hop = static_cast<rtnexthop*>(nla_data(paths));
    while (left >= int{sizeof *hop} && hop->rtnh_len >= sizeof *hop && hop->rtnh_len <= left) {
        nlattr* found[RTA_MAX + 1] = {};
        auto* const attributes = reinterpret_cast<nlattr*>(RTNH_DATA(hop));
        const int length = hop->rtnh_len - int{sizeof *hop};
        if (nla_parse(found, RTA_MAX, attributes, length, nullptr) < 0) return;
        found[RTA_PRIORITY] = route[RTA_PRIORITY];
        add_hop(found, hop->rtnh_ifindex, info, hops);
        left -= RTNH_ALIGN(hop->rtnh_len);
        hop = RTNH_NEXT(hop);
    }
}

std::optional<RouteMessage> parse_default_route(nlmsghdr& header) {
    nlattr* found[RTA_MAX + 1] = {};
    if (nlmsg_parse(&header, sizeof(rtmsg), found, RTA_MAX, nullptr) < 0) return {};
    const auto& info = *static_cast<const rtmsg*>(nlmsg_data(&header));
    const bool ip = info.rtm_family == AF_INET || info.rtm_family == AF_INET6;
    const auto table = found[RTA_TABLE] != nullptr ? number(found[RTA_TABLE]) : info.rtm_table;
    if (!ip || info.rtm_dst_len != 0 || info.rtm_type != RTN_UNICAST || table != RT_TABLE_MAIN ||
        (info.rtm_flags & RTM_F_CLONED) != 0) {
        return {};
    }
    std::vector<DefaultRouteSeen::Hop> hops;
    if (found[RTA_MULTIPATH] != nullptr) {
        add_paths(found[RTA_MULTIPATH], found, info, hops);
    } else {
        add_hop(found, static_cast<int>(number(found[RTA_OIF])), info, hops);
    }
    if (hops.empty()) return {};
    if (header.nlmsg_type == RTM_DELROUTE) return DefaultRouteGone{std::move(hops)};
    return DefaultRouteSeen{std::move(hops), (header.nlmsg_flags & NLM_F_REPLACE) != 0};
}

}  // namespace

std::optional<RouteMessage> parse_route_message(nlmsghdr& header) {
    switch (header.nlmsg_type) {
        case RTM_NEWLINK:
        case RTM_DELLINK:
            return parse_link(header);
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return parse_address(header);
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            return parse_default_route(header);
        default:
            return {};
    }
}

std::optional<Neighbour> parse_neighbour(nlmsghdr& header) {
    nlattr* found[NDA_MAX + 1] = {};
    if (header.nlmsg_type != RTM_NEWNEIGH) return {};
    if (nlmsg_parse(&header, sizeof(ndmsg), found, NDA_MAX, nullptr) < 0) return {};
    const auto& info = *static_cast<const ndmsg*>(nlmsg_data(&header));
    if (info.ndm_family != AF_INET && info.ndm_family != AF_INET6) return {};
    const auto address = ip_address(found[NDA_DST], info.ndm_family);
    const nlattr* const hardware = found[NDA_LLADDR];
    constexpr unsigned alive = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;
    if ((info.ndm_state & alive) == 0 || (info.ndm_flags & NTF_PROXY) != 0) return {};
    if (!address || address->is_multicast() || hardware == nullptr) return {};
    const auto* const bytes = static_cast<const std::uint8_t*>(nla_data(hardware));
    return Neighbour{info.ndm_ifindex,
                     *address,
                     {bytes, bytes + nla_len(hardware)},
                     (info.ndm_flags & NTF_ROUTER) != 0};
}

}  // namespace avahid::net
