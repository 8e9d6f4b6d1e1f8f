#include "avahid/net/interface_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace avahid::net {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

LinkEvent changed(int ifindex) { return {LinkEvent::Kind::changed, ifindex}; }
LinkEvent gone(int ifindex) { return {LinkEvent::Kind::gone, ifindex}; }

Interface link(int ifindex, const std::string& name) {
    Interface one;
    one.ifindex = ifindex;
    one.name = name;
    one.up = one.running = one.multicast = one.ethernet = true;
    one.mtu = 1500;
    return one;
}

InterfaceAddress address(const char* text, std::uint8_t prefix_length) {
    InterfaceAddress one;
    one.address = one.peer = make_address(text);
    one.prefix_length = prefix_length;
    return one;
}

class InterfaceTableTest : public ::testing::Test {
protected:
    InterfaceTableTest() {
        table.on_link(link(2, "eth0"));
        table.on_address(2, address("192.0.2.1", 24));
        table.take_events();
    }
    const Interface& eth0() const { return table.interfaces().at(2); }
    InterfaceTable table;
};

TEST_F(InterfaceTableTest, NewLinkWithItsAddressesIsOneEvent) {
    table.on_link(link(3, "eth1"));
    table.on_address(3, address("192.0.2.3", 24));
    table.on_address(3, address("fe80::3", 64));
    EXPECT_THAT(table.take_events(), ElementsAre(changed(3)));
    EXPECT_THAT(table.interfaces().at(3).addresses, SizeIs(2));
    EXPECT_THAT(table.take_events(), IsEmpty());
}

TEST_F(InterfaceTableTest, RefreshOfWhatIsKnownIsNoEvent) {
    table.on_link(link(2, "eth0"));
    table.on_address(2, address("192.0.2.1", 24));
    EXPECT_THAT(table.take_events(), IsEmpty());
}

TEST_F(InterfaceTableTest, EachFieldCounts) {
    const auto differs = [this](auto change) {
        Interface seen = link(2, "eth0");
        change(seen);
        table.on_link(seen);
        const bool told = table.take_events() == std::vector{changed(2)};
        table.on_link(link(2, "eth0"));
        table.take_events();
        return told;
    };
    EXPECT_TRUE(differs([](Interface& i) { i.name = "lan0"; }));
    EXPECT_TRUE(differs([](Interface& i) { i.mtu = 9000; }));
    EXPECT_TRUE(differs([](Interface& i) { i.mac = {2, 0, 0, 0, 0, 1}; }));
    EXPECT_TRUE(differs([](Interface& i) { i.up = false; }));
    EXPECT_TRUE(differs([](Interface& i) { i.running = false; }));
    EXPECT_TRUE(differs([](Interface& i) { i.multicast = false; }));
    EXPECT_TRUE(differs([](Interface& i) { i.master = 9; }));
    EXPECT_TRUE(differs([](Interface& i) { i.carrier_downs = 1; }));
}

TEST_F(InterfaceTableTest, LinkMessageKeepsTheAddresses) {
    auto seen = link(2, "eth0");
    seen.mtu = 1280;
    table.on_link(seen);
    EXPECT_THAT(eth0().addresses, ElementsAre(address("192.0.2.1", 24)));
}

TEST_F(InterfaceTableTest, AddressChangesInPlace) {
    auto fe80 = address("fe80::1", 64);
    fe80.tentative = true;
    table.on_address(2, fe80);
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    fe80.tentative = false;
    table.on_address(2, fe80);
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_THAT(eth0().addresses, ElementsAre(address("192.0.2.1", 24), fe80));
}

TEST_F(InterfaceTableTest, SameAddressForTwoPeersIsTwo) {
    auto to_2 = address("198.51.100.1", 32);
    to_2.peer = make_address("198.51.100.2");
    auto to_3 = to_2;
    to_3.peer = make_address("198.51.100.3");
    table.on_address(2, to_2);
    table.on_address(2, to_3);
    table.on_address_gone(2, to_2);
    EXPECT_THAT(eth0().addresses, ElementsAre(address("192.0.2.1", 24), to_3));
}

