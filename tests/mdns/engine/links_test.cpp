#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
namespace type = wire::type;

TEST(MdnsLinks, AddressesStayOnTheirInterface) {  // RFC6762-§6.2-01 RFC6762-§6.2-02 RFC6762-§6.2-03
                                                  // RFC6762-§14-04
    MdnsHost host;  // RFC6762-§6.2-05 RFC6762-§20-02
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth0_v6, "fe80::1");
    host.link_up(eth1, "192.168.1.1");
    host.publish({unique(a("host.local", "10.0.0.1")), unique(aaaa("host.local", "fe80::1"))},
                 {2, {}});
    host.publish({unique(a("host.local", "192.168.1.1"))}, {3, {}});
    host.advance(10s);
    host.clear();
    host.receive(query().ask("host.local", type::a));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("host.local A flush 120 10.0.0.1"));
    EXPECT_THAT(host.sent[0].text.additionals, ElementsAre("host.local AAAA flush 120 fe80::1"));
    host.receive(query().ask("host.local", type::a), from("192.168.1.9"), eth1);
    EXPECT_THAT(host.sent.back().text.answers, ElementsAre("host.local A flush 120 192.168.1.1"));
    host.advance(2s);
    host.receive(query().ask("host.local", type::a), from("fe80::9"),
                 eth0_v6);  // both families on both links
    EXPECT_THAT(host.sent.back().text.answers, ElementsAre("host.local A flush 120 10.0.0.1"));
}

TEST(MdnsLinks, FamilyHiddenOnALinkIsNotDenied) {
    MdnsHost host;
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth0_v6, "fe80::1");
    host.publish({unique(aaaa("host.local", "fe80::1"))}, {2, {}});
    host.publish({unique(a("host.local", "10.0.0.1"))}, {2, engine::Family::ipv4});
    host.advance(10s);
    host.clear();
    host.receive(query().ask("host.local", type::a), from("fe80::9"), eth0_v6);
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(query().ask("host.local", type::txt), from("fe80::9"), eth0_v6);
    EXPECT_THAT(host.sent.at(0).text.answers,
                ElementsAre("host.local NSEC flush 4500 host.local A AAAA"));
}

TEST(MdnsLinks, QueryOfOneInterfaceSeesOnlyThatOne) {  // RFC6762-§3-10 RFC6762-§14-05
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.ask("peer.local", type::a, true, {3, {}});
    EXPECT_THAT(host.all<engine::RecordAdded>(), IsEmpty());
    ASSERT_THAT(host.queries(), SizeIs(1));
    EXPECT_EQ(host.queries()[0].link, eth1);
}

TEST(MdnsLinks, GoodbyeOverOneFamilyHoldsForTheInterface) {
    MdnsHost host;
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth0_v6, "fe80::1");
    host.link_up(eth1, "10.1.0.1");
    host.ask("peer.local", type::a);
    const auto heard = response().unique(a("peer.local", "10.0.0.9"));
    host.receive(heard);
    host.receive(heard, from("10.1.0.9"), eth1);
    host.receive(response().answer(a("peer.local", "10.0.0.9", 0)), from("fe80::9"), eth0_v6);
    host.advance(2s);
    ASSERT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
    EXPECT_EQ(host.all<engine::RecordRemoved>()[0].link, eth0);
}

TEST(MdnsLinks, DenialDoesNotOutliveTheName) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    const auto first = host.publish({unique(a("alpha.local", "10.0.0.1"))}, {2, {}});
    const auto second = host.publish({unique(a("alpha.local", "10.1.0.1"))}, {3, {}});
    host.advance(10s);
    host.clear();
    host.receive(query().truncated().ask("alpha.local", type::txt));
    host.engine.withdraw(host.now(), first);
    host.engine.withdraw(host.now(), second);
    host.drain();
    host.publish({unique(a("alpha-2.local", "10.0.0.1"))}, {2, {}});
    host.advance(600ms);
    for (const auto& packet : host.responses())
        EXPECT_FALSE(packet.text.has_answer("alpha-2.local NSEC"));
}

