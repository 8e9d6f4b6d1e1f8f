#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

class MdnsCache : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.ask("peer.local", type::a);
        host.clear();
    }
    std::size_t added() const { return host.all<engine::RecordAdded>().size(); }
    std::size_t removed() const { return host.all<engine::RecordRemoved>().size(); }
    MdnsHost host;
};

TEST_F(MdnsCache, GoodbyeRemovesAfterOneSecond) {  // RFC6762-§10.1-02 RFC6762-§10.1-03
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.receive(response().answer(a("peer.local", "10.0.0.9", 0)));
    host.advance(900ms);
    EXPECT_EQ(removed(), 0u);
    host.advance(100ms);
    EXPECT_EQ(removed(), 1u);
}

TEST_F(MdnsCache, RescuedRecordStays) {  // RFC6762-§10.1-03
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.receive(response().answer(a("peer.local", "10.0.0.9", 0)));
    host.advance(500ms);
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.advance(5s);
    EXPECT_EQ(removed(), 0u);
}

TEST_F(MdnsCache, GoodbyeForAnUnknownRecordDoesNothing) {  // RFC6762-§10.1-04
    host.receive(response().answer(a("peer.local", "10.0.0.9", 0)));
    host.advance(5s);
    EXPECT_EQ(added() + removed(), 0u);
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

TEST_F(MdnsCache,
       FlushSparesTheYoungAndRemovesTheOldAfterASecond) {  // RFC6762-§10.2-03 RFC6762-§18.13-01
    host.receive(response().answer(a("peer.local", "10.0.0.1")));
    host.advance(9500ms);
    host.receive(response().answer(a("peer.local", "10.0.0.2")));
    host.advance(500ms);
    host.receive(response().unique(a("peer.local", "10.0.0.3")));
    host.advance(999ms);
    EXPECT_EQ(removed(), 0u);
    host.advance(1ms);
    ASSERT_EQ(removed(), 1u);
    EXPECT_EQ(host.all<engine::RecordRemoved>()[0].record.rdata, a("", "10.0.0.1").rdata);
}

TEST_F(MdnsCache, FlushLeavesOtherTypesAndLinksAlone) {  // RFC6762-§10.2-04 RFC6762-§14-06
    host.link_up(eth1, "10.1.0.1");
    host.receive(
        response().answer(a("peer.local", "10.0.0.1")).answer(aaaa("peer.local", "fd00::1")));
    host.receive(response().answer(a("peer.local", "10.1.0.1")), from("10.1.0.9"), eth1);
    host.advance(5s);
    host.receive(response().unique(a("peer.local", "10.0.0.1")));
    host.advance(5s);
    EXPECT_EQ(removed(), 0u);
    EXPECT_THAT(host.engine.cache(host.now()), SizeIs(3));
}

TEST_F(MdnsCache, RecordScheduledForFlushIsRescued) {  // RFC6762-§10.2-15
    host.receive(response().answer(a("peer.local", "10.0.0.1")));
    host.advance(10s);
    host.receive(response().unique(a("peer.local", "10.0.0.3")));
    host.advance(500ms);
    host.receive(response().unique(a("peer.local", "10.0.0.1")));
    host.advance(5s);
    EXPECT_EQ(removed(), 0u);
}

TEST_F(MdnsCache, NewCopyReplacesTheLife) {  // RFC6762-§10-04
    host.receive(response().answer(a("peer.local", "10.0.0.1", 120)));
    host.receive(response().answer(a("peer.local", "10.0.0.1", 4500)));
    host.advance(4000s);
    EXPECT_EQ(added(), 1u);
    EXPECT_EQ(removed(), 0u);
    host.advance(600s);
    EXPECT_EQ(removed(), 1u);
}

TEST_F(MdnsCache, StrangeLifeTimesDoNoHarm) {  // RFC6762-§10-05
    host.receive(response().answer(a("peer.local", "10.0.0.1", 0x80000001)));
    EXPECT_EQ(added(), 0u);
    host.receive(response().answer(a("peer.local", "10.0.0.2", 0x7fffffff)));
    host.advance(8 * 24h);
    EXPECT_EQ(removed(), 1u);
}

TEST_F(MdnsCache, KnownAnswersOfOthersAreNotCached) {  // RFC6762-§7.1-05
    host.receive(query().ask("peer.local", type::a).known(a("peer.local", "10.0.0.9")));
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
    EXPECT_EQ(added(), 0u);
}

TEST_F(MdnsCache, UnsolicitedRecordsServeLaterQueries) {  // RFC6762-§18.1-01 RFC6762-§18.1-03
    host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local")));
    host.ask("_x._tcp.local", type::ptr, false);
    EXPECT_EQ(added(), 1u);
}

TEST_F(MdnsCache, PseudoRecordsAreNeverCached) {  // RFC6762-§10.2-13
    host.receive(response()
                     .answer({name("."), type::opt, 0x8fff, 0, {}})
                     .answer({name("t.local"), type::tsig, 1, 100, {1}}));
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

TEST_F(MdnsCache, LinkThatGoesTakesItsRecordsAlong) {  // RFC6762-§10.3-01
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.engine.on_link_gone(host.now(), eth0);
    host.drain();
    EXPECT_EQ(removed(), 1u);
}

TEST_F(MdnsCache, OwnRecordsComingBackAreNotCached) {
    host.established({unique(a("peer.local", "10.0.0.1"))});
    host.receive(response().unique(a("peer.local", "10.0.0.1")),
                 from("10.0.0.77"));  // by a reflector
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
    EXPECT_EQ(added(), 0u);
}

TEST_F(MdnsCache, MemoryIsBoundedAndWantedRecordsStillEnter) {  // RFC6762-§21-05
    MdnsHost small(engine::Config{.seed = 1, .cache_memory_max = 100'000});
    small.link_up();
    for (int i = 0; i < 10'000; ++i)
        small.receive(response().answer(a("x" + std::to_string(i) + ".local", "10.0.0.9")));
    EXPECT_LT(small.engine.cache(small.now()).size(), 1000u);
    EXPECT_GT(small.engine.counters().cache_dropped, 9000u);
    small.ask("peer.local", type::a);
    small.receive(response().unique(a("peer.local", "10.0.0.9")));
    EXPECT_THAT(small.all<engine::RecordAdded>(), SizeIs(1));
}

TEST_F(MdnsCache, FlushOnRequestForgetsAndAsksAgain) {
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.advance(5s);
    host.clear();
    host.engine.flush_cache(host.now());
    host.drain();
    host.advance(120ms);
    EXPECT_EQ(removed(), 1u);
    EXPECT_THAT(host.queries(), SizeIs(1));
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
}

TEST_F(MdnsCache, BrowsingAsksAgainAfterAFlushOnRequest) {
    host.ask("_x._tcp.local", type::ptr, false);
    host.advance(100s);
    host.clear();
    host.engine.flush_cache(host.now());
    host.drain();
    host.advance(120ms);
    EXPECT_THAT(host.queries(), testing::Not(IsEmpty()));
}

TEST_F(MdnsCache, PositiveAnswerEndsAnOlderDenial) {
    host.ask("peer.local", type::aaaa);
    host.receive(response().unique(nsec("peer.local", {type::a})));
    host.advance(5s);
    host.receive(response().unique(aaaa("peer.local", "fd00::9")));
    host.receive(response().answer(aaaa("peer.local", "fd00::9", 0)));
    host.advance(5s);
    host.clear();
    host.ask("peer.local", type::aaaa);
    EXPECT_THAT(host.all<engine::NoSuchRecord>(), IsEmpty());
}

}  // namespace
}  // namespace test