TEST_F(InterfaceTableTest, AddressGone) {
    table.on_address_gone(2, address("192.0.2.1", 24));
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_THAT(eth0().addresses, IsEmpty());
}

TEST_F(InterfaceTableTest, RemovalOfUnknownAddressIsNoEvent) {
    table.on_address_gone(2, address("192.0.2.1", 25));
    table.on_address_gone(7, address("192.0.2.1", 24));
    table.on_address(7, address("192.0.2.1", 24));
    table.on_link_gone(7);
    EXPECT_THAT(table.take_events(), IsEmpty());
    EXPECT_THAT(table.interfaces(), SizeIs(1));
}

TEST_F(InterfaceTableTest, AddedAndRemovedAtOnceIsNoEvent) {
    table.on_address(2, address("192.0.2.9", 24));
    table.on_address_gone(2, address("192.0.2.9", 24));
    table.on_link(link(3, "eth1"));
    table.on_link_gone(3);
    EXPECT_THAT(table.take_events(), IsEmpty());
}

TEST_F(InterfaceTableTest, GoneIsToldOnce) {
    table.on_link_gone(2);
    table.on_link_gone(2);
    EXPECT_THAT(table.take_events(), ElementsAre(gone(2)));
    EXPECT_THAT(table.interfaces(), IsEmpty());
}

TEST_F(InterfaceTableTest, ReusedIndexIsGoneThenChangedAndLosesItsAddresses) {
    table.on_link_gone(2);
    table.on_link(link(2, "eth0"));
    EXPECT_THAT(table.take_events(), ElementsAre(gone(2), changed(2)));
    EXPECT_THAT(eth0().addresses, IsEmpty());
}

TEST_F(InterfaceTableTest, FlapWithinOneBatchIsAnOutage) {
    auto down = link(2, "eth0");
    down.running = false;
    table.on_link(down);
    table.on_link(link(2, "eth0"));
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_EQ(eth0().outages, 1u);
}

TEST_F(InterfaceTableTest, FlapOnlyTheKernelSawIsAnOutage) {
    auto back = link(2, "eth0");
    back.carrier_downs = 1;
    table.on_link(back);
    EXPECT_EQ(eth0().outages, 1u);
}

TEST_F(InterfaceTableTest, OneLossToldInTwoMessagesIsOneOutage) {
    auto no_carrier = link(2, "eth0");
    no_carrier.running = false;
    no_carrier.carrier_downs = 1;
    table.on_link(no_carrier);
    no_carrier.up = false;
    table.on_link(no_carrier);
    auto back = link(2, "eth0");
    back.carrier_downs = 1;
    table.on_link(back);
    EXPECT_EQ(eth0().outages, 1u);
}

TEST_F(InterfaceTableTest, MasterKindIsFoundWhicheverComesFirst) {
    auto port = link(3, "port");
    port.master = 4;
    table.on_link(port);
    table.take_events();
    auto bridge = link(4, "br0");
    bridge.kind = "bridge";
    table.on_link(bridge);
    EXPECT_THAT(table.take_events(), ElementsAre(changed(3), changed(4)));
    EXPECT_EQ(table.interfaces().at(3).master_kind, "bridge");
    table.on_link(port);  // again without the kind: still no news
    EXPECT_THAT(table.take_events(), IsEmpty());
    port.master = 0;
    table.on_link(port);
    EXPECT_THAT(table.take_events(), ElementsAre(changed(3)));
    EXPECT_EQ(table.interfaces().at(3).master_kind, "");
}

TEST_F(InterfaceTableTest, KindSaidWithThePortIsBelieved) {
    auto port = link(3, "port");
    port.master = 40;
    port.master_kind = "vrf";
    table.on_link(port);
    EXPECT_EQ(table.interfaces().at(3).master_kind, "vrf");
}

// ---- default routes ----

DefaultRoute route(const char* gateway, std::uint32_t metric = 100) {
    return {make_address(gateway), metric};
}