TEST(MdnsLinks, NewLinkGetsPublicationsAndQueries) {
    MdnsHost host;
    host.publish({unique(a("host.local", "10.0.0.1"))});
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));  // no link: at once
    host.ask("_x._tcp.local", type::ptr, false);
    host.clear();
    host.link_up();
    host.advance(5s);
    EXPECT_THAT(host.probes(), SizeIs(3));
    EXPECT_FALSE(host.queries().empty());
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
}

TEST(MdnsLinks, EstablishedWhenAllLinksSaySo) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    const auto id = host.publish({unique(a("host.local", "10.0.0.1"))});
    EXPECT_EQ(host.engine.state(id), engine::PublicationState::probing);
    host.advance(740ms);
    EXPECT_THAT(host.all<engine::Established>(), IsEmpty());
    host.advance(300ms);
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
}

TEST(MdnsLinks, UntrustedLinkPublishesNothing) {
    MdnsHost host;
    auto info = link_info("10.0.0.1");
    info.publish = false;
    host.engine.on_link(host.now(), eth0, info);
    host.publish({unique(a("host.local", "10.0.0.1"))});
    host.advance(5s);
    host.receive(query().ask("host.local", type::a));
    EXPECT_THAT(host.sent, IsEmpty());
    host.ask("peer.local", type::a);
    EXPECT_THAT(host.queries(), SizeIs(1));
}

TEST(MdnsLinks, CollisionOnThisHostIsRefused) {  // RFC6762-§2-01
    MdnsHost host;
    host.publish({unique(srv("w._x._tcp.local", "host.local", 80))});
    EXPECT_FALSE(
        host.engine.publish(host.now(), {{}, {unique(srv("w._x._tcp.local", "host.local", 81))}}));
    EXPECT_FALSE(
        host.engine.publish(host.now(), {{}, {shared(srv("W._x._tcp.local", "host.local", 81))}}));
    EXPECT_FALSE(
        host.engine.publish(host.now(), {{}, {unique(srv("w._x._tcp.local", "host.local", 80))}}));
}

TEST(MdnsLinks, TwoHostsOneName) {  // RFC6762-§2-03: whoever was first keeps it
    MdnsHost first(1), second(2);
    first.link_up();
    second.link_up(eth0, "10.0.0.2");
    first.established({unique(a("host.local", "10.0.0.1"))});
    second.publish({unique(a("host.local", "10.0.0.2"))});
    std::size_t seen_first = 0, seen_second = 0;
    for (int i = 0; i < 3000 && second.all<engine::Conflict>().empty(); ++i) {
        first.advance(1ms);
        second.advance(1ms);
        for (; seen_second < second.sent.size(); ++seen_second)
            first.receive(second.sent[seen_second].bytes, from("10.0.0.2"));
        for (; seen_first < first.sent.size(); ++seen_first) {
            const auto& to = first.sent[seen_first].to;
            second.receive(first.sent[seen_first].bytes, from("10.0.0.1", 5353, !to));
        }
    }
    EXPECT_THAT(second.all<engine::Conflict>(), SizeIs(1));
    EXPECT_THAT(first.all<engine::Conflict>(), IsEmpty());
}

/// The same data in two scopes: when one goes, the other is still known by its data.
TEST(MdnsLinks, OfTwinsTheOneThatStaysIsFound) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    const std::vector records{shared(ptr("_x._tcp.local", "w._x._tcp.local"))};
    const auto first = host.established(records, {eth0.ifindex, {}});
    host.established(records, {eth1.ifindex, {}});
    host.engine.withdraw(host.now(), first);
    host.drain();
    host.advance(20s);
    host.clear();
    host.receive(query()
                     .ask("_x._tcp.local", wire::type::ptr)
                     .known(ptr("_x._tcp.local", "w._x._tcp.local")),
                 from("10.1.0.9"), eth1);
    host.advance(1s);
    EXPECT_THAT(host.sent, testing::IsEmpty());
}

}  // namespace
}  // namespace test
