// What a querier believes, keeps, asks again for and forgets.
#include <gmock/gmock.h>

#include "mdns/engine/ingress.hpp"
#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
namespace type = wire::type;

// ---- §5.2 ----

TEST(MdnsUpkeep, SecondQueryOfASeriesListsWhatTheFirstBrought) {  // RFC6762-§5.2-03
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(150ms);
    for (const char* instance : {"a._x._tcp.local", "b._x._tcp.local", "c._x._tcp.local"})
        host.receive(response().answer(ptr("_x._tcp.local", instance)));
    host.clear();
    host.advance(2s);  // a shared answer does not end the series
    ASSERT_THAT(host.queries(), SizeIs(1));
    EXPECT_THAT(host.queries()[0].text.answers, SizeIs(3));  // RFC6762-§7.1-01
}

TEST(MdnsUpkeep, RecordIsValidToTheLastMillisecondOfItsLife) {  // RFC6762-§5.2-06 RFC6762-§5.2-12
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 100)));
    host.clear();
    host.advance(100s - 1ms);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    host.ask("peer.local", type::a);
    EXPECT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));
    host.clear();
    host.advance(1ms);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(2));  // both clients
    host.advance(1ms);
    host.clear();
    host.ask("peer.local", type::a);
    EXPECT_THAT(host.all<engine::RecordAdded>(), IsEmpty());
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

