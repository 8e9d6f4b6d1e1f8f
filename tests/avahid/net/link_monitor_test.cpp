// The real kernel, in a network namespace of the test's own.
#include "avahid/net/link_monitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "avahid/net/eligible.hpp"
#include "avahid/net/route_socket.hpp"
#include "tests/avahid/net/scratch_network.hpp"

namespace avahid::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

class LinkMonitorTest : public test::ScratchNetwork {
protected:
    void SetUp() override {
        ScratchNetwork::SetUp();
        if (IsSkipped()) return;
        ip("link add eth0 mtu 1400 type veth peer name far0");
        ip("link set eth0 up");
        ip("link set far0 up");
    }
    void start() {
        ASSERT_FALSE(monitor.start().has_error());
        // The kernel follows the carrier a little later.
        ASSERT_TRUE(run_until([&] { return find("eth0")->running; }));
    }

    const Interface* find(const std::string& name) const {
        for (const auto& entry : monitor.interfaces()) {
            if (entry.second.name == name) return &entry.second;
        }
        return nullptr;
    }
    bool has(const std::string& name, const char* address) const {
        const Interface* one = find(name);
        return one != nullptr &&
               std::any_of(one->addresses.begin(), one->addresses.end(),
                           [&](const auto& a) { return a.address == make_address(address); });
    }
    int told_gone(int ifindex) const {
        return static_cast<int>(
            std::count(events.begin(), events.end(), LinkEvent{LinkEvent::Kind::gone, ifindex}));
    }

    std::vector<LinkEvent> events;
    LinkMonitor monitor{io, [this](const LinkEvent& event) { events.push_back(event); }};
};

TEST_F(LinkMonitorTest, StartTellsWhatIsThere) {
    ip("address add 192.0.2.1/24 dev eth0");
    ASSERT_FALSE(monitor.start().has_error());
    const Interface* eth0 = find("eth0");
    ASSERT_NE(eth0, nullptr);
    EXPECT_EQ(eth0->mtu, 1400u);
    EXPECT_EQ(eth0->kind, "veth");
    EXPECT_TRUE(eth0->up && eth0->multicast && eth0->ethernet);
    EXPECT_NE(eth0->mac, Mac{});
    EXPECT_TRUE(has("eth0", "192.0.2.1"));
    ASSERT_NE(find("lo"), nullptr);
    EXPECT_TRUE(find("lo")->loopback);
    EXPECT_TRUE(has("lo", "127.0.0.1"));
    std::set<int> told;
    for (const auto& event : events) told.insert(event.ifindex);
    EXPECT_EQ(told.size(), monitor.interfaces().size());
    EXPECT_EQ(told.size(), events.size());
}

TEST_F(LinkMonitorTest, FollowsAddresses) {
    start();
    ip("address add 192.0.2.1/24 dev eth0");
    EXPECT_TRUE(run_until([&] { return has("eth0", "192.0.2.1"); }));
    ip("address add 192.0.2.2/24 dev eth0");
    EXPECT_TRUE(run_until([&] { return has("eth0", "192.0.2.2"); }));
    ip("address del 192.0.2.1/24 dev eth0");
    EXPECT_TRUE(run_until([&] { return !has("eth0", "192.0.2.1"); }));
}

TEST_F(LinkMonitorTest, UnchangedAddressIsNoEvent) {
    ip("address add 192.0.2.1/24 dev eth0 valid_lft 1000 preferred_lft 1000");
    start();
    run_until([&] { return !find("eth0")->addresses.back().tentative; });  // fe80 is through
    events.clear();
    ip("address change 192.0.2.1/24 dev eth0 valid_lft 2000 preferred_lft 2000");
    ip("link add mark type veth peer name mark1");
    EXPECT_TRUE(run_until([&] { return find("mark") != nullptr; }));
    const LinkEvent changed{LinkEvent::Kind::changed, find("eth0")->ifindex};
    EXPECT_THAT(events, ::testing::Not(::testing::Contains(changed)));
}

TEST_F(LinkMonitorTest, TentativeIpv6IsSeenAndNotPublished) {
    start();
    ip("address add fd00::1/64 dev eth0");
    ASSERT_TRUE(run_until([&] { return has("eth0", "fd00::1"); }));
    const auto state = [&]() -> const InterfaceAddress& {
        const auto& all = find("eth0")->addresses;
        return *std::find_if(all.begin(), all.end(),
                             [](const auto& a) { return a.address == make_address("fd00::1"); });
    };
    EXPECT_TRUE(state().tentative);
    EXPECT_TRUE(run_until([&] { return !state().tentative; }));
    EXPECT_FALSE(state().dad_failed);
}

