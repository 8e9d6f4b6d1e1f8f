// Links of every kind, by the messages that the kernel tells of them with: bonds, teams, VLANs and
// VRFs are not to be had on every machine. Messages in, verdicts out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "avahid/net/eligible.hpp"
#include "avahid/net/interface_table.hpp"
#include "tests/avahid/net/built_message.hpp"

namespace avahid::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr unsigned broadcast = IFF_BROADCAST;
constexpr unsigned working = up | running | lower_up | multicast | broadcast;

struct Told {
    int ifindex;
    const char* name;
    const char* kind = nullptr;
    int master = 0;
    const char* port_kind = nullptr;
    unsigned flags = working;
    std::uint16_t type = ARPHRD_ETHER;
};

Built message(const Told& told, int kind = RTM_NEWLINK) {
    ifinfomsg info = link_info(told.flags);
    info.ifi_index = told.ifindex;
    info.ifi_type = told.type;
    Built built(kind, info);
    built.text(IFLA_IFNAME, told.name).u32(IFLA_MTU, 1500);
    built.bytes(IFLA_ADDRESS, {2, 0, 0, 0, 0, static_cast<std::uint8_t>(told.ifindex)});
    if (told.master != 0) built.u32(IFLA_MASTER, static_cast<std::uint32_t>(told.master));
    if (told.kind != nullptr || told.port_kind != nullptr) built.kinds(told.kind, told.port_kind);
    return built;
}

class Kinds : public ::testing::Test {
protected:
    void play(const Built& built) {
        if (auto parsed = built.parsed()) table.on_message(std::move(*parsed));
    }
    void play(const Told& told) { play(message(told)); }
    Verdict verdict(int ifindex, const MdnsPolicy& policy = {}) const {
        return mdns_verdict(table.interfaces().at(ifindex), policy);
    }
    Verdict ipv4ll(int ifindex) const { return ipv4ll_verdict(table.interfaces().at(ifindex), {}); }
    std::vector<LinkEvent> events() { return table.take_events(); }

    InterfaceTable table;
};

LinkEvent changed(int ifindex) { return {LinkEvent::Kind::changed, ifindex}; }

/// As `ip link set eth0 master bond0` goes: down, enslaved, up again with the master's flag.
TEST_F(Kinds, BondTakesThePlaceOfItsPorts) {
    play({.ifindex = 2, .name = "eth0"});
    EXPECT_EQ(verdict(2), Verdict::eligible);
    play({.ifindex = 5,
          .name = "bond0",
          .kind = "bond",
          .flags = up | multicast | broadcast | IFF_MASTER});
    EXPECT_EQ(verdict(5), Verdict::no_carrier);
    play({.ifindex = 2, .name = "eth0", .flags = multicast | broadcast});
    play({.ifindex = 2,
          .name = "eth0",
          .master = 5,
          .port_kind = "bond",
          .flags = working | IFF_SLAVE});
    play({.ifindex = 5, .name = "bond0", .kind = "bond", .flags = working | IFF_MASTER});
    EXPECT_EQ(verdict(2), Verdict::port_of_master);
    EXPECT_EQ(ipv4ll(2), Verdict::port_of_master);
    EXPECT_EQ(verdict(5), Verdict::eligible);
    EXPECT_EQ(ipv4ll(5), Verdict::eligible);

    // Released again: told once, with the attribute simply missing.
    events();
    play({.ifindex = 2, .name = "eth0"});
    EXPECT_THAT(events(), ElementsAre(changed(2)));
    EXPECT_EQ(verdict(2), Verdict::eligible);
    EXPECT_EQ(ipv4ll(2), Verdict::eligible);
}

TEST_F(Kinds, BondPortsAreKnownBeforeTheirBond) {
    play({.ifindex = 2, .name = "eth0", .master = 5, .flags = working | IFF_SLAVE});
    play({.ifindex = 5, .name = "bond0", .kind = "bond", .flags = working | IFF_MASTER});
    events();
    EXPECT_EQ(verdict(2), Verdict::port_of_master);
}

TEST_F(Kinds, BondLosesCarrierWithItsLastPort) {
    play({.ifindex = 5, .name = "bond0", .kind = "bond", .flags = working | IFF_MASTER});
    play({.ifindex = 5, .name = "bond0", .kind = "bond", .flags = up | multicast | IFF_MASTER});
    EXPECT_EQ(verdict(5), Verdict::no_carrier);
    EXPECT_EQ(table.interfaces().at(5).outages, 1u);
}

TEST_F(Kinds, TeamAndOpenVswitchTakeThePlaceOfTheirPorts) {
    play({.ifindex = 5, .name = "team0", .kind = "team"});
    play({.ifindex = 2, .name = "eth0", .master = 5, .port_kind = "team"});
    play({.ifindex = 6,
          .name = "ovs-system",
          .kind = "openvswitch",
          .flags = multicast | broadcast});
    play({.ifindex = 7, .name = "br-int", .kind = "openvswitch"});
    play({.ifindex = 3, .name = "eth1", .master = 6, .port_kind = "openvswitch"});
    EXPECT_EQ(verdict(2), Verdict::port_of_master);
    EXPECT_EQ(verdict(3), Verdict::port_of_master);
    EXPECT_EQ(verdict(5), Verdict::eligible);
    EXPECT_EQ(verdict(6), Verdict::down);  // the switch itself has no link
    EXPECT_EQ(verdict(7), Verdict::eligible);
}

