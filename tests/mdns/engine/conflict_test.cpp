#include <gmock/gmock.h>

#include <map>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

class MdnsConflict : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        id = host.established(
            {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "h._x._tcp.local"))});
    }
    MdnsHost host;
    engine::PublicationId id{};
};

TEST_F(
    MdnsConflict,
    GoesBackToProbingAndKeepsANameNobodyDefends) {  // RFC6762-§9-03 RFC6762-§9-05 RFC6762-§6.6-01
    const Duration heard = host.elapsed();          // RFC6762-§9-01 RFC6762-§8.3-08
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    host.receive(query().ask("host.local", type::a));  // not answered meanwhile
    EXPECT_THAT(host.responses(), IsEmpty());
    host.advance(5s);
    ASSERT_THAT(host.probes(), SizeIs(3));
    EXPECT_LE(host.probes()[0].at - heard, 250ms);
    EXPECT_THAT(host.responses(), SizeIs(2));
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
}

TEST_F(MdnsConflict, LosesWhenThePeerDefends) {  // RFC6762-§9-04
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    host.advance(300ms);
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    ASSERT_THAT(host.all<engine::Conflict>(), SizeIs(1));
    EXPECT_EQ(host.engine.state(id), engine::PublicationState::conflict);
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.clear();
    host.receive(query().ask("host.local", type::a));  // RFC6762-§3-05
    host.advance(5s);
    EXPECT_THAT(host.responses(), IsEmpty());
}

TEST_F(MdnsConflict, TellsLocalQueriesThatTheRecordIsInDoubt) {
    const auto balance = [this] {
        int local = 0;
        for (const auto& event : host.all<engine::RecordAdded>()) local += event.local;
        for (const auto& event : host.all<engine::RecordRemoved>()) local -= event.local;
        return local;
    };
    host.ask("host.local", type::a);
    EXPECT_EQ(balance(), 1);
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    EXPECT_EQ(balance(), 0);
    host.advance(5s);  // nobody defends it
    EXPECT_EQ(balance(), 1);
}

TEST_F(MdnsConflict, ProbesForAllWhoHoldTheName) {
    host.established({unique(txt("host.local", {"a"}))});
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    host.advance(300ms);
    ASSERT_FALSE(host.probes().empty());
    EXPECT_THAT(host.probes()[0].text.questions, ElementsAre("host.local ANY QU"));
    EXPECT_THAT(host.probes()[0].text.authorities, SizeIs(2));
}

TEST_F(MdnsConflict, WhatAPeerSaysOfANameWeLostIsCached) {
    MdnsHost late;
    late.link_up();
    late.ask("_x._tcp.local", type::ptr, false);
    const auto peers = ptr("_x._tcp.local", "web._x._tcp.local");
    const auto mine = late.publish({shared(peers), unique(srv("web._x._tcp.local", "b.local", 2))});
    late.advance(300ms);
    late.receive(response().answer(peers).unique(srv("web._x._tcp.local", "a.local", 1)));
    EXPECT_THAT(late.all<engine::RecordAdded>(), SizeIs(1));
    late.engine.withdraw(late.now(), mine);
    late.receive(response().answer(peers));
    EXPECT_THAT(late.engine.cache(late.now()), testing::Not(IsEmpty()));
    EXPECT_THAT(late.all<engine::RecordRemoved>(), IsEmpty());
}

TEST_F(MdnsConflict, CountsInEverySection) {  // RFC6762-§9-03
    host.receive(response()
                     .answer(ptr("_y._tcp.local", "y._y._tcp.local"))
                     .authority(a("host.local", "9.9.9.9")));
    host.advance(300ms);
    EXPECT_FALSE(host.probes().empty());
    host.advance(5s);
    host.clear();
    host.receive(response()
                     .answer(ptr("_y._tcp.local", "y._y._tcp.local"))
                     .additional(a("host.local", "9.9.9.9")));
    host.advance(300ms);
    EXPECT_FALSE(host.probes().empty());
}

TEST_F(MdnsConflict, SameDataOtherTypeSharedRecordOrQueryIsNone) {  // RFC6762-§9-02 RFC6762-§6.6-02
    host.receive(response().unique(a("HOST.local", "10.0.0.1")), from("10.0.0.77"));
    host.receive(response().unique(aaaa("host.local", "fd00::9")));
    host.receive(response().answer(ptr("_x._tcp.local", "other._x._tcp.local")));
    host.receive(query().ask("host.local", type::a).known(a("host.local", "9.9.9.9")));
    host.advance(5s);
    EXPECT_THAT(host.responses(), SizeIs(1));  // to the query
    EXPECT_THAT(host.events, IsEmpty());
    EXPECT_THAT(host.probes(), IsEmpty());
}

