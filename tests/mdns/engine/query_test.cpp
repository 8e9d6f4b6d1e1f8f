#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

std::vector<Duration> times(const std::vector<Sent>& sent) {
    std::vector<Duration> at;
    for (const auto& one : sent) at.push_back(one.at);
    return at;
}

TEST(MdnsQuery,
     BacksOffFromOneSecondToOneHour) {  // RFC6762-§5.2-01 RFC6762-§5.2-02 RFC6762-§5.2-04
    MdnsHost host;
    host.link_up();
    host.advance(60s);
    host.ask("_http._tcp.local", type::ptr, false);
    host.advance(12h);
    const auto at = times(host.queries());
    ASSERT_GT(at.size(), 14u);
    EXPECT_GE(at[1] - at[0], 1s);
    for (std::size_t i = 2; i < at.size(); ++i) {
        const Duration gap = at[i] - at[i - 1];
        EXPECT_TRUE(gap >= 2 * (at[i - 1] - at[i - 2]) || gap == 3600s) << i;
        EXPECT_LE(gap, 3600s);
    }
}

TEST(MdnsQuery, BrowsingWaits20To120ms) {  // RFC6762-§5.2-05
    Duration least = 1s, most{};
    for (std::uint64_t seed = 1; seed < 300; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.ask("_http._tcp.local", type::ptr, false);
        host.advance(500ms);
        const Duration first = host.queries().at(0).at;
        ASSERT_GE(first, 20ms);
        ASSERT_LE(first, 120ms);
        least = std::min(least, first);
        most = std::max(most, first);
    }
    EXPECT_LT(least, 25ms);
    EXPECT_GT(most, 115ms);
}

TEST(MdnsQuery, LookupLeavesAtOnceEachQuestionInItsOwnMessage) {
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    host.ask("peer.local", type::aaaa);
    ASSERT_THAT(host.queries(), SizeIs(2));
    EXPECT_THAT(host.queries()[0].text.questions,
                ElementsAre("peer.local A QM"));  // RFC6762-§5.4-04
    EXPECT_THAT(host.queries()[1].text.questions, ElementsAre("peer.local AAAA QM"));
    EXPECT_EQ(host.queries()[0].text.header.id, 0);  // RFC6762-§18.1-04
}

TEST(MdnsQuery, FirstBatchAfterTheLinkCameUpIsQU) {  // RFC6762-§5.4-02 RFC6762-§5.4-03
    MdnsHost host;
    host.ask("_a._tcp.local", type::ptr, false);
    host.ask("_b._tcp.local", type::ptr, false);
    host.link_up();
    host.advance(5s);
    const auto out = host.queries();
    int unicast = 0;
    for (const auto& packet : out) {
        for (const auto& question : packet.text.questions) {
            const bool qu = question.ends_with("QU");
            unicast += qu;
            EXPECT_EQ(qu, packet.at <= 120ms) << packet;
        }
    }
    EXPECT_EQ(unicast, 2);
}

TEST(MdnsQuery, NeverQUWhenThePortIsShared) {  // RFC6762-§15.1-03
    MdnsHost host;
    host.ask("_a._tcp.local", type::ptr, false);
    auto info = link_info("10.0.0.1");
    info.port_shared = true;
    host.engine.on_link(host.now(), eth0, info);
    host.publish({unique(a("host.local", "10.0.0.1"))});
    host.advance(5s);
    for (const auto& packet : host.sent) {
        for (const auto& question : packet.text.questions)
            EXPECT_TRUE(question.ends_with("QM")) << packet;
    }
}

TEST(MdnsQuery, ListsKnownAnswersWithRemainingLife) {  // RFC6762-§7.1-01 RFC6762-§7.1-04
                                                       // RFC6762-§7.1-06 RFC6762-§5.2-03
    MdnsHost host;                                     // RFC6762-§10.2-09
    host.link_up();
    host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local")));
    host.advance(1000s);
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(200ms);
    ASSERT_THAT(host.queries(), SizeIs(1));
    EXPECT_THAT(host.queries()[0].text.answers,
                ElementsAre(testing::AnyOf("_x._tcp.local PTR 3500 p._x._tcp.local",
                                           "_x._tcp.local PTR 3501 p._x._tcp.local")));
    host.advance(1400s);  // past half of its life
    host.clear();
    const auto again = host.ask("_x._tcp.local", type::ptr, true);
    (void)again;
    ASSERT_FALSE(host.queries().empty());
    EXPECT_THAT(host.queries()[0].text.answers, IsEmpty());
}

TEST(MdnsQuery, UniqueRecordsAreNoKnownAnswers) {  // RFC6762-§7.1-01
    MdnsHost host;
    host.link_up();
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.ask("peer.local", type::any);
    ASSERT_THAT(host.queries(), SizeIs(1));
    EXPECT_THAT(host.queries()[0].text.answers, IsEmpty());
}

