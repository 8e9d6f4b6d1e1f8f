#include "avahid/net/rtnetlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <random>

namespace avahid::net {
namespace {

using boost::asio::ip::make_address;

/// Builds one message as the kernel would.
class Built {
public:
    Built(int type, ifinfomsg info) : Built(type) { append(info); }
    Built(int type, ifaddrmsg info) : Built(type) { append(info); }

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
        text(IFLA_INFO_KIND, kind).text(IFLA_INFO_SLAVE_KIND, port_kind);
        nla_nest_end(message_.get(), nest);
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

ifinfomsg link_info(unsigned flags, unsigned char family = AF_UNSPEC) {
    ifinfomsg info{};
    info.ifi_family = family;
    info.ifi_index = 7;
    info.ifi_type = ARPHRD_ETHER;
    info.ifi_flags = flags;
    return info;
}

Built whole_link(unsigned flags) {
    Built built(RTM_NEWLINK, link_info(flags));
    built.text(IFLA_IFNAME, "eth7").u32(IFLA_MTU, 1492).bytes(IFLA_ADDRESS, {2, 0, 0, 0, 0, 7});
    return built;
}

ifaddrmsg address_info(unsigned char family, unsigned char flags = 0) {
    ifaddrmsg info{};
    info.ifa_family = family;
    info.ifa_prefixlen = family == AF_INET ? 24 : 64;
    info.ifa_flags = flags;
    info.ifa_scope = RT_SCOPE_LINK;
    info.ifa_index = 7;
    return info;
}

Interface link_of(const std::optional<RouteMessage>& message) {
    return message && std::holds_alternative<LinkSeen>(*message) ? std::get<LinkSeen>(*message).interface : Interface();
}

InterfaceAddress address_of(const std::optional<RouteMessage>& message) {
    return message && std::holds_alternative<AddressSeen>(*message)
               ? std::get<AddressSeen>(*message).address
               : InterfaceAddress();
}

TEST(Rtnetlink, ReadsALink) {
    const auto parsed = whole_link(up | running | lower_up | multicast)
                            .u32(IFLA_MASTER, 9)
                            .u32(IFLA_CARRIER_DOWN_COUNT, 3)
                            .kinds("veth", "bridge")
                            .parsed();
    Interface expected;
    expected.ifindex = 7;
    expected.name = "eth7";
    expected.kind = "veth";
    expected.up = expected.running = expected.multicast = expected.ethernet = true;
    expected.mac = {2, 0, 0, 0, 0, 7};
    expected.mtu = 1492;
    expected.master = 9;
    expected.master_kind = "bridge";
    expected.carrier_downs = 3;
    EXPECT_EQ(link_of(parsed), expected);
}

TEST(Rtnetlink, RunningNeedsCarrierAndOperation) {
    EXPECT_FALSE(link_of(whole_link(up | running).parsed()).running);
    EXPECT_FALSE(link_of(whole_link(up | lower_up).parsed()).running);
    EXPECT_TRUE(link_of(whole_link(up | lower_up | running).parsed()).running);
}

TEST(Rtnetlink, ReadsEachFlag) {
    EXPECT_TRUE(link_of(whole_link(IFF_LOOPBACK).parsed()).loopback);
    EXPECT_TRUE(link_of(whole_link(IFF_POINTOPOINT).parsed()).point_to_point);
    EXPECT_TRUE(link_of(whole_link(IFF_NOARP).parsed()).noarp);
    EXPECT_FALSE(link_of(whole_link(0).parsed()).multicast);
}

TEST(Rtnetlink, LeavesPartialLinksAlone) {
    Built wireless(RTM_NEWLINK, link_info(IFF_UP));
    wireless.text(IFLA_IFNAME, "wlan0").bytes(IFLA_WIRELESS, {1, 2, 3, 4});
    EXPECT_FALSE(wireless.parsed());
}

TEST(Rtnetlink, BridgePortRemovedIsNoInterfaceGone) {
    EXPECT_FALSE(Built(RTM_DELLINK, link_info(0, AF_BRIDGE)).parsed());
    const auto gone = Built(RTM_DELLINK, link_info(0)).parsed();
    ASSERT_TRUE(gone && std::holds_alternative<LinkGone>(*gone));
    EXPECT_EQ(std::get<LinkGone>(*gone).ifindex, 7);
}

TEST(Rtnetlink, ReadsIpv4LocalAndPeer) {
    const auto one = address_of(Built(RTM_NEWADDR, address_info(AF_INET))
                                    .bytes(IFA_ADDRESS, {192, 0, 2, 2})
                                    .bytes(IFA_LOCAL, {192, 0, 2, 1})
                                    .parsed());
    EXPECT_EQ(one.address, make_address("192.0.2.1"));
    EXPECT_EQ(one.peer, make_address("192.0.2.2"));
    EXPECT_EQ(one.prefix_length, 24);
    EXPECT_EQ(one.scope, RT_SCOPE_LINK);
}

TEST(Rtnetlink, SecondaryIpv4IsNotTemporary) {
    const auto one = address_of(Built(RTM_NEWADDR, address_info(AF_INET, IFA_F_SECONDARY))
                                    .bytes(IFA_LOCAL, {192, 0, 2, 1})
                                    .parsed());
    EXPECT_EQ(one.address, make_address("192.0.2.1"));
    EXPECT_FALSE(one.temporary);
}

TEST(Rtnetlink, ReadsIpv6Flags) {
    const auto with = [](std::uint32_t flags) {
        return address_of(
            Built(RTM_NEWADDR, address_info(AF_INET6))
                .bytes(IFA_ADDRESS, {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
                .u32(IFA_FLAGS, flags)
                .parsed());
    };
    EXPECT_EQ(with(0).address, make_address("fe80::1"));
    EXPECT_EQ(with(0).peer, make_address("fe80::1"));
    EXPECT_TRUE(with(IFA_F_TENTATIVE).tentative);
    EXPECT_TRUE(with(IFA_F_DADFAILED).dad_failed);
    EXPECT_TRUE(with(IFA_F_DEPRECATED).deprecated);
    EXPECT_TRUE(with(IFA_F_TEMPORARY).temporary);
    EXPECT_TRUE(with(IFA_F_OPTIMISTIC).optimistic);
    EXPECT_FALSE(with(IFA_F_PERMANENT | IFA_F_STABLE_PRIVACY).tentative);
}

TEST(Rtnetlink, WideFlagsReplaceTheHeaders) {
    const auto one = address_of(Built(RTM_NEWADDR, address_info(AF_INET, IFA_F_TENTATIVE))
                                    .bytes(IFA_LOCAL, {192, 0, 2, 1})
                                    .u32(IFA_FLAGS, IFA_F_DEPRECATED)
                                    .parsed());
    EXPECT_FALSE(one.tentative);
    EXPECT_TRUE(one.deprecated);
}

TEST(Rtnetlink, RefusesWhatIsNoAddress) {
    EXPECT_FALSE(Built(RTM_NEWADDR, address_info(AF_INET)).parsed());
    EXPECT_FALSE(Built(RTM_NEWADDR, address_info(AF_INET)).bytes(IFA_LOCAL, {192, 0, 2}).parsed());
    EXPECT_FALSE(
        Built(RTM_NEWADDR, address_info(AF_PACKET)).bytes(IFA_LOCAL, {192, 0, 2, 1}).parsed());
}

TEST(Rtnetlink, RefusesOtherTypesAndShortMessages) {
    EXPECT_FALSE(Built(RTM_NEWROUTE, link_info(0)).text(IFLA_IFNAME, "eth7").parsed());
    for (const int type : {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR}) {
        nlmsghdr bare{};
        bare.nlmsg_len = sizeof bare;
        bare.nlmsg_type = static_cast<std::uint16_t>(type);
        EXPECT_FALSE(parse_route_message(bare)) << type;
    }
}

TEST(Rtnetlink, SurvivesAnyAttributes) {
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        alignas(nlmsghdr) std::uint8_t buffer[256];
        for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
        nlmsghdr header{};
        header.nlmsg_len = static_cast<std::uint32_t>(16 + random() % 241);
        header.nlmsg_type = static_cast<std::uint16_t>(RTM_NEWLINK + random() % 8);
        std::memcpy(buffer, &header, sizeof header);
        // Plausible attribute lengths, or nothing is ever looked at.
        for (std::size_t at = 32; at + 4 < sizeof buffer; at += 12) {
            buffer[at] = static_cast<std::uint8_t>(random() % 16);
            buffer[at + 1] = 0;
            buffer[at + 2] = static_cast<std::uint8_t>(random() % 64);
            buffer[at + 3] = static_cast<std::uint8_t>(random() % 2 * 0x80);
        }
        parse_route_message(*reinterpret_cast<nlmsghdr*>(buffer));
    }
}

}  // namespace
}  // namespace avahid::net
