// Who loses what when the cache is full (PRODUCT.md, "Caches").
#include "mdns/engine/shares.hpp"

#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;
constexpr std::size_t room = 400'000;  // for about a thousand records

class MdnsShares : public testing::Test {
protected:
    void SetUp() override { host.link_up(); }
    /// Each record has a name of its own, numbered from `first`.
    void say(const std::string& prefix, int first, int count, const std::string& source,
             engine::LinkId link = eth0) {
        for (int i = first; i < first + count; ++i)
            host.receive(response().answer(a(prefix + std::to_string(i) + ".local", "10.0.0.9")),
                         from(source.c_str()), link);
    }
    std::size_t known(const std::string& prefix) const {
        const auto all = host.engine.cache(host.now());
        return static_cast<std::size_t>(std::ranges::count_if(all, [&](const auto& cached) {
            return cached.record.name.to_text().starts_with(prefix);
        }));
    }
    std::uint64_t dropped() const { return host.engine.counters().cache_dropped; }
    MdnsHost host{engine::Config{.seed = 1, .cache_memory_max = room}};
};

TEST_F(MdnsShares, BelowTheBoundNobodyLosesAny) {
    say("x", 0, 500, "10.0.0.66");
    EXPECT_EQ(known("x"), 500u);
    EXPECT_EQ(dropped(), 0u);
}

TEST_F(MdnsShares, WhoFloodsLosesItsOwnOldest) {
    say("peer", 0, 50, "10.0.0.7");
    say("x", 0, 20'000, "10.0.0.66");
    EXPECT_EQ(known("peer"), 50u);
    EXPECT_GT(known("x"), 100u);
    EXPECT_LT(known("x"), 2000u);
    EXPECT_EQ(dropped() + known("x"), 20'000u);
    EXPECT_EQ(known("x1999"), 10u) << "its youngest are there: x19990 … x19999";
    say("late", 0, 50, "10.0.0.8");
    EXPECT_EQ(known("late"), 50u) << "a newcomer has room";
    EXPECT_EQ(known("peer"), 50u);
}

TEST_F(MdnsShares, WhoSpeaksPaysBeforeWhoHoldsMore) {
    say("large", 0, 1'200, "10.0.0.66");
    say("small", 0, 2'000, "10.0.0.67");
    EXPECT_GT(known("small"), 300u);
    EXPECT_LT(known("small"), 1'200u);
    EXPECT_EQ(known("large"), 1'200u);
}

TEST_F(MdnsShares, WhatAClientAsksForGoesLast) {
    host.ask("_x._tcp.local", type::ptr, false);
    host.receive(response().answer(ptr("_x._tcp.local", "p._x._tcp.local")), from("10.0.0.66"));
    host.clear();
    say("x", 0, 20'000, "10.0.0.66");
    EXPECT_THAT(host.all<engine::RecordRemoved>(), IsEmpty());
    EXPECT_EQ(known("_x"), 1u);
}

TEST_F(MdnsShares, FloodOnAnotherLinkGivesWayToo) {
    host.link_up(eth1, "10.1.0.1");
    say("x", 0, 20'000, "10.1.0.66", eth1);
    say("peer", 0, 100, "10.0.0.7");
    EXPECT_EQ(known("peer"), 100u);
}

TEST_F(MdnsShares, AnswersWithoutEndToABrowserLeaveRoomForOthers) {
    host.ask("_x._tcp.local", type::ptr, false);
    host.ask("peer.local", type::a);
    host.clear();
    for (int i = 0; i < 20'000; ++i)
        host.receive(response().answer(ptr("_x._tcp.local", std::to_string(i) + "._x._tcp.local")),
                     from("10.0.0.66"));
    EXPECT_GT(known("_x"), 100u);
    host.clear();
    host.receive(response().unique(a("peer.local", "10.0.0.7")), from("10.0.0.7"));
    EXPECT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));
    EXPECT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1)) << "and clients are told what went";
    host.advance(1s);
    EXPECT_EQ(known("peer"), 1u);
}

TEST_F(MdnsShares, AmongManySmallSourcesOnlyTheWantedEnters) {
    for (int i = 0; i < 20'000; ++i) {
        const std::string source =
            "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        say("x", i, 1, source);
    }
    EXPECT_LT(known("x"), 2000u);
    const std::size_t before = known("x");
    say("peer", 0, 1, "10.0.0.7");
    EXPECT_EQ(known("peer"), 0u) << "nobody asks for it, and nobody has too much";
    host.ask("peer1.local", type::a);
    say("peer", 1, 1, "10.0.0.7");
    EXPECT_EQ(known("peer"), 1u);
    EXPECT_LE(known("x"), before - 1);
}

TEST_F(MdnsShares, RepeatingTheRecordsOfOthersDoesNotTakeThemAlong) {
    say("peer", 0, 50, "10.0.0.7");
    say("x", 0, 5'000, "10.0.0.66");
    say("peer", 0, 50, "10.0.0.66");
    say("x", 5'000, 5'000, "10.0.0.66");
    EXPECT_EQ(known("peer"), 50u);
}

TEST_F(MdnsShares, FullCacheEmptiesAndFillsAgain) {
    say("x", 0, 5'000, "10.0.0.66");
    host.advance(5000s);
    EXPECT_EQ(known("x"), 0u);
    say("y", 0, 500, "10.0.0.66");
    EXPECT_EQ(known("y"), 500u);
}

TEST(MdnsSharesList, LargestIsFoundAfterItShrank) {
    engine::Shares shares;
    for (engine::Shares::Place place = 0; place < 10; ++place) shares.add(place, 1, 10);
    for (engine::Shares::Place place = 10; place < 18; ++place) shares.add(place, 2, 10);
    EXPECT_EQ(shares.larger_than(70), 1u);
    for (engine::Shares::Place place = 0; place < 5; ++place) shares.remove(place, 10);
    EXPECT_EQ(shares.larger_than(70), 2u);
    EXPECT_EQ(shares.larger_than(80), std::nullopt);
    EXPECT_EQ(shares.oldest(1), 5u);
    shares.renew(5, 1, 10);
    EXPECT_EQ(shares.oldest(1), 6u);
    shares.renew(17, 1, 10);  // now of the one that holds less
    EXPECT_EQ(shares.held(1), 60u);
    EXPECT_EQ(shares.held(2), 70u);
    for (engine::Shares::Place place = 5; place < 18; ++place) shares.remove(place, 10);
    EXPECT_EQ(shares.larger_than(0), std::nullopt);
}

}  // namespace
}  // namespace test
