#include "avahid/net/rtnetlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/avahid/net/built_message.hpp"

namespace avahid::net {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
    EXPECT_FALSE(Built(RTM_NEWQDISC, link_info(0)).text(IFLA_IFNAME, "eth7").parsed());
    for (const int type :
         {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE}) {
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
        header.nlmsg_type = static_cast<std::uint16_t>(RTM_NEWLINK + random() % 16);
        std::memcpy(buffer, &header, sizeof header);
        // Plausible attribute lengths, or nothing is ever looked at.
        for (std::size_t at = 32; at + 4 < sizeof buffer; at += 12) {
            buffer[at] = static_cast<std::uint8_t>(random() % 16);
            buffer[at + 1] = 0;
            buffer[at + 2] = static_cast<std::uint8_t>(random() % 64);
            buffer[at + 3] = static_cast<std::uint8_t>(random() % 2 * 0x80);
        }
        parse_route_message(*reinterpret_cast<nlmsghdr*>(buffer));
        parse_neighbour(*reinterpret_cast<nlmsghdr*>(buffer));
    }
}

// ---- default routes ----

rtmsg route_info(unsigned char family, unsigned char prefix_length = 0) {
    rtmsg info{};
    info.rtm_family = family;
    info.rtm_dst_len = prefix_length;
    info.rtm_table = RT_TABLE_MAIN;
    info.rtm_type = RTN_UNICAST;
    return info;
}

Built default_route(int type = RTM_NEWROUTE, rtmsg info = route_info(AF_INET)) {
    Built built(type, info);
    built.u32(RTA_OIF, 7).u32(RTA_PRIORITY, 100).bytes(RTA_GATEWAY, {192, 0, 2, 254});
    return built;
}

std::vector<DefaultRouteSeen::Hop> hops_of(const std::optional<RouteMessage>& message) {
    const auto* seen = message ? std::get_if<DefaultRouteSeen>(&*message) : nullptr;
    return seen ? seen->hops : std::vector<DefaultRouteSeen::Hop>();
}

DefaultRouteSeen::Hop hop(int ifindex, const char* gateway, std::uint32_t metric) {
    return {ifindex, {make_address(gateway), metric}};
}

TEST(Rtnetlink, ReadsADefaultRoute) {
    EXPECT_THAT(hops_of(default_route().parsed()), ElementsAre(hop(7, "192.0.2.254", 100)));
    const auto six = Built(RTM_NEWROUTE, route_info(AF_INET6))
                         .u32(RTA_OIF, 7)
                         .bytes(RTA_GATEWAY, {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})
                         .parsed();
    EXPECT_THAT(hops_of(six), ElementsAre(hop(7, "fe80::9", 0)));
    const auto gone = default_route(RTM_DELROUTE).parsed();
    ASSERT_TRUE(gone && std::holds_alternative<DefaultRouteGone>(*gone));
    EXPECT_THAT(std::get<DefaultRouteGone>(*gone).hops, ElementsAre(hop(7, "192.0.2.254", 100)));
}

TEST(Rtnetlink, ReadsThatADefaultRouteTakesTheOldOnesPlace) {
    const auto replaces = [](const Built& built) {
        return std::get<DefaultRouteSeen>(*built.parsed()).replaces;
    };
    EXPECT_FALSE(replaces(default_route()));
    EXPECT_TRUE(replaces(default_route().flags(NLM_F_REPLACE)));
}

TEST(Rtnetlink, ReadsEachPathOfADefaultRoute) {
    std::vector<std::uint8_t> paths(32);
    for (int i = 0; i < 2; ++i) {
        rtnexthop next{};
        next.rtnh_len = 16;
        next.rtnh_ifindex = 7 + i;
        const nlattr attribute{.nla_len = 8, .nla_type = RTA_GATEWAY};
        const std::uint8_t gateway[] = {192, 0, 2, static_cast<std::uint8_t>(1 + i)};
        auto* const at = paths.data() + std::ptrdiff_t{16} * i;
        std::memcpy(at, &next, sizeof next);
        std::memcpy(at + 8, &attribute, sizeof attribute);
        std::memcpy(at + 12, gateway, sizeof gateway);
    }
    const auto two = [&] {
        Built built(RTM_NEWROUTE, route_info(AF_INET));
        built.u32(RTA_PRIORITY, 5).bytes(RTA_MULTIPATH, paths);
        return hops_of(built.parsed());
    };
    EXPECT_THAT(two(), ElementsAre(hop(7, "192.0.2.1", 5), hop(8, "192.0.2.2", 5)));
    paths[16] = 200;  // longer than what is there
    EXPECT_THAT(two(), ElementsAre(hop(7, "192.0.2.1", 5)));
    paths[0] = 0;
    EXPECT_THAT(two(), IsEmpty());
}

