#include "avahid/net/eligible.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace avahid::net {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Interface ethernet(const std::string& name = "eth0") {
    Interface one;
    one.ifindex = 2;
    one.name = name;
    one.up = one.running = one.multicast = one.ethernet = true;
    return one;
}

Interface port_of(const std::string& kind) {
    auto port = ethernet();
    port.master = 9;
    port.master_kind = kind;
    return port;
}

enum Flag { none, tentative, failed, deprecated, temporary, duplicate };

InterfaceAddress address(const char* text, Flag flag = none) {
    InterfaceAddress one;
    one.address = one.peer = make_address(text);
    const bool link_local = one.address.is_v6() && one.address.to_v6().is_link_local();
    one.scope = link_local ? 253 : 0;
    one.prefix_length = one.address.is_v4() ? 24 : 64;
    one.tentative = flag == tentative || flag == duplicate;
    one.dad_failed = flag == failed || flag == duplicate;
    one.deprecated = flag == deprecated;
    one.temporary = flag == temporary;
    return one;
}

std::vector<std::string> published(std::vector<InterfaceAddress> addresses) {
    auto interface = ethernet();
    interface.addresses = std::move(addresses);
    std::vector<std::string> texts;
    for (const auto& one : publishable_addresses(interface)) {
        texts.push_back(one.address.to_string());
    }
    return texts;
}

TEST(Eligible, OrdinaryInterfaceIsServed) {
    EXPECT_EQ(mdns_verdict(ethernet(), {}), Verdict::eligible);
}

TEST(Eligible, EachMissingQualityIsNamed) {
    const auto without = [](bool Interface::*quality) {
        auto one = ethernet();
        one.*quality = !(one.*quality);
        return mdns_verdict(one, {});
    };
    EXPECT_EQ(without(&Interface::up), Verdict::down);
    EXPECT_EQ(without(&Interface::running), Verdict::no_carrier);
    EXPECT_EQ(without(&Interface::multicast), Verdict::no_multicast);
    EXPECT_EQ(without(&Interface::loopback), Verdict::loopback);
    EXPECT_EQ(without(&Interface::point_to_point), Verdict::point_to_point);
    EXPECT_EQ(without(&Interface::ethernet), Verdict::eligible);  // wireless IP links, InfiniBand
}

TEST(Eligible, PortsOfOneLinkAreLeftToTheirMaster) {
    for (const char* kind : {"bridge", "bond", "team", "openvswitch"}) {
        EXPECT_EQ(mdns_verdict(port_of(kind), {}), Verdict::port_of_master) << kind;
    }
    EXPECT_EQ(mdns_verdict(port_of("vrf"), {}), Verdict::eligible);
    EXPECT_EQ(mdns_verdict(port_of(""), {}), Verdict::eligible);
}

TEST(Eligible, MastersThemselvesAreServed) {
    for (const char* kind : {"bridge", "bond", "team", "openvswitch", "vrf"}) {
        auto master = ethernet();
        master.kind = kind;
        EXPECT_EQ(mdns_verdict(master, {}), Verdict::eligible) << kind;
    }
}

TEST(Eligible, PointToPointOnRequest) {
    auto tunnel = ethernet("tun0");
    tunnel.point_to_point = true;
    EXPECT_EQ(mdns_verdict(tunnel, {.allow = {}, .deny = {}, .allow_point_to_point = true}),
              Verdict::eligible);
}

TEST(Eligible, GlobsDenyBeforeTheyAllow) {
    const MdnsPolicy policy{.allow = {"eth*", "wlan?"}, .deny = {"*9", "docker*"}};
    EXPECT_EQ(mdns_verdict(ethernet("eth0"), policy), Verdict::eligible);
    EXPECT_EQ(mdns_verdict(ethernet("wlan1"), policy), Verdict::eligible);
    EXPECT_EQ(mdns_verdict(ethernet("eth9"), policy), Verdict::denied);
    EXPECT_EQ(mdns_verdict(ethernet("docker0"), policy), Verdict::denied);
    EXPECT_EQ(mdns_verdict(ethernet("wlan10"), policy), Verdict::not_allowed);
    EXPECT_EQ(mdns_verdict(ethernet("ETH0"), policy), Verdict::not_allowed);
}

TEST(Eligible, AllowListDoesNotLiftOtherRules) {
    auto lo = ethernet("lo");
    lo.loopback = true;
    EXPECT_EQ(mdns_verdict(lo, {.allow = {"lo"}, .deny = {}}), Verdict::loopback);
}

TEST(Eligible, NatureIsToldBeforeState) {
    auto unplugged = port_of("bridge");
    unplugged.running = unplugged.up = false;
    EXPECT_EQ(mdns_verdict(unplugged, {}), Verdict::port_of_master);
    EXPECT_EQ(ipv4ll_verdict(unplugged, {}), Verdict::port_of_master);
}

TEST(Eligible, Ipv4llNeedsArp) {  // RFC3927-§V-04 RFC5227-§1.3-01
    EXPECT_EQ(ipv4ll_verdict(ethernet(), {}), Verdict::eligible);
    auto one = ethernet();
    one.noarp = true;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::no_arp);
    one = ethernet();
    one.point_to_point = true;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::point_to_point);
    one = ethernet();
    one.ethernet = false;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::not_ethernet);
    one = ethernet();
    one.loopback = true;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::loopback);
}