TEST_F(LinkMonitorTest, DuplicateIpv6IsSeen) {
    start();
    test::Namespace peer;
    ip("link set far0 netns " + peer.path());
    peer.enter();
    ip("link set far0 up");
    ip("address add fd00::1/64 dev far0 nodad");
    here.enter();
    ASSERT_TRUE(run_until([&] { return find("eth0")->running && find("far0") == nullptr; }));
    ip("address add fd00::1/64 dev eth0");
    EXPECT_TRUE(run_until([&] {
        const auto& all = find("eth0")->addresses;
        return std::any_of(all.begin(), all.end(), [](const auto& a) { return a.dad_failed; });
    }));
}

TEST_F(LinkMonitorTest, FollowsCarrier) {
    start();
    ip("link set far0 down");
    EXPECT_TRUE(run_until([&] { return !find("eth0")->running; }));
    EXPECT_TRUE(find("eth0")->up);
    EXPECT_EQ(find("eth0")->outages, 1u);
    ip("link set far0 up");
    EXPECT_TRUE(run_until([&] { return find("eth0")->running; }));
    ip("link set eth0 down");
    EXPECT_TRUE(run_until([&] { return !find("eth0")->up; }));
    EXPECT_EQ(find("eth0")->outages, 2u);
}

TEST_F(LinkMonitorTest, CarrierFlapWhileNotLookingIsAnOutage) {
    start();
    ip("link set far0 down");
    ip("link set far0 up");
    EXPECT_TRUE(run_until([&] { return find("eth0")->outages == 1 && find("eth0")->running; }));
}

TEST_F(LinkMonitorTest, FollowsHotPlugRenameMtuAndMac) {
    start();
    ip("link add eth1 type veth peer name far1");
    ASSERT_TRUE(run_until([&] { return find("eth1") != nullptr; }));
    const int ifindex = find("eth1")->ifindex;
    ip("link set eth1 name lan1");
    EXPECT_TRUE(run_until([&] { return find("lan1") != nullptr; }));
    EXPECT_EQ(find("eth1"), nullptr);
    EXPECT_EQ(find("lan1")->ifindex, ifindex);
    ip("link set lan1 mtu 9000");
    EXPECT_TRUE(run_until([&] { return find("lan1")->mtu == 9000; }));
    ip("link set lan1 address 02:00:00:00:00:77");
    EXPECT_TRUE(run_until([&] { return find("lan1")->mac == Mac{2, 0, 0, 0, 0, 0x77}; }));
    ip("link del lan1");
    EXPECT_TRUE(run_until([&] { return told_gone(ifindex) == 1; }));
    EXPECT_EQ(find("lan1"), nullptr);
}

TEST_F(LinkMonitorTest, PortOfABridgeIsKnownByItsMasterAndSurvivesRelease) {
    start();
    ip("link add br0 type bridge");
    ip("link set eth0 master br0");
    ASSERT_TRUE(run_until([&] { return find("eth0")->master_kind == "bridge"; }));
    EXPECT_EQ(mdns_verdict(*find("eth0"), {}), Verdict::port_of_master);
    const int ifindex = find("eth0")->ifindex;
    ip("link set eth0 nomaster");
    EXPECT_TRUE(run_until([&] { return find("eth0") && find("eth0")->master == 0; }));
    EXPECT_EQ(told_gone(ifindex), 0);
    EXPECT_EQ(mdns_verdict(*find("eth0"), {}), Verdict::eligible);
}

TEST_F(LinkMonitorTest, MovedToAnotherNamespaceIsGoneAndCanComeBack) {
    start();
    const int ifindex = find("eth0")->ifindex;
    test::Namespace other;
    ip("link set eth0 netns " + other.path());
    EXPECT_TRUE(run_until([&] { return told_gone(ifindex) == 1; }));
    other.enter();
    ip("link set eth0 netns " + here.path());
    here.enter();
    EXPECT_TRUE(run_until([&] { return find("eth0") != nullptr; }));
    EXPECT_FALSE(find("eth0")->up);
}

TEST_F(LinkMonitorTest, ManyChangesReadAtOnceAreOneEvent) {
    start();
    run_for(0ms);
    events.clear();
    ip("link set far0 down");
    for (int i = 1; i < 20; ++i) ip("address add 198.51.100." + std::to_string(i) + "/24 dev far0");
    ASSERT_TRUE(run_until([&] { return has("far0", "198.51.100.19"); }));
    const LinkEvent changed{LinkEvent::Kind::changed, find("far0")->ifindex};
    EXPECT_EQ(std::count(events.begin(), events.end(), changed), 1);
}

