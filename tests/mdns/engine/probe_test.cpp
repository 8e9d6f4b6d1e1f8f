#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<engine::PublishedRecord> host_records(const char* address = "10.0.0.1") {
    return {unique(a("host.local", address))};
}

TEST(MdnsProbe,
     SendsThreeProbes250msApartThenAnnounces) {  // RFC6762-§8.1-01 RFC6762-§8.1-02 RFC6762-§8.1-05
    MdnsHost host;  // RFC6762-§8.1-06 RFC6762-§8.1-09 RFC6762-§8.2-01
    host.link_up();
    host.publish(host_records());
    host.advance(10s);
    const auto probes = host.probes();
    ASSERT_THAT(probes, SizeIs(3));
    EXPECT_THAT(probes[0].text.questions, ElementsAre("host.local ANY QU"));
    EXPECT_THAT(probes[0].text.authorities, ElementsAre("host.local A 120 10.0.0.1"));
    EXPECT_LE(probes[0].at, 250ms);
    EXPECT_EQ(probes[1].at - probes[0].at, 250ms);
    EXPECT_EQ(probes[2].at - probes[1].at, 250ms);
    const auto announcements = host.responses();
    ASSERT_THAT(announcements, SizeIs(2));
    EXPECT_EQ(announcements[0].at - probes[2].at, 250ms);
}

TEST(MdnsProbe, FirstProbeIsSpreadOver250ms) {  // RFC6762-§8.1-04
    Duration least = 1s;
    Duration most{};
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.publish(host_records());
        host.advance(300ms);
        const Duration first = host.probes().at(0).at;
        ASSERT_LE(first, 250ms);
        least = std::min(least, first);
        most = std::max(most, first);
    }
    EXPECT_LT(least, 10ms);
    EXPECT_GT(most, 240ms);
}

TEST(MdnsProbe, AnswersNothingBeforeTheNameIsVerified) {  // RFC6762-§2-02
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.advance(600ms);
    host.receive(query().ask("host.local", wire::type::a));
    EXPECT_THAT(host.responses(), IsEmpty());
}

TEST(MdnsProbe, ProbesOfManyNamesShareAPacket) {  // RFC6762-§8.1-03
    MdnsHost host;
    host.link_up();
    for (int i = 0; i < 10; ++i)
        host.publish({unique(srv("s" + std::to_string(i) + "._x._tcp.local", "host.local", 80))});
    host.advance(2s);
    EXPECT_THAT(host.probes(), SizeIs(3));
    EXPECT_THAT(host.probes()[0].text.questions, SizeIs(10));
}

TEST(MdnsProbe, NameOfTwoPublicationsIsOneQuestion) {
    MdnsHost host;
    host.link_up();
    host.publish({unique(srv("x.local", "a.local", 1))});
    host.publish({unique(txt("x.local", {"a"}))});
    host.advance(2s);
    ASSERT_THAT(host.probes(), SizeIs(3));
    EXPECT_THAT(host.probes()[0].text.questions, SizeIs(1));
    EXPECT_THAT(host.probes()[0].text.authorities, SizeIs(2));
}

TEST(MdnsProbe, AnyRecordAtTheNameIsAClaim) {  // RFC6762-§8.1-13 RFC6762-§8.1-10
    MdnsHost host;
    host.link_up();
    const auto id = host.publish(host_records());
    host.advance(740ms);
    host.clear();
    host.receive(response().answer(txt("host.local", {"other"})));
    host.advance(10s);
    const auto conflicts = host.all<engine::Conflict>();
    ASSERT_THAT(conflicts, SizeIs(1));
    EXPECT_EQ(conflicts[0].publication, id);
    EXPECT_EQ(conflicts[0].peer.address.to_string(), "10.0.0.9");
    EXPECT_THAT(host.responses(), IsEmpty());
}

TEST(MdnsProbe, ClaimInTheAdditionalSectionCounts) {  // RFC6762-§8.1-19
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.advance(300ms);
    host.receive(response()
                     .answer(ptr("_x._tcp.local", "y._x._tcp.local"))
                     .additional(a("host.local", "10.0.0.7")));
    EXPECT_THAT(host.all<engine::Conflict>(), SizeIs(1));
}

TEST(MdnsProbe, ClaimBeforeTheFirstProbeIsIgnored) {  // RFC6762-§8.1-12
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.receive(response().unique(a("host.local", "10.0.0.7")));
    host.advance(5s);
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
}

TEST(MdnsProbe, CacheIsNotConsulted) {  // RFC6762-§8.1-07
    MdnsHost host;
    host.link_up();
    host.receive(response().unique(a("host.local", "10.0.0.7")));
    host.publish(host_records());
    host.advance(5s);
    EXPECT_THAT(host.probes(), SizeIs(3));
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
}

TEST(MdnsProbe, IgnoresAGoodbyeForTheName) {
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.advance(400ms);
    host.receive(response().answer(a("host.local", "10.0.0.7", 0)));
    host.advance(5s);
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
}

TEST(MdnsProbe, KnownUniqueRecordsAreAnnouncedAtOnce) {  // RFC6762-§8.1-16
    MdnsHost host;
    host.link_up();
    host.publish({known_unique(ptr("1.0.0.10.in-addr.arpa", "host.local", 120))});
    host.advance(5s);
    EXPECT_THAT(host.probes(), IsEmpty());
    EXPECT_THAT(host.responses(), SizeIs(2));
}