TEST_F(Kinds, VrfPortIsServedItself) {
    play({.ifindex = 9,
          .name = "vrf-blue",
          .kind = "vrf",
          .flags = up | running | lower_up | IFF_NOARP | IFF_MASTER});
    play({.ifindex = 2, .name = "eth0", .master = 9, .port_kind = "vrf"});
    EXPECT_EQ(verdict(2), Verdict::eligible);
    EXPECT_EQ(ipv4ll(2), Verdict::eligible);
    EXPECT_EQ(verdict(9), Verdict::no_multicast);  // the routing domain is no link
    EXPECT_EQ(ipv4ll(9), Verdict::no_arp);
}

TEST_F(Kinds, VlanIsALinkOfItsOwnBesideTheOneItRunsOver) {
    play({.ifindex = 2, .name = "eth0"});
    Built vlan = message({.ifindex = 8, .name = "eth0.100", .kind = "vlan"});
    play(vlan.u32(IFLA_LINK, 2));
    EXPECT_EQ(verdict(2), Verdict::eligible);
    EXPECT_EQ(verdict(8), Verdict::eligible);
    EXPECT_EQ(ipv4ll(8), Verdict::eligible);
    // The lower link's carrier is the VLAN's.
    play({.ifindex = 8, .name = "eth0.100", .kind = "vlan", .flags = up | multicast | broadcast});
    EXPECT_EQ(verdict(8), Verdict::no_carrier);
}

TEST_F(Kinds, VlanOnABondOnTwoPortsIsServedOnceEach) {
    play({.ifindex = 2, .name = "eth0", .master = 5, .port_kind = "bond"});
    play({.ifindex = 3, .name = "eth1", .master = 5, .port_kind = "bond"});
    play({.ifindex = 5, .name = "bond0", .kind = "bond"});
    play({.ifindex = 6, .name = "bond0.7", .kind = "vlan", .master = 10, .port_kind = "bridge"});
    play({.ifindex = 10, .name = "br7", .kind = "bridge"});
    std::vector<std::string> served;
    for (const auto& [ifindex, interface] : table.interfaces()) {
        if (mdns_verdict(interface, {}) == Verdict::eligible) served.push_back(interface.name);
    }
    EXPECT_THAT(served, ElementsAre("bond0", "br7"));
}

TEST_F(Kinds, DormantLinkWaitsForItsAuthentication) {  // IEEE 802.1X: lower layer up, not running
    constexpr unsigned dormant = IFF_DORMANT;
    play({.ifindex = 2, .name = "wlan0", .flags = up | lower_up | dormant | multicast});
    EXPECT_EQ(verdict(2), Verdict::no_carrier);
    play({.ifindex = 2, .name = "wlan0", .flags = working});
    EXPECT_EQ(verdict(2), Verdict::eligible);
    EXPECT_EQ(table.interfaces().at(2).outages, 0u);
}

TEST_F(Kinds, TunnelsNeedMulticastAndTheOwnersWord) {
    const MdnsPolicy allowed{.allow = {}, .deny = {}, .allow_point_to_point = true};
    constexpr unsigned tunnel = up | running | lower_up | IFF_POINTOPOINT | IFF_NOARP;
    play({.ifindex = 3,
          .name = "tun0",
          .kind = "tun",
          .flags = tunnel | multicast,
          .type = ARPHRD_NONE});
    play({.ifindex = 4, .name = "wg0", .kind = "wireguard", .flags = tunnel, .type = ARPHRD_NONE});
    EXPECT_EQ(verdict(3), Verdict::point_to_point);
    EXPECT_EQ(verdict(3, allowed), Verdict::eligible);
    EXPECT_EQ(verdict(4, allowed), Verdict::no_multicast);
    EXPECT_EQ(ipv4ll(3), Verdict::not_ethernet);
}

TEST_F(Kinds, WhatABridgeSaysOfItsPortsIsNoNewsOfThem) {
    play({.ifindex = 2, .name = "eth0", .master = 10, .port_kind = "bridge"});
    play({.ifindex = 10, .name = "br0", .kind = "bridge"});
    events();
    for (const int type : {RTM_NEWLINK, RTM_DELLINK}) {
        ifinfomsg info = link_info(working, AF_BRIDGE);
        info.ifi_index = 2;
        Built built(type, info);
        play(built.text(IFLA_IFNAME, "eth0").u32(IFLA_MTU, 1500).u32(IFLA_MASTER, 10));
    }
    EXPECT_THAT(events(), IsEmpty());
    EXPECT_EQ(verdict(2), Verdict::port_of_master);
}

}  // namespace
}  // namespace avahid::net