TEST(Eligible, Ipv4llNeedsNoMulticast) {
    auto one = ethernet();
    one.multicast = false;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::eligible);
}

TEST(Eligible, Ipv4llStates) {
    auto one = ethernet();
    one.running = false;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::no_carrier);
    one.up = false;
    EXPECT_EQ(ipv4ll_verdict(one, {}), Verdict::down);
}

TEST(Eligible, Ipv4llAlwaysOverridesDenyButNotNature) {
    const std::vector<std::string> deny{"veth*", "docker*"};
    EXPECT_EQ(ipv4ll_verdict(ethernet("veth7"), {deny, false}), Verdict::denied);
    EXPECT_EQ(ipv4ll_verdict(ethernet("veth7"), {deny, true}), Verdict::eligible);
    auto port = port_of("bond");
    port.name = "veth7";
    EXPECT_EQ(ipv4ll_verdict(port, {deny, true}), Verdict::port_of_master);
}

TEST(Eligible, EveryVerdictHasItsText) {
    for (int v = 0; v <= static_cast<int>(Verdict::no_carrier); ++v) {
        EXPECT_NE(to_string(static_cast<Verdict>(v)), "unknown") << v;
    }
}

TEST(Eligible, RoutableIpv4) {
    for (const char* text :
         {"10.0.0.1", "169.253.255.255", "169.255.0.0", "192.0.2.1", "1.1.1.1"}) {
        EXPECT_TRUE(is_routable_ipv4(make_address(text))) << text;
    }
    for (const char* text :
         {"169.254.0.0", "169.254.255.255", "127.0.0.1", "127.255.0.1", "0.0.0.0", "224.0.0.251",
          "255.255.255.255", "2001:db8::1", "::ffff:10.0.0.1"}) {
        EXPECT_FALSE(is_routable_ipv4(make_address(text))) << text;
    }
    EXPECT_TRUE(is_ipv4ll(make_address("169.254.7.7")));
    EXPECT_FALSE(is_ipv4ll(make_address("10.254.7.7")));
    EXPECT_FALSE(is_ipv4ll(make_address("fe80::1")));
}

TEST(Published, AllValidAddressesLinkLocalAndTemporaryIncluded) {
    EXPECT_THAT(
        published({address("192.0.2.1"), address("192.0.2.2"), address("2001:db8::1"),
                   address("2001:db8::2", temporary), address("fd00::1"), address("fe80::1")}),
        ElementsAre("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "fd00::1", "fe80::1"));
}

TEST(Published, NeitherTentativeNorDuplicate) {
    EXPECT_THAT(published({address("fe80::1", tentative), address("fe80::2", failed),
                           address("fe80::3", duplicate), address("192.0.2.1", tentative)}),
                IsEmpty());
}

TEST(Published, DeprecatedOnlyWithoutPreferredOneOfItsScope) {
    EXPECT_THAT(published({address("2001:db8::1", deprecated), address("2001:db8::2"),
                           address("fe80::1", deprecated)}),
                ElementsAre("2001:db8::2", "fe80::1"));
    // A tentative address is no replacement yet.
    EXPECT_THAT(published({address("2001:db8::1", deprecated), address("2001:db8::2", tentative)}),
                ElementsAre("2001:db8::1"));
    // Nor is one of the other family.
    EXPECT_THAT(published({address("2001:db8::1", deprecated), address("192.0.2.1")}),
                ElementsAre("2001:db8::1", "192.0.2.1"));
}

TEST(Published, LinkLocalIpv4GivesWayToRoutable) {
    EXPECT_THAT(published({address("169.254.3.4"), address("fe80::1")}),
                ElementsAre("169.254.3.4", "fe80::1"));
    EXPECT_THAT(published({address("169.254.3.4"), address("10.0.0.1")}), ElementsAre("10.0.0.1"));
    EXPECT_THAT(published({address("169.254.3.4"), address("2001:db8::1")}),
                ElementsAre("169.254.3.4", "2001:db8::1"));
}

TEST(Published, NoLoopbackOrMulticast) {
    EXPECT_THAT(published({address("127.0.0.1"), address("::1"), address("224.0.0.1"),
                           address("0.0.0.0"), address("ff02::1")}),
                IsEmpty());
}

TEST(Published, NothingThatStaysOnThisHost) {
    auto inner = address("10.0.0.1");
    for (const int scope : {254, 255}) {  // host, nowhere
        inner.scope = static_cast<std::uint8_t>(scope);
        EXPECT_FALSE(leaves_host(inner));
        EXPECT_THAT(published({inner, address("169.254.3.4")}), ElementsAre("169.254.3.4"));
        auto interface = ethernet();
        interface.addresses = {inner};
        EXPECT_FALSE(has_routable_ipv4(interface));
    }
    inner.scope = 253;  // link
    EXPECT_THAT(published({inner}), ElementsAre("10.0.0.1"));
}

TEST(Published, SameAddressForTwoPeersOnce) {
    auto second = address("192.0.2.1");
    second.peer = make_address("192.0.2.9");
    EXPECT_THAT(published({address("192.0.2.1"), second}), ElementsAre("192.0.2.1"));
}

}  // namespace
}  // namespace avahid::net