TEST(MdnsQuery, ManyRecordsThatWantRefreshingAreOneQuestion) {
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(70s);  // the series is at 63 s and comes back at 127 s
    for (int i = 0; i < 50; ++i)
        host.receive(response().answer(
            ptr("_x._tcp.local", "i" + std::to_string(i) + "._x._tcp.local", 50)));
    host.clear();
    host.advance(42s);  // over 80 %, with up to one second of jitter each
    EXPECT_LE(host.queries().size(), 2u);
    EXPECT_GE(host.queries().size(), 1u);
}

TEST(MdnsQuery, TooManyKnownAnswersContinueInFurtherPackets) {  // RFC6762-§7.2-01 RFC6762-§7.2-02
                                                                // RFC6762-§7.2-03
    MdnsHost host;
    host.link_up();
    for (int i = 0; i < 300; ++i) {
        host.receive(response().answer(
            ptr("_x._tcp.local", "instance" + std::to_string(i) + "._x._tcp.local")));
    }
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(200ms);
    const auto out = host.queries();
    ASSERT_GT(out.size(), 2u);
    std::size_t known = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        EXPECT_LE(out[i].text.size, 1472u);
        EXPECT_EQ(out[i].text.questions.size(), i == 0 ? 1u : 0u);
        EXPECT_EQ(out[i].text.header.truncated, i + 1 < out.size());
        EXPECT_EQ(out[i].at, out[0].at);
        known += out[i].text.answers.size();
    }
    EXPECT_EQ(known, 300u);
}

TEST(MdnsQuery, UniqueAnswerEndsTheSeriesUntilRefresh) {  // RFC6762-§5.2-14 RFC6762-§5.2-09
                                                          // RFC6762-§5.2-12 RFC6762-§5.2-07
    MdnsHost host;                                        // RFC6762-§5.2-08 RFC6762-§5.2-06
    host.link_up();
    host.ask("peer.local", type::a);
    host.advance(50ms);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 100)));
    const Duration heard = host.elapsed();
    host.clear();
    host.advance(99s);
    const auto at = times(host.queries());
    ASSERT_THAT(at, SizeIs(4));
    const int percents[] = {80, 85, 90, 95};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_GE(at[i] - heard, std::chrono::seconds(percents[i]));
        EXPECT_LE(at[i] - heard, std::chrono::seconds(percents[i] + 2));
    }
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    host.advance(1s);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
}

TEST(MdnsQuery, AnswerToARefreshRestartsTheSchedule) {  // RFC6762-§5.2-11
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 100)));
    host.advance(83s);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 100)));
    const Duration heard = host.elapsed();
    host.clear();
    host.advance(90s);
    ASSERT_FALSE(host.queries().empty());
    EXPECT_GE(host.queries()[0].at - heard, 80s);
    EXPECT_LE(host.queries()[0].at - heard, 82s);
}

TEST(MdnsQuery, NobodyAsksNobodyRefreshes) {  // RFC6762-§5.2-13
    MdnsHost host;
    host.link_up();
    const auto id = host.ask("peer.local", type::a);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 120)));
    host.engine.cancel(host.now(), id);
    host.clear();
    host.advance(130s);
    EXPECT_THAT(host.sent, IsEmpty());
    EXPECT_THAT(host.events, IsEmpty());
}

TEST(MdnsQuery, TwoClientsShareOneSeries) {  // RFC6762-§15.4-01 RFC6763-§F-02
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(1500ms);
    const auto before = host.queries().size();
    host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local")));
    host.clear();
    const auto second = host.ask("_x._tcp.local", type::ptr, false);
    EXPECT_EQ(before, 2u);
    ASSERT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));  // from the cache, at once
    EXPECT_EQ(host.all<engine::RecordAdded>()[0].query, second);
    EXPECT_THAT(host.all<engine::CacheExhausted>(), SizeIs(1));
    host.advance(1s);
    EXPECT_THAT(host.queries(), IsEmpty());
    EXPECT_THAT(host.all<engine::AllForNow>(), SizeIs(1));
}

TEST(MdnsQuery, LaterAnswersAreToldToo) {  // RFC6762-§5.2-17 RFC6762-§18.1-02
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(100ms);
    host.receive(response().id(0x7777).answer(ptr("_x._tcp.local", "p._x._tcp.local")));
    host.advance(30s);
    host.receive(response().answer(ptr("_x._tcp.local", "q._x._tcp.local")));
    host.receive(response().answer(ptr("_x._tcp.local", "q._x._tcp.local")));
    EXPECT_THAT(host.all<engine::RecordAdded>(), SizeIs(2));
}