TEST(MdnsProbe, FifteenConflictsSlowDown) {  // RFC6762-§8.1-14
    MdnsHost host;
    host.link_up();
    auto id = host.publish(host_records());
    std::vector<Duration> firsts;
    for (int i = 0; i < 17; ++i) {
        host.clear();
        while (host.probes().empty()) host.advance(10ms);
        firsts.push_back(host.probes()[0].at);
        host.receive(response().unique(a("host.local", "10.0.0.7")));
        host.engine.withdraw(host.now(), id);
        id = host.publish(host_records());
    }
    EXPECT_LT(firsts[14] - firsts[0], 10s);
    EXPECT_GE(firsts[15] - firsts[14], 5s);
    EXPECT_GE(firsts[16] - firsts[15], 250ms);
}

// ---- §8.2 ----

TEST(MdnsProbe, LosesTieToLaterRecordWaitsAndKeepsTheName) {  // RFC6762-§8.2-04 RFC6762-§8.2-07
    MdnsHost host;
    host.link_up();
    host.publish({unique(a("host.local", "169.254.99.200"))});
    host.advance(300ms);
    const Duration tie = host.elapsed();
    host.clear();
    host.receive(query()
                     .ask("host.local", wire::type::any, true)
                     .authority(a("host.local", "169.254.200.50")));
    host.advance(5s);
    ASSERT_THAT(host.probes(), SizeIs(3));
    EXPECT_EQ(host.probes()[0].at - tie, 1s);
    EXPECT_THAT(host.probes()[0].text.questions, ElementsAre("host.local ANY QU"));
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
}

TEST(MdnsProbe, WinsTieAgainstEarlierRecord) {  // RFC6762-§8.2-03
    MdnsHost host;
    host.link_up();
    host.publish({unique(a("host.local", "169.254.200.50"))});
    host.advance(300ms);
    host.receive(query()
                     .ask("host.local", wire::type::any, true)
                     .authority(a("host.local", "169.254.99.200")));
    host.advance(5s);
    ASSERT_THAT(host.probes(), SizeIs(3));
    EXPECT_EQ(host.probes()[2].at - host.probes()[0].at, 500ms);
}

TEST(
    MdnsProbe,
    TieBreakSortsListsAndTheLongerOneWins) {  // RFC6762-§8.2.1-01 RFC6762-§8.2.1-02 RFC6762-§8.2-05
    const auto loses = [](std::vector<engine::PublishedRecord> ours, const Build& theirs) {
        MdnsHost host;
        host.link_up();
        host.publish(std::move(ours));
        host.advance(300ms);
        host.clear();
        host.receive(theirs);
        host.advance(900ms);
        return host.probes().empty();
    };
    const auto probe = [] { return query().ask("h.local", wire::type::any, true); };
    EXPECT_TRUE(
        loses({unique(a("h.local", "10.0.0.1"))},
              probe().authority(a("h.local", "10.0.0.1")).authority(aaaa("h.local", "fd00::1"))));
    EXPECT_FALSE(loses({unique(a("h.local", "10.0.0.1")), unique(aaaa("h.local", "fd00::1"))},
                       probe().authority(a("h.local", "10.0.0.0"))));
    // Their list is out of order: sorted, its first is the TXT, which decides nothing, then the
    // SRV.
    EXPECT_TRUE(
        loses({unique(txt("h.local", {"a"})), unique(srv("h.local", "b.local", 1))},
              probe().authority(srv("h.local", "c.local", 1)).authority(txt("h.local", {"a"}))));
    // Here the order decides: their TXT, first when sorted, is the earlier one.
    EXPECT_FALSE(
        loses({unique(txt("h.local", {"b"}))},
              probe().authority(srv("h.local", "c.local", 1)).authority(txt("h.local", {"a"}))));
    EXPECT_TRUE(loses({unique(a("h.local", "10.0.0.200"))},
                      probe().authority(aaaa("h.local", "::1"))));  // type first
    EXPECT_TRUE(loses({unique(a("h.local", "10.0.0.99"))},
                      probe().authority(a("h.local", "10.0.0.200"))));  // unsigned
}

TEST(MdnsProbe, EqualListsAreNoConflict) {  // RFC6762-§8.2.1-03
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.advance(300ms);
    host.receive(
        query().ask("host.local", wire::type::any, true).authority(a("host.local", "10.0.0.1")));
    host.advance(5s);
    EXPECT_EQ(host.probes()[2].at - host.probes()[0].at, 500ms);
}

TEST(MdnsProbe, OtherNamesInTheAuthoritySectionDecideNothing) {  // RFC6762-§8.2-02
    MdnsHost host;
    host.link_up();
    host.publish(host_records());
    host.advance(300ms);
    host.receive(
        query().ask("host.local", wire::type::any, true).authority(a("other.local", "250.0.0.1")));
    host.advance(5s);
    EXPECT_EQ(host.probes()[2].at - host.probes()[0].at, 500ms);
}

TEST(MdnsProbe, LateCopyOfAnOwnProbeWithOldDataLosesNoTie) {  // RFC6762-§8.2-08
    MdnsHost host;
    host.link_up();
    const auto old = host.publish({unique(a("host.local", "10.0.0.250"))});
    host.advance(300ms);
    const Octets stale = host.probes().at(0).bytes;
    host.engine.withdraw(host.now(), old);
    host.publish(host_records());
    host.advance(300ms);
    host.clear();
    host.receive(stale, from("10.0.0.77"));  // by a reflector
    host.advance(300ms);
    EXPECT_THAT(host.probes(), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace test
