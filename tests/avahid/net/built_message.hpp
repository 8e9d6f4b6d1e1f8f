// tests/avahid/net/built_message.hpp: routing messages as the kernel writes them, for what it tells
// of kinds of links that the machine at hand may not have.
#pragma once

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "avahid/net/rtnetlink.hpp"

namespace avahid::net {

/// Builds one message as the kernel would.
class Built {
public:
    Built(int type, ifinfomsg info) : Built(type) { append(info); }
    Built(int type, ifaddrmsg info) : Built(type) { append(info); }
    Built(int type, rtmsg info) : Built(type) { append(info); }
    Built(int type, ndmsg info) : Built(type) { append(info); }

    Built& u32(int attribute, std::uint32_t value) {
        nla_put_u32(message_.get(), attribute, value);
        return *this;
    }
    Built& text(int attribute, const char* value) {
        nla_put_string(message_.get(), attribute, value);
        return *this;
    }
    Built& bytes(int attribute, const std::vector<std::uint8_t>& value) {
        nla_put(message_.get(), attribute, static_cast<int>(value.size()), value.data());
        return *this;
    }
    Built& kinds(const char* kind, const char* port_kind) {
        nlattr* const nest = nla_nest_start(message_.get(), IFLA_LINKINFO);
        if (kind != nullptr) text(IFLA_INFO_KIND, kind);
        if (port_kind != nullptr) text(IFLA_INFO_SLAVE_KIND, port_kind);
        nla_nest_end(message_.get(), nest);
        return *this;
    }
    Built& flags(int flags) {
        header().nlmsg_flags = static_cast<std::uint16_t>(header().nlmsg_flags | flags);
        return *this;
    }
    nlmsghdr& header() const { return *nlmsg_hdr(message_.get()); }
    std::optional<RouteMessage> parsed() const { return parse_route_message(header()); }

private:
    explicit Built(int type) : message_(nlmsg_alloc_simple(type, 0), &nlmsg_free) {}
    template <typename Info>
    void append(Info& info) {
        nlmsg_append(message_.get(), &info, sizeof info, NLMSG_ALIGNTO);
    }
    std::unique_ptr<nl_msg, decltype(&nlmsg_free)> message_;
};

// linux/if.h spreads them over two enumerations, which refuse to be combined.
constexpr unsigned up = IFF_UP;
constexpr unsigned running = IFF_RUNNING;
constexpr unsigned lower_up = IFF_LOWER_UP;
constexpr unsigned multicast = IFF_MULTICAST;

inline ifinfomsg link_info(unsigned flags, unsigned char family = AF_UNSPEC) {
    ifinfomsg info{};
    info.ifi_family = family;
    info.ifi_index = 7;
    info.ifi_type = ARPHRD_ETHER;
    info.ifi_flags = flags;
    return info;
}

inline Built whole_link(unsigned flags) {
    Built built(RTM_NEWLINK, link_info(flags));
    built.text(IFLA_IFNAME, "eth7").u32(IFLA_MTU, 1492).bytes(IFLA_ADDRESS, {2, 0, 0, 0, 0, 7});
    return built;
}

inline ifaddrmsg address_info(unsigned char family, unsigned char flags = 0) {
    ifaddrmsg info{};
    info.ifa_family = family;
    info.ifa_prefixlen = family == AF_INET ? 24 : 64;
    info.ifa_flags = flags;
    info.ifa_scope = RT_SCOPE_LINK;
    info.ifa_index = 7;
    return info;
}

}  // namespace avahid::net
