#include "avahid/net/rtnetlink.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
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

}  // namespace

std::optional<RouteMessage> parse_route_message(nlmsghdr& header) {
    switch (header.nlmsg_type) {
        case RTM_NEWLINK:
        case RTM_DELLINK:
            return parse_link(header);
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return parse_address(header);
        default:
            return {};
    }
}

}  // namespace avahid::net