TEST(Rtnetlink, ReadsARouterOfTheOtherFamily) {  // RFC 8950
    std::vector<std::uint8_t> via(18);
    const std::uint16_t family = AF_INET6;
    std::memcpy(via.data(), &family, sizeof family);
    via[2] = 0xfe, via[3] = 0x80, via[17] = 9;
    Built built(RTM_NEWROUTE, route_info(AF_INET));
    built.u32(RTA_OIF, 7).bytes(RTA_VIA, via);
    EXPECT_THAT(hops_of(built.parsed()), ElementsAre(hop(7, "fe80::9", 0)));
}

TEST(Rtnetlink, LeavesOtherRoutesAlone) {
    EXPECT_FALSE(default_route(RTM_NEWROUTE, route_info(AF_INET, 24)).parsed());
    auto info = route_info(AF_INET);
    info.rtm_table = RT_TABLE_LOCAL;
    EXPECT_FALSE(default_route(RTM_NEWROUTE, info).parsed());
    EXPECT_FALSE(default_route().u32(RTA_TABLE, 1000).parsed());  // such as a VRF's
    info = route_info(AF_INET);
    info.rtm_type = RTN_UNREACHABLE;
    EXPECT_FALSE(default_route(RTM_NEWROUTE, info).parsed());
    info = route_info(AF_INET);
    info.rtm_flags = RTM_F_CLONED;
    EXPECT_FALSE(default_route(RTM_NEWROUTE, info).parsed());
    EXPECT_FALSE(Built(RTM_NEWROUTE, route_info(AF_INET)).u32(RTA_OIF, 7).parsed());  // no router
    EXPECT_FALSE(default_route(RTM_NEWROUTE, route_info(RTNL_FAMILY_IPMR)).parsed());
}

// ---- neighbours ----

Built neighbour(unsigned state, unsigned char flags = 0, int type = RTM_NEWNEIGH) {
    ndmsg info{};
    info.ndm_family = AF_INET;
    info.ndm_ifindex = 7;
    info.ndm_state = static_cast<std::uint16_t>(state);
    info.ndm_flags = flags;
    Built built(type, info);
    built.bytes(NDA_DST, {192, 0, 2, 9}).bytes(NDA_LLADDR, {2, 0, 0, 0, 0, 9});
    return built;
}

TEST(Rtnetlink, ReadsANeighbour) {
    for (const unsigned state : {NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE}) {
        const auto one = parse_neighbour(neighbour(state).header());
        ASSERT_TRUE(one) << state;
        EXPECT_EQ(one->ifindex, 7);
        EXPECT_EQ(one->address, make_address("192.0.2.9"));
        EXPECT_THAT(one->hardware, ElementsAre(2, 0, 0, 0, 0, 9));
        EXPECT_FALSE(one->router);
    }
    EXPECT_TRUE(parse_neighbour(neighbour(NUD_STALE, NTF_ROUTER).header())->router);
}

TEST(Rtnetlink, RefusesWhoeverHasNotAnswered) {
    for (const unsigned state : {NUD_INCOMPLETE, NUD_FAILED, NUD_NOARP, NUD_PERMANENT, NUD_NONE}) {
        EXPECT_FALSE(parse_neighbour(neighbour(state).header())) << state;
    }
    EXPECT_FALSE(parse_neighbour(neighbour(NUD_STALE, NTF_PROXY).header()));
    EXPECT_FALSE(parse_neighbour(neighbour(NUD_STALE, 0, RTM_DELNEIGH).header()));
    ndmsg bare{};
    bare.ndm_family = AF_INET;
    bare.ndm_state = NUD_STALE;
    EXPECT_FALSE(parse_neighbour(Built(RTM_NEWNEIGH, bare).header()));
}

}  // namespace
}  // namespace avahid::net