TEST(MdnsUpkeep, AnswerToARefreshBeginsANewLife) {  // RFC6762-§5.2-11 RFC6762-§5.2-09
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    const auto answer = response().unique(a("peer.local", "10.0.0.9", 100));
    host.receive(answer);
    host.clear();
    while (host.queries().empty()) host.advance(1ms);
    host.receive(answer);  // to the first refresh
    const Duration heard = host.elapsed();
    host.clear();
    host.advance(79s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.advance(21s - 1ms);
    ASSERT_THAT(host.queries(), SizeIs(4));
    EXPECT_GE(host.queries()[0].at - heard, 80s);
    EXPECT_LE(host.queries()[0].at - heard, 82s);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    host.advance(1ms);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
}

TEST(MdnsUpkeep, BrowsingCostsOneQueryAnHour) {  // RFC6762-§10-03
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    std::size_t asked = 0;
    const auto live_for = [&](Duration time) {  // with a peer that answers as §7.1 says
        for (const Duration end = host.elapsed() + time; host.elapsed() < end;) {
            host.clear();
            host.advance(std::min<Duration>(1s, end - host.elapsed()));
            for (const auto& query : host.queries()) {
                ++asked;
                if (query.text.answers.empty())
                    host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local")));
            }
        }
    };
    live_for(2h);
    asked = 0;
    live_for(24h);
    EXPECT_GE(asked, 22u);
    EXPECT_LE(asked, 26u);
}

// ---- §6, §18.2: what a response may do ----

TEST(MdnsUpkeep, QuestionsInAResponseSpareUsNoQuery) {  // RFC6762-§6-07
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.receive(response().ask("_x._tcp.local", type::ptr).unique(a("peer.local", "10.0.0.9")));
    host.advance(200ms);
    EXPECT_THAT(host.queries(), SizeIs(1));
    EXPECT_THAT(host.engine.cache(host.now()), SizeIs(1));
}

TEST(MdnsUpkeep, UnicastNobodyAskedForTakesNoNameAway) {  // RFC6762-§6-20
    MdnsHost host;
    host.link_up();
    host.established({unique(a("host.local", "10.0.0.1"))});
    host.receive(response().unique(a("host.local", "9.9.9.9")).unique(a("peer.local", "10.0.0.9")),
                 from("10.0.0.9", 5353, false));
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
    EXPECT_THAT(host.events, IsEmpty());
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

TEST(MdnsUpkeep, EveryOpcodeAndErrorIsIgnored) {  // RFC6762-§18.3-02 RFC6762-§18.11-02
    MdnsHost host;
    host.link_up();
    host.established({unique(a("host.local", "10.0.0.1"))});
    for (std::uint8_t code = 1; code <= 15; ++code) {
        host.receive(response().opcode(code).unique(a("peer.local", "10.0.0.9")));
        host.receive(response().rcode(code).unique(a("peer.local", "10.0.0.9")));
        host.receive(query().opcode(code).ask("host.local", type::a));
        host.receive(query().opcode(code).ask("host.local", type::a), from("10.0.0.9", 40000));
        host.advance(2s);
    }
    EXPECT_THAT(host.sent, IsEmpty());
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

// ---- §6.1: denials ----

// RFC6762-§6.1-07 RFC6762-§6.1-08
TEST(MdnsUpkeep, NextNameOfADenialDoesNotMatter) {
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::aaaa);
    host.receive(response().unique({name("peer.local"), type::nsec, wire::class_in, 120,
                                    wire::make_nsec(name("zzz.local"), {type::a})}));
    EXPECT_THAT(host.all<engine::NoSuchRecord>(), SizeIs(1));
}

// RFC6762-§6.1-15
TEST(MdnsUpkeep, MissingFamilyIsKnownAsSoonAsTheAnswerArrives) {
    MdnsHost owner;
    owner.link_up();
    owner.established({unique(a("four.local", "10.0.0.1"))});
    MdnsHost asker;
    asker.link_up(eth0, "10.0.0.2");
    asker.ask("four.local", type::aaaa);
    const Duration asked = owner.elapsed();
    for (const auto& packet : asker.sent) owner.receive(packet.bytes, from("10.0.0.2"));
    ASSERT_THAT(owner.responses(), SizeIs(1));  // RFC6762-§6-04
    EXPECT_EQ(owner.responses()[0].at, asked);
    asker.clear();
    asker.receive(owner.responses()[0].bytes, from("10.0.0.1"));
    EXPECT_THAT(asker.all<engine::NoSuchRecord>(), SizeIs(1));  // now, not within 200 ms
    asker.clear();
    asker.advance(119s);  // a second question within the life of the denial is not asked
    asker.ask("four.local", type::aaaa);
    EXPECT_THAT(asker.all<engine::NoSuchRecord>(), SizeIs(1));
    EXPECT_THAT(asker.queries(), testing::SizeIs(testing::Le(4)));  // refreshes
    for (const auto& packet : asker.queries()) EXPECT_GE(packet.at, 96s);
}

// ---- §7 ----

TEST(MdnsUpkeep, KnownAnswersAreListedForHalfOfTheirLife) {  // RFC6762-§7.1-04
    for (const auto& [age, listed] : {std::pair{2249s, true}, {2251s, false}}) {
        MdnsHost host;
        host.link_up();
        host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local", 4500)));
        host.advance(age);
        host.ask("_x._tcp.local", type::ptr);
        ASSERT_THAT(host.queries(), SizeIs(1));
        EXPECT_EQ(host.queries()[0].text.answers.size(), listed ? 1u : 0u) << age.count();
    }
}

TEST(MdnsUpkeep, PeersQuestionOnAnotherLinkSparesUsNothing) {  // RFC6762-§7.3-03
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.ask("_x._tcp.local", type::ptr, false);
    host.receive(query().ask("_x._tcp.local", type::ptr), from("10.1.0.9"), eth1);
    host.advance(900ms);
    ASSERT_THAT(host.queries(), SizeIs(1));
    EXPECT_EQ(host.queries()[0].link, eth0);
}

// ---- §10 ----

TEST(MdnsUpkeep, TopBitOfAQuestionOrKnownAnswerFlushesNothing) {  // RFC6762-§10.2-11
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    host.receive(response().answer(a("peer.local", "10.0.0.8")));
    host.advance(5s);
    host.clear();
    host.receive(query().ask("peer.local", type::a, true));
    host.receive(response().ask("peer.local", type::a, true).answer(txt("x.local", {})));
    host.receive(query().ask("peer.local", type::a).unique(a("peer.local", "10.0.0.9")));
    host.advance(5s);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    EXPECT_THAT(host.all<engine::RecordAdded>(), IsEmpty());
}

TEST(MdnsUpkeep, PseudoRecordsOfEveryKindAreNotCached) {  // RFC6762-§10.2-13
    MdnsHost host;
    host.link_up();
    auto packet = response();
    for (const std::uint16_t pseudo : {type::opt, type::tsig, type::tkey})
        packet.answer({name("p.local"), pseudo, wire::class_in, 100, {}}, true);
    packet.answer({name("p.local"),
                   type::sig,
                   wire::class_in,
                   100,
                   {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
                  true);
    packet.answer(a("p.local", "10.0.0.9"), true);
    host.receive(packet);
    EXPECT_THAT(host.engine.cache(host.now()), SizeIs(1));
}

TEST(MdnsUpkeep, LinkThatGoesTakesOnlyItsOwnRecordsAlong) {  // RFC6762-§10.3-01
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.ask("peer.local", type::a);
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.receive(response().unique(a("peer.local", "10.1.0.9")), from("10.1.0.9"), eth1);
    host.engine.on_link_gone(host.now(), eth0);
    host.drain();
    host.advance(10s);
    ASSERT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
    EXPECT_EQ(host.all<engine::RecordRemoved>()[0].link, eth0);
    EXPECT_THAT(host.engine.cache(host.now()), SizeIs(1));
}

// RFC6762-§10.3-02: nobody ran the engine meanwhile
TEST(MdnsUpkeep, NothingExpiredIsToldAfterAJumpOfTheClock) {
    MdnsHost host;
    host.link_up();
    host.receive(response().unique(a("peer.local", "10.0.0.9", 120)));
    const auto later = host.now() + 121s;
    host.engine.query(later, {name("peer.local"), type::a, wire::class_in, {}, true});
    host.drain();
    EXPECT_THAT(host.all<engine::RecordAdded>(), IsEmpty());
    EXPECT_THAT(host.queries(), SizeIs(1));
    host.engine.on_time(later);
    EXPECT_THAT(host.engine.cache(later), IsEmpty());
}

TEST(MdnsUpkeep, DoubtfulRecordThatIsAnsweredStays) {  // RFC6762-§10.4-03 RFC6762-§10.4-01
    for (const auto& record : {a("peer.local", "10.0.0.9"), srv("w._x._tcp.local", "h.local", 1),
                               ptr("_x._tcp.local", "w._x._tcp.local", 120)}) {
        MdnsHost host;
        host.link_up();
        const bool is_shared = record.type == type::ptr;
        host.ask(record.name.to_text(), record.type);
        host.receive(response().answer(record, !is_shared));
        host.advance(70s);
        host.clear();
        host.engine.reconfirm(host.now(), record, {});
        host.drain();
        ASSERT_FALSE(host.queries().empty());  // RFC6762-§10.4-02
        host.advance(3s);
        EXPECT_GE(host.queries().size(), 2u);
        host.receive(response().answer(record, !is_shared));
        host.advance(90s);  // a life of 120 s since then
        EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    }
}

// ---- §11, §17, §20, §21 ----

TEST(MdnsUpkeep, SubnetsOfTheInterfaceAreTheLocalLink) {  // RFC6762-§11-05
    const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
    engine::LinkInfo info;
    info.prefixes = {{address("10.0.0.1"), 24},      {address("192.168.7.130"), 25},
                     {address("198.51.100.7"), 32},  {address("172.16.0.1"), 12},
                     {address("fd00:1:2:3::1"), 64}, {address("fe80::1"), 64},
                     {address("fd00:9::1"), 35}};
    for (const char* near :
         {"10.0.0.254", "192.168.7.128", "192.168.7.255", "198.51.100.7", "172.31.255.255",
          "fd00:1:2:3:ffff::", "fe80::9", "fe80:0:0:1::9", "fd00:9:1fff::1", "169.254.3.4"})
        EXPECT_TRUE(engine::on_link(info, address(near))) << near;
    for (const char* far :
         {"10.0.1.1", "9.255.255.255", "192.168.7.127", "198.51.100.6", "172.32.0.0",
          "172.15.255.255", "fd00:1:2:4::1", "fd00:9:2000::1", "2001:db8::1", "fec0::1"})
        EXPECT_FALSE(engine::on_link(info, address(far))) << far;
    EXPECT_FALSE(engine::on_link({}, address("10.0.0.254")));
}

TEST(MdnsUpkeep, DirectQueriesOverIpv6ComeFromTheSubnetToo) {  // RFC6762-§5.5-02
    MdnsHost host;
    host.link_up(eth0_v6, "fd00:1::1");
    auto info = link_info("fd00:1::1", 64);
    info.prefixes.push_back({boost::asio::ip::make_address("fe80::1"), 64});
    host.engine.on_link(host.now(), eth0_v6, info);
    host.established({unique(aaaa("host.local", "fd00:1::1"))});
    host.receive(query().ask("host.local", type::aaaa), from("fd00:2::9", 5353, false), eth0_v6);
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
    for (const char* near : {"fd00:1::9", "fe80::9"}) {
        host.receive(query().ask("host.local", type::aaaa), from(near, 5353, false), eth0_v6);
        host.advance(2s);
    }
    EXPECT_THAT(host.sent, SizeIs(2));
}

TEST(MdnsUpkeep, PacketsOverIpv6LeaveRoomForItsHeader) {  // RFC6762-§17-01
    MdnsHost host;
    host.link_up(eth0_v6, "fe80::1");
    for (int i = 0; i < 200; ++i)
        host.publish({unique(txt("n" + std::to_string(i) + ".local", {std::string(20, 'x')}))});
    host.advance(10s);
    std::size_t most = 0;
    for (const auto& packet : host.sent) most = std::max(most, packet.text.size);
    EXPECT_LE(most, 1452u);
    EXPECT_GT(most, 1400u);
}

TEST(MdnsUpkeep, BothFamiliesAskAnnounceAndDeny) {  // RFC6762-§20-01 RFC6762-§20-02
    MdnsHost host;
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth0_v6, "fe80::1");
    host.ask("peer.local", type::a);
    host.publish({unique(a("host.local", "10.0.0.1")), unique(aaaa("host.local", "fe80::1"))},
                 {2, {}});
    host.advance(5s);
    host.receive(query().ask("host.local", type::hinfo));
    host.receive(query().ask("host.local", type::hinfo), from("fe80::9"), eth0_v6);
    for (const auto link : {eth0, eth0_v6}) {
        int asked = 0, announced = 0, probed = 0, denied = 0;
        for (const auto& packet : host.sent) {
            if (packet.link != link) continue;
            asked += packet.text.has_question("peer.local A");
            probed += packet.is_probe();
            announced += packet.text.has_answer("host.local A flush 120 10.0.0.1") &&
                         packet.text.has_answer("host.local AAAA flush 120 fe80::1");
            denied += packet.text.has_answer("host.local NSEC flush 120 host.local A AAAA");
        }
        EXPECT_EQ(asked, 3);  // at 0, 1 and 3 s
        EXPECT_EQ(probed, 3);
        EXPECT_EQ(announced, 2);
        EXPECT_EQ(denied, 1);
    }
}

TEST(MdnsUpkeep, FloodLeavesOurOwnNamesDefended) {  // RFC6762-§21-05
    MdnsHost host(engine::Config{.seed = 1, .cache_memory_max = 100'000});
    host.link_up();
    host.established({unique(a("host.local", "10.0.0.1"))});
    for (int i = 0; i < 20'000; ++i)
        host.receive(response().answer(a("x" + std::to_string(i) + ".local", "10.0.0.9")));
    EXPECT_LT(host.engine.cache(host.now()).size(), 1000u);
    host.receive(query().ask("host.local", type::any, true).authority(a("host.local", "10.0.0.7")));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_TRUE(host.sent[0].text.has_answer("host.local A flush 120 10.0.0.1"));
}

TEST(MdnsUpkeep, EventsTellTheInterface) {  // RFC6762-§14-05
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.ask("peer.local", type::a);
    host.ask("peer.local", type::a, true, {eth1.ifindex, {}});
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    ASSERT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));
    EXPECT_EQ(host.all<engine::RecordAdded>()[0].link, eth0);
    host.receive(response().unique(a("peer.local", "10.1.0.9")), from("10.1.0.9"), eth1);
    ASSERT_THAT(host.all<engine::RecordAdded>(), SizeIs(3));
    EXPECT_EQ(host.all<engine::RecordAdded>()[2].link, eth1);
}

TEST(MdnsUpkeep, EachInterfaceHasItsOwnSecond) {  // RFC6762-§6-21
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.established({unique(a("host.local", "10.0.0.1"))});
    host.receive(query().ask("host.local", type::a));
    host.advance(300ms);
    host.receive(query().ask("host.local", type::a), from("10.1.0.9"), eth1);
    ASSERT_THAT(host.sent, SizeIs(2));
    EXPECT_EQ(host.sent[1].link, eth1);
    EXPECT_EQ(host.sent[1].at - host.sent[0].at, 300ms);
}

TEST(MdnsUpkeep, NamesMayHaveManyLabels) {  // RFC6762-§3-07
    MdnsHost host;
    host.link_up();
    host.established({unique(srv("a.b.c.d.e.local", "host.local", 80))});
    host.receive(query().ask("a.b.c.d.e.local", type::srv));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre(StartsWith("a.b.c.d.e.local SRV flush")));
}

}  // namespace
}  // namespace test