TEST_F(LinkMonitorTest, LostMessagesAreMadeUpForByAskingForAll) {
    LinkMonitor small(
        io, [](const LinkEvent&) {}, /*receive_buffer=*/65536);
    ASSERT_FALSE(small.start().has_error());
    const auto count = [&](const char* name) {
        const auto& all = small.interfaces();
        return std::count_if(all.begin(), all.end(),
                             [&](const auto& entry) { return entry.second.name == name; });
    };
    // None of this is read until the flood is over: its end is lost.
    ip("address add 192.0.2.1/24 dev eth0");
    ip("address del 192.0.2.1/24 dev eth0");
    for (int i = 0; i < 200; ++i) ip("link set far0 mtu " + std::to_string(1000 + i));
    ip("link add late type veth peer name late1");
    ip("link del eth0");  // far0 goes too
    EXPECT_TRUE(run_until([&] { return small.resyncs() > 0 && count("late") == 1; }));
    EXPECT_EQ(count("eth0") + count("far0"), 0);
    // And from then on events are read again.
    const auto resyncs = small.resyncs();
    ip("link add later type veth peer name later1");
    EXPECT_TRUE(run_until([&] { return count("later") == 1; }));
    EXPECT_EQ(small.resyncs(), resyncs);
}

TEST_F(LinkMonitorTest, LastingFloodDoesNotPutOffTheResync) {
    LinkMonitor small(
        io, [](const LinkEvent&) {}, /*receive_buffer=*/1);
    ASSERT_FALSE(small.start().has_error());
    const auto flood = [&] {
        for (int i = 0; i < 40; ++i) ip("link set far0 mtu " + std::to_string(1000 + i));
    };
    EXPECT_TRUE(run_until([&] {
        flood();
        return small.resyncs() >= 3;
    }));
}

TEST_F(LinkMonitorTest, ManyInterfacesAreReadAtStart) {
    for (int i = 0; i < 60; ++i) {
        ip("link add v" + std::to_string(i) + " type veth peer name w" + std::to_string(i));
    }
    start();
    EXPECT_EQ(monitor.interfaces().size(), 1u + 2u + 120u);
    EXPECT_EQ(monitor.resyncs(), 0u);
}

// ---- default routes ----

TEST_F(LinkMonitorTest, RoutersAreKnownAtStartAndFollowed) {
    ip("address add 192.0.2.1/24 dev eth0");
    ip("route add default via 192.0.2.254 metric 7");
    start();
    const DefaultRoute first{make_address("192.0.2.254"), 7};
    EXPECT_THAT(find("eth0")->routers, ::testing::ElementsAre(first));
    ip("route add 198.51.100.0/24 via 192.0.2.250");
    ip("-6 route add default via fe80::9 dev eth0 metric 9");
    EXPECT_TRUE(run_until([&] { return find("eth0")->routers.size() == 2; }));
    EXPECT_EQ(find("eth0")->routers[1], (DefaultRoute{make_address("fe80::9"), 9}));
    ip("route replace default via 192.0.2.253 metric 7");
    const DefaultRoute second{make_address("192.0.2.253"), 7};
    EXPECT_TRUE(run_until([&] { return find("eth0")->routers.front() == second; }));
    EXPECT_EQ(find("eth0")->routers.size(), 2u);
    ip("-6 route del default via fe80::9 dev eth0");
    EXPECT_TRUE(run_until([&] { return find("eth0")->routers.size() == 1; }));
    ip("link set eth0 down");  // the kernel says nothing of the route
    EXPECT_TRUE(run_until([&] { return find("eth0")->routers.empty(); }));
}

TEST_F(LinkMonitorTest, RenewedRouteIsNoEvent) {
    ip("address add 192.0.2.1/24 dev eth0");
    ip("route add default via 192.0.2.254");
    start();
    run_until([&] { return !find("eth0")->addresses.back().tentative; });
    run_for(200ms);
    events.clear();
    ip("route replace default via 192.0.2.254");
    ip("link add mark type veth peer name mark1");
    EXPECT_TRUE(run_until([&] { return find("mark") != nullptr; }));
    const LinkEvent changed{LinkEvent::Kind::changed, find("eth0")->ifindex};
    EXPECT_THAT(events, ::testing::Not(::testing::Contains(changed)));
}

TEST_F(LinkMonitorTest, KernelKeepsBackWhatIsOfNoInterest) {
    auto socket = RouteSocket::open(RouteSocket::Mode::events, 1 << 20);
    ASSERT_FALSE(socket.has_error());
    ip("link add br0 type bridge");
    ip("link set eth0 master br0");
    ip("address add 192.0.2.1/24 dev br0");
    ip("link set br0 up");
    ip("route add 198.51.100.0/24 via 192.0.2.250");
    ip("route add default via 192.0.2.254");
    std::multiset<int> types;
    while (!socket->receive([&](nlmsghdr& message) {
        types.insert(message.nlmsg_type);
        const bool link = message.nlmsg_type == RTM_NEWLINK || message.nlmsg_type == RTM_DELLINK;
        const auto* const family = static_cast<const unsigned char*>(nlmsg_data(&message));
        EXPECT_TRUE(!link || *family == AF_UNSPEC);
    })) {
    }
    EXPECT_EQ(types.count(RTM_NEWROUTE), 1u);
    EXPECT_GE(types.count(RTM_NEWADDR), 1u);
    EXPECT_GE(types.count(RTM_NEWLINK), 3u);
}

