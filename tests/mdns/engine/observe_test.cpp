#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

/// A browse of long standing; the peer 10.0.0.8 asks for what 10.0.0.9 once said.
class MdnsObserve : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.ask("_x._tcp.local", type::ptr, false);
        host.advance(200ms);
        host.receive(response().answer(record));
        host.advance(300s);  // the next query of our own is far
        host.clear();
    }
    void peer_asks(const Build& packet = query().ask("_x._tcp.local", type::ptr)) {
        host.receive(packet, from("10.0.0.8"));
    }
    bool removed() const { return !host.all<engine::RecordRemoved>().empty(); }

    MdnsHost host;
    const wire::Record record = ptr("_x._tcp.local", "h._x._tcp.local");
};

TEST_F(MdnsObserve, WhatPeersAskForInVainIsGone) {  // RFC6762-§10.5-01 RFC6762-§10.5-02
    peer_asks();
    host.advance(2s);
    peer_asks();
    host.advance(7999ms);
    EXPECT_FALSE(removed());
    host.advance(1ms);
    EXPECT_TRUE(removed());
    EXPECT_THAT(host.sent, IsEmpty());  // RFC6762-§10.5-03
    EXPECT_THAT(host.engine.cache(host.now()), IsEmpty());
    host.advance(29s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.advance(31s);  // in case that was wrong
    EXPECT_THAT(host.queries(), SizeIs(1));
}

TEST_F(MdnsObserve, AnAnswerInTimeKeepsIt) {  // RFC6762-§10.5-02
    peer_asks();
    host.advance(2s);
    peer_asks();
    host.advance(1s);
    host.receive(response().answer(record));
    host.advance(60s);
    EXPECT_FALSE(removed());
    peer_asks();  // counted from anew
    host.advance(60s);
    EXPECT_FALSE(removed());
}

TEST_F(MdnsObserve, ALateSecondQuestionLeavesTimeForItsAnswer) {
    peer_asks();
    host.advance(10s);
    peer_asks();
    host.advance(1999ms);
    EXPECT_FALSE(removed());
    host.advance(1ms);
    EXPECT_TRUE(removed());
}

TEST_F(MdnsObserve, QuestionsFarApartAreNoHint) {
    for (int times = 0; times < 5; ++times) {
        peer_asks();
        host.advance(11s);
    }
    EXPECT_FALSE(removed());
}

TEST_F(MdnsObserve, TwoQuestionsWithinASecondAreOne) {
    peer_asks();
    host.advance(500ms);
    host.receive(query().ask("_x._tcp.local", type::ptr), from("10.0.0.7"));
    host.advance(60s);
    EXPECT_FALSE(removed());
}

TEST_F(MdnsObserve, QuestionsThatNeedNoMulticastAnswerDoNotCount) {  // RFC6762-§10.5-04
    const Build silent[] = {
        query().ask("_x._tcp.local", type::ptr, true),          // QU
        query().ask("_x._tcp.local", type::ptr).known(record),  // knows it
        query().ask("_x._tcp.local", type::ptr).truncated(),    // may know it
        query().ask("_x._tcp.local", type::txt),                // another type
        query().ask("_y._tcp.local", type::ptr),                // another name
        query()
            .ask("_x._tcp.local", wire::type::any)
            .authority(  // the owner itself, perhaps
                ptr("_x._tcp.local", "new._x._tcp.local")),
    };
    for (const Build& packet : silent) {
        for (int times = 0; times < 3; ++times) {
            peer_asks(packet);
            host.advance(3s);
        }
        host.advance(20s);
        EXPECT_FALSE(removed());
    }
    for (int times = 0; times < 3; ++times) {  // asked by unicast: so will the answer be
        host.receive(query().ask("_x._tcp.local", type::ptr), from("10.0.0.8", 5353, false));
        host.advance(3s);
    }
    host.advance(20s);
    EXPECT_FALSE(removed());
}

TEST_F(MdnsObserve, ADeadHostsUniqueRecordsGoToo) {
    host.receive(response().unique(a("peer.local", "10.0.0.9")));
    host.ask("peer.local", type::a);
    host.advance(5s);
    host.clear();
    for (int times = 0; times < 2; ++times) {
        host.receive(query().ask("peer.local", type::any), from("10.0.0.8"));
        host.advance(5s);
    }
    ASSERT_THAT(host.all<engine::RecordRemoved>(), SizeIs(1));
    EXPECT_EQ(host.all<engine::RecordRemoved>()[0].record.name, name("peer.local"));
    EXPECT_FALSE(host.engine.cache(host.now()).empty());  // the PTR was not asked for
}

TEST_F(MdnsObserve, AHostThatAsksForWhatItOffersItselfIsNotGone) {
    for (int times = 0; times < 5; ++times) {
        host.receive(query().ask("_x._tcp.local", type::ptr), from("10.0.0.9"));
        host.advance(3s);
    }
    EXPECT_FALSE(removed());
}

/// As others see us: what we offer and ask for, too, is no failure.
TEST_F(MdnsObserve, OurQuestionsListOurOwnRecords) {
    host.established(
        {shared(ptr("_x._tcp.local", "own._x._tcp.local")), unique(txt("own._x._tcp.local", {}))});
    host.advance(600s);
    ASSERT_FALSE(host.queries().empty());
    EXPECT_TRUE(host.queries()[0].text.has_answer("_x._tcp.local PTR 4500 own._x._tcp.local"));
}

TEST_F(MdnsObserve, ARecordJustHeardNeedNotBeRepeated) {
    host.receive(response().answer(record));
    host.advance(100ms);
    peer_asks();
    host.advance(4s);
    peer_asks();
    host.advance(20s);
    EXPECT_FALSE(removed());
}

}  // namespace
}  // namespace test