TEST(MdnsQuery, PeersQuestionCountsAsOurs) {  // RFC6762-§7.3-01
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    host.receive(query().ask("_x._tcp.local", type::ptr));
    host.advance(900ms);
    EXPECT_THAT(host.queries(), IsEmpty());
    host.advance(350ms);  // and not all who heard it at the same time
    EXPECT_THAT(host.queries(), SizeIs(1));
}

TEST(MdnsQuery, AQuestionWithWhatWeOfferOurselvesCountsToo) {  // RFC6762-§7.3-01
    MdnsHost host;
    host.link_up();
    host.established({shared(ptr("_x._tcp.local", "own._x._tcp.local"))});
    host.ask("_x._tcp.local", type::ptr, false);
    host.receive(
        query().ask("_x._tcp.local", type::ptr).known(ptr("_x._tcp.local", "own._x._tcp.local")));
    host.advance(900ms);
    EXPECT_THAT(host.queries(), IsEmpty());
}

TEST(MdnsQuery, ManyPeersDoNotEndOurOwnSeries) {
    MdnsHost host;
    host.link_up();
    host.ask("_x._tcp.local", type::ptr, false);
    for (int i = 0; i < 100; ++i) {  // ten hosts with series of their own
        host.advance(97ms);
        host.receive(query().ask("_x._tcp.local", type::ptr));
    }
    host.clear();
    host.advance(40s);  // alone, the next after 9.7 s would be at 15 s
    EXPECT_FALSE(host.queries().empty());
}

TEST(MdnsQuery,
     PeersQuestionDoesNotCountWhenItsAnswersMightMissUs) {  // RFC6762-§7.3-02 RFC6762-§7.3-03
    for (const auto& theirs :
         {query().ask("_x._tcp.local", type::ptr, true),
          query().ask("_x._tcp.local", type::ptr).known(ptr("_x._tcp.local", "p._x._tcp.local")),
          query().ask("_x._tcp.local", type::txt)}) {
        MdnsHost host;
        host.link_up();
        host.ask("_x._tcp.local", type::ptr, false);
        host.receive(theirs);
        host.advance(200ms);
        EXPECT_THAT(host.queries(), SizeIs(1));
    }
}

TEST(MdnsQuery,
     DenialIsToldAtOnceAndRemembered) {  // RFC6762-§6.1-15 RFC6762-§6.1-07 RFC6762-§6.1-08
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::aaaa);
    host.receive(response().unique(nsec("peer.local", {type::a})));
    ASSERT_THAT(host.all<engine::NoSuchRecord>(), SizeIs(1));
    host.clear();
    host.advance(60s);
    EXPECT_THAT(host.queries(), IsEmpty());
    host.ask("peer.local", type::aaaa);
    EXPECT_THAT(host.all<engine::NoSuchRecord>(), SizeIs(1));
    EXPECT_THAT(host.queries(), IsEmpty());
}

TEST(MdnsQuery, OwnRecordsAreToldWithoutAsking) {
    MdnsHost host;
    host.link_up();
    const auto id = host.established({unique(a("host.local", "10.0.0.1"))});
    host.ask("host.local", type::a);
    host.ask("host.local", type::aaaa);
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
    ASSERT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));
    EXPECT_TRUE(host.all<engine::RecordAdded>()[0].local);
    EXPECT_THAT(host.all<engine::NoSuchRecord>(), SizeIs(1));
    host.engine.withdraw(host.now(), id);
    host.drain();
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
}

TEST(MdnsQuery, OtherTypesAreAskedForOnceTheNameIsNoLongerOurs) {
    MdnsHost host;
    host.link_up();
    const auto id = host.established({unique(a("host.local", "10.0.0.1"))});
    host.ask("host.local", type::aaaa);
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.clear();
    host.advance(2s);
    EXPECT_FALSE(host.queries().empty());
}

TEST(MdnsQuery,
     ReconfirmAsksTwiceThenForgets) {  // RFC6762-§10.4-01 RFC6762-§10.4-02 RFC6762-§10.4-03
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", type::a);
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.advance(5s);
    host.clear();
    host.engine.reconfirm(host.now(), a("peer.local", "10.0.0.9"), {});
    host.drain();
    host.advance(9900ms);
    EXPECT_THAT(host.queries(), SizeIs(2));
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    host.advance(200ms);
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
}

/// The answer ended the series: what is gone later is asked for anew, not when that would go on.
TEST(MdnsQuery, WhatIsGoneAgainIsAskedForAtOnce) {
    MdnsHost host;
    host.link_up();
    host.ask("peer.local", wire::type::a);
    host.advance(7200ms);  // asked at 0, 1, 3 and 7 s; next at 15 s
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.advance(100ms);
    host.receive(response().unique(a("peer.local", "10.0.0.9", 0)));
    host.clear();
    host.advance(1200ms);
    EXPECT_THAT(host.queries(), SizeIs(1));
}

}  // namespace
}  // namespace test