// ---- floods ----

TEST_F(LinkMonitorTest, InterfaceThatComesAndGoesUnderAFloodIsNoNews) {
    start();
    run_for(200ms);
    events.clear();
    // The first change is told at once; what follows within the pause is read together.
    ip("link set far0 mtu 1300");
    run_until([&] { return !events.empty(); });
    ip("link add brief type veth peer name brief1");
    ip("link del brief");
    ip("link set far0 mtu 1301");
    EXPECT_TRUE(run_until([&] { return find("far0")->mtu == 1301; }));
    const int far0 = find("far0")->ifindex;
    EXPECT_THAT(events, ::testing::Each(LinkEvent{LinkEvent::Kind::changed, far0}));
}

TEST_F(LinkMonitorTest, FloodIsToldInAFewPieces) {
    start();
    run_for(200ms);
    events.clear();
    std::atomic<bool> over = false;
    std::thread flood([&] {
        here.enter();
        for (int i = 0; i < 300; ++i) ip("link set far0 mtu " + std::to_string(1000 + i));
        over = true;
    });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(run_until([&] { return over && find("far0")->mtu == 1299; }, 30s));
    flood.join();
    const auto pieces = (std::chrono::steady_clock::now() - began) / 50ms + 2;
    EXPECT_LE(static_cast<long>(events.size()), pieces);
    EXPECT_EQ(monitor.resyncs(), 0u);
}

TEST_F(LinkMonitorTest, NeighboursAreToldWhenAskedFor) {
    start();
    ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0 nud reachable");
    ip("neigh add 192.0.2.10 dev eth0 nud failed");
    ip("neigh add fe80::9 lladdr 02:00:00:00:00:09 dev eth0 nud stale router");
    const auto all = monitor.neighbours();
    ASSERT_EQ(all.size(), 2u);
    for (const auto& one : all) {
        EXPECT_EQ(one.ifindex, find("eth0")->ifindex);
        EXPECT_EQ(one.router, one.address.is_v6());
        EXPECT_EQ(one.hardware, (std::vector<std::uint8_t>{2, 0, 0, 0, 0, 9}));
    }
}

TEST_F(LinkMonitorTest, OnlyTheKernelIsBelieved) {
    auto hearer = RouteSocket::open(RouteSocket::Mode::events, 1 << 20);
    ASSERT_TRUE(hearer.has_value());
    sockaddr_nl to{};
    socklen_t size = sizeof to;
    ASSERT_EQ(::getsockname(hearer->fd(), reinterpret_cast<sockaddr*>(&to), &size), 0);
    to.nl_groups = 0;  // to its port alone
    struct {
        nlmsghdr header{sizeof(nlmsghdr) + sizeof(ifinfomsg), RTM_NEWLINK, 0, 0, 0};
        ifinfomsg link{};
    } forged;
    forged.link.ifi_index = 4711;
    const int other = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ASSERT_EQ(::sendto(other, &forged, sizeof forged, 0, reinterpret_cast<sockaddr*>(&to), size),
              static_cast<ssize_t>(sizeof forged));
    ip("link set far0 mtu 1300");  // after it, the kernel's word
    int of_the_kernel = 0, of_others = 0;
    const auto count = [&](nlmsghdr& message) {
        const auto* link = static_cast<const ifinfomsg*>(nlmsg_data(&message));
        ++(link->ifi_index == forged.link.ifi_index ? of_others : of_the_kernel);
    };
    while (!hearer->receive(count).failed()) {
    }
    EXPECT_EQ(of_others, 0);
    EXPECT_GT(of_the_kernel, 0);
    ::close(other);
}

TEST_F(LinkMonitorTest, MayBeDestroyedByItsOwnEvent) {
    std::unique_ptr<LinkMonitor> mortal;
    int told = 0;
    bool started = false;
    mortal = std::make_unique<LinkMonitor>(io, [&](const LinkEvent&) {
        if (!started) return;
        ++told;
        mortal.reset();
    });
    ASSERT_FALSE(mortal->start().has_error());
    started = true;
    ip("link add eth1 type veth peer name far1");  // two interfaces at once
    EXPECT_TRUE(run_until([&] { return mortal == nullptr; }));
    run_for(10ms);
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace avahid::net