TEST_F(InterfaceTableTest, RouterIsNewsOnce) {
    table.on_default_route({{{2, route("192.0.2.254")}}, false});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_THAT(eth0().routers, ElementsAre(route("192.0.2.254")));
    table.on_default_route({{{2, route("192.0.2.254")}}, false});
    table.on_default_route({{{2, route("192.0.2.254")}}, true});  // a lease renewed
    table.on_link(link(2, "eth0"));
    EXPECT_THAT(table.take_events(), IsEmpty());
    EXPECT_THAT(eth0().routers, ElementsAre(route("192.0.2.254")));
}

TEST_F(InterfaceTableTest, RouterReplacesWhatHadItsFamilyAndMetric) {
    table.on_link(link(3, "eth1"));
    table.on_default_route({{{3, route("198.51.100.254")}}, false});
    table.on_default_route({{{3, route("198.51.100.253", 200)}}, false});
    table.on_default_route({{{3, route("fe80::9")}}, false});
    table.take_events();
    table.on_default_route({{{2, route("192.0.2.254")}}, true});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2), changed(3)));
    EXPECT_THAT(eth0().routers, ElementsAre(route("192.0.2.254")));
    EXPECT_THAT(table.interfaces().at(3).routers,
                ElementsAre(route("fe80::9"), route("198.51.100.253", 200)));
}

TEST_F(InterfaceTableTest, RouterGoes) {
    table.on_default_route({{{2, route("192.0.2.254")}, {2, route("192.0.2.253")}}, false});
    table.take_events();
    table.on_default_route_gone({{{2, route("192.0.2.253")}}});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_THAT(eth0().routers, ElementsAre(route("192.0.2.254")));
    auto down = link(2, "eth0");
    down.up = down.running = false;
    table.on_link(down);
    EXPECT_THAT(eth0().routers, IsEmpty());
}

TEST_F(InterfaceTableTest, RouterOfUnknownInterfaceIsNoEvent) {
    table.on_default_route({{{7, route("192.0.2.254")}}, true});
    table.on_default_route_gone({{{7, route("192.0.2.254")}}});
    EXPECT_THAT(table.take_events(), IsEmpty());
}

TEST_F(InterfaceTableTest, ReplaceKnowsTheRoutersWhateverTheirOrder) {
    table.on_default_route({{{2, route("192.0.2.254")}, {2, route("192.0.2.253")}}, false});
    table.take_events();
    auto seen = link(2, "eth0");
    seen.addresses = {address("192.0.2.1", 24)};
    seen.routers = {route("192.0.2.254"), route("192.0.2.253")};
    table.replace({seen});
    EXPECT_THAT(table.take_events(), IsEmpty());
    seen.routers.pop_back();
    table.replace({seen});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
}

TEST_F(InterfaceTableTest, ReplaceTellsOnlyTheDifference) {
    table.on_link(link(3, "eth1"));
    table.on_link(link(5, "eth3"));
    table.take_events();
    auto same = link(2, "eth0");
    same.addresses = {address("192.0.2.1", 24)};
    auto other = link(3, "eth1");
    other.addresses = {address("192.0.2.3", 24)};
    table.replace({other, link(4, "eth2"), same});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(3), changed(4), gone(5)));
    EXPECT_THAT(table.interfaces(), SizeIs(3));
}

TEST_F(InterfaceTableTest, ReplaceDropsLostAddressesAndIgnoresTheirOrder) {
    table.on_address(2, address("192.0.2.2", 24));
    table.take_events();
    auto seen = link(2, "eth0");
    seen.addresses = {address("192.0.2.2", 24), address("192.0.2.1", 24)};
    table.replace({seen});
    EXPECT_THAT(table.take_events(), IsEmpty());
    seen.addresses.pop_back();
    table.replace({seen});
    EXPECT_THAT(table.take_events(), ElementsAre(changed(2)));
    EXPECT_THAT(eth0().addresses, ElementsAre(address("192.0.2.2", 24)));
}

}  // namespace
}  // namespace avahid::net