TEST_F(MdnsConflict, GoodbyeOfARivalIsNone) {
    host.receive(response().answer(a("host.local", "9.9.9.9", 0)));
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST_F(MdnsConflict, OwnPacketsLoopedBackChangeNothing) {  // RFC6762-§9-11
    MdnsHost looped;
    looped.link_up();
    looped.publish(
        {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "h._x._tcp.local"))});
    looped.ask("_x._tcp.local", type::ptr, false);
    std::size_t seen = 0;
    for (int i = 0; i < 5000; ++i) {
        looped.advance(1ms);
        for (; seen < looped.sent.size(); ++seen) {
            const Sent one = looped.sent[seen];
            if (!one.to) looped.receive(one.bytes, from("10.0.0.1"));
        }
    }
    MdnsHost quiet;
    quiet.link_up();
    quiet.publish(
        {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "h._x._tcp.local"))});
    quiet.ask("_x._tcp.local", type::ptr, false);
    quiet.advance(5s);
    ASSERT_EQ(looped.sent.size(), quiet.sent.size());
    for (std::size_t i = 0; i < quiet.sent.size(); ++i)
        EXPECT_EQ(looped.sent[i].bytes, quiet.sent[i].bytes);
    EXPECT_EQ(looped.engine.counters().own_echoes, looped.sent.size());
}

TEST_F(MdnsConflict, SecondStackOfThisMachineIsARival) {  // same address, other data
    host.receive(response().unique(a("host.local", "9.9.9.9")), from("10.0.0.1"));
    host.advance(300ms);
    EXPECT_FALSE(host.probes().empty());
}

TEST_F(MdnsConflict, LateCopiesOfWithdrawnRecordsAreNone) {
    host.engine.update(host.now(), id, {unique(a("host.local", "10.0.0.2"))});
    host.drain();
    host.advance(9s);
    host.clear();
    host.receive(response().unique(a("host.local", "10.0.0.1")),
                 from("10.0.0.77"));  // by a reflector
    host.advance(5s);
    EXPECT_THAT(host.probes(), IsEmpty());
    host.receive(response().unique(a("host.local", "10.0.0.1")),
                 from("10.0.0.77"));  // too late to be ours
    host.advance(300ms);
    EXPECT_FALSE(host.probes().empty());
}

TEST_F(MdnsConflict, TwoLinksJoinedAnnounceTheirOwnAndSettle) {  // RFC6762-§10.2-14 RFC6762-§14-07
    MdnsHost both;
    both.link_up(eth0, "10.0.0.1");
    both.link_up(eth1, "10.0.0.2");
    both.established({unique(a("host.local", "10.0.0.1"))}, {2, {}});
    both.established({unique(a("host.local", "10.0.0.2"))}, {3, {}});
    both.clear();
    both.advance(5s);
    const Octets announced = response().unique(a("host.local", "10.0.0.1")).bytes();
    both.receive(announced, from("10.0.0.1"), eth1);
    both.receive(announced, from("10.0.0.1"), eth1);
    both.advance(10s);
    ASSERT_THAT(both.sent, SizeIs(1));
    EXPECT_EQ(both.sent[0].link, eth1);
    EXPECT_THAT(both.sent[0].text.answers, ElementsAre("host.local A flush 120 10.0.0.2"));
    EXPECT_THAT(both.all<engine::Conflict>(), IsEmpty());
}

/// It was on its way when we fell silent, and defends nothing.
TEST(MdnsConflicts, WhatTheRivalSaidBeforeIsNoDefence) {  // RFC6762-§9-05
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.established({unique(a("host.local", "10.0.0.1"))});
        const auto rival = response().unique(a("host.local", "10.0.0.9"));
        host.receive(rival);
        host.advance(149ms);
        host.receive(rival);
        host.advance(5s);
        EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty()) << seed;
        ASSERT_THAT(host.probes(), SizeIs(3)) << seed;
    }
}

/// Else A would win on IPv4 and B on IPv6, and both would take another name.
TEST(MdnsConflicts, BothFamiliesOfAnInterfaceAreSettledTogether) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth0_v6, "fe80::1");
    host.link_up(eth1, "10.1.0.1");
    host.established({unique(a("host.local", "10.0.0.1"))});
    host.receive(response().unique(a("host.local", "10.0.0.9")));
    host.advance(5s);
    std::map<engine::LinkId, int> probes;
    for (const auto& packet : host.probes()) ++probes[packet.link];
    EXPECT_EQ(probes, (std::map<engine::LinkId, int>{{eth0, 3}, {eth0_v6, 3}}));
}

/// §14: our own record of another link comes back late, again and again, each time we speak.
TEST(MdnsConflicts, ASlowReflectorMakesUsSpeakEverMoreSeldom) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.established({unique(a("host.local", "10.0.0.1"))}, {eth0.ifindex, {}});
    host.established({unique(a("host.local", "10.1.0.1"))}, {eth1.ifindex, {}});
    int answered = 0;
    for (int times = 0; times < 300; ++times) {
        host.clear();
        host.receive(response().unique(a("host.local", "10.1.0.1")));
        host.advance(2s);
        answered += host.responses().empty() ? 0 : 1;
    }
    EXPECT_GE(answered, 5);
    EXPECT_LE(answered, 10);  // 2, 4, 8 … seconds apart
}

}  // namespace
}  // namespace test
