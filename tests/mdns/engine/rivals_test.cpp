// Names that are to be ours alone: what is said before, what rivals may do, what we keep.
#include <gmock/gmock.h>

#include <set>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
namespace type = wire::type;

std::vector<engine::PublishedRecord> host_record(const char* address = "10.0.0.1") {
    return {unique(a("host.local", address))};
}
/// A host that probes for these records and has sent its first probe.
struct Prober : MdnsHost {
    explicit Prober(std::vector<engine::PublishedRecord> records = host_record()) {
        link_up();
        publish(std::move(records));
        while (probes().empty()) advance(1ms);
    }
};

/// Two hosts on one link: each hears at once what the other says.
struct Pair {
    Pair() {
        first.link_up();
        second.link_up(eth0, "10.0.0.2");
    }
    void run(Duration time) {
        for (Duration passed{}; passed < time; passed += 1ms) {
            first.advance(1ms);
            second.advance(1ms);
            deliver(first, seen_first, second, "10.0.0.1");
            deliver(second, seen_second, first, "10.0.0.2");
        }
    }
    MdnsHost first{1}, second{2};

private:
    static void deliver(MdnsHost& sender, std::size_t& seen, MdnsHost& hearer, const char* own) {
        for (; seen < sender.sent.size(); ++seen) {
            const Sent one = sender.sent[seen];
            hearer.receive(one.bytes, from(own, 5353, !one.to));
        }
    }
    std::size_t seen_first = 0, seen_second = 0;
};

// ---- §2, §3, §5: before the name is ours ----

TEST(MdnsRivals, NothingIsAnsweredUntilTheLastProbeIs250msOld) {  // RFC6762-§2-02
    Prober host;
    const Duration first = host.probes()[0].at;
    while (host.elapsed() + 10ms < first + 750ms) {
        for (const std::uint16_t port : {std::uint16_t{5353}, std::uint16_t{40000}}) {
            host.receive(query().ask("host.local", type::a), from("10.0.0.9", port));
            host.receive(query().ask("host.local", type::any, true), from("10.0.0.9", port));
            host.receive(query().ask("host.local", type::txt), from("10.0.0.9", port));
        }
        host.advance(10ms);
    }
    EXPECT_THAT(host.responses(), IsEmpty());
    host.advance(1s);
    EXPECT_THAT(host.probes(), SizeIs(3));
    EXPECT_FALSE(host.responses().empty());
}

TEST(MdnsRivals, UniqueRecordsAreAskedForBeforeTheyAreSaid) {  // RFC6762-§5-01 RFC6762-§8.1-01
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.publish({unique(srv("w._x._tcp.local", "host.local", 80)),
                  unique(txt("w._x._tcp.local", {})), unique(a("host.local", "10.0.0.1")),
                  shared(ptr("_x._tcp.local", "w._x._tcp.local"))});
    host.advance(10s);
    for (const auto link : {eth0, eth1}) {
        std::set<std::string> asked;
        for (const auto& packet : host.sent) {
            if (packet.link != link) continue;
            for (const auto& question : packet.text.questions)
                asked.insert(question.substr(0, question.find(' ')));
            for (const auto& answer : packet.text.answers) {
                const std::string owner = answer.substr(0, answer.find(' '));
                EXPECT_EQ(asked.count(owner), answer.find(" flush ") != std::string::npos);
            }
        }
        EXPECT_THAT(asked, UnorderedElementsAre("w._x._tcp.local", "host.local"));
    }
}

TEST(MdnsRivals, TwoHostsMaySayTheSameButNotDifferentThings) {  // RFC6762-§2-03
    Pair pair;
    const auto record = [](std::uint16_t port) {
        return std::vector{unique(srv("both._x._tcp.local", "host.local", port))};
    };
    pair.first.publish(record(80));
    const auto changing = pair.second.publish(record(80));
    pair.run(5s);
    EXPECT_THAT(pair.first.all<engine::Established>(), SizeIs(1));
    EXPECT_THAT(pair.second.all<engine::Established>(), SizeIs(1));
    const std::size_t before = pair.first.probes().size() + pair.second.probes().size();
    pair.second.engine.update(pair.second.now(), changing, record(81));
    pair.second.drain();
    pair.run(1s);
    EXPECT_GT(pair.first.probes().size() + pair.second.probes().size(), before);
    pair.run(10s);
    EXPECT_EQ(
        pair.first.all<engine::Conflict>().size() + pair.second.all<engine::Conflict>().size(), 1u);
}

TEST(MdnsRivals, SharedNamesNeedNoChecks) {  // RFC6762-§3-09
    Pair pair;
    pair.first.publish({shared(a("cluster.local", "10.0.0.1"))});
    pair.second.publish({shared(a("cluster.local", "10.0.0.2"))});
    pair.run(10s);
    for (const MdnsHost* host : {&pair.first, &pair.second}) {
        EXPECT_THAT(host->probes(), IsEmpty());
        EXPECT_THAT(host->responses(), SizeIs(2));
        EXPECT_THAT(host->all<engine::Conflict>(), IsEmpty());
        EXPECT_THAT(host->all<engine::Established>(), SizeIs(1));
    }
}

TEST(MdnsRivals, LostNameIsNotSaidAgainEvenBeforeItIsWithdrawn) {  // RFC6762-§3-05
    MdnsHost host;
    host.link_up();
    const auto id = host.established(host_record());
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    while (host.probes().empty()) host.advance(1ms);
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    ASSERT_THAT(host.all<engine::Conflict>(), SizeIs(1));
    host.clear();
    for (const bool withdrawn : {false, true}) {
        if (withdrawn) host.engine.withdraw(host.now(), id);
        for (const std::uint16_t asked : {type::a, type::any, type::txt}) {
            host.receive(query().ask("host.local", asked));
            host.receive(query().ask("host.local", asked, true));
            host.receive(query().ask("host.local", asked), from("10.0.0.9", 40000));
            host.receive(
                query().ask("host.local", type::any, true).authority(a("host.local", "10.0.0.7")));
            host.advance(2s);
        }
    }
    for (const auto& packet : host.sent) {  // goodbyes may be said
        for (const auto& line : packet.text.answers)
            EXPECT_TRUE(line.starts_with("host.local A 0 ")) << line;
    }
    EXPECT_THAT(host.probes(), IsEmpty());
}

// ---- §6: who is a prober ----

// RFC6762-§6-11: the Authority section has a record that answers the question
TEST(MdnsRivals, ProbeIsKnownByItsAuthoritySection) {
    MdnsHost host;
    host.link_up();
    host.established(host_record());
    const auto delay = [&](const Build& asked) {
        host.advance(40s);  // QU alone would now be answered by multicast
        host.clear();
        const Duration at = host.elapsed();
        host.receive(asked);
        host.advance(1s);
        EXPECT_FALSE(host.sent.empty());
        return host.sent.at(0).at - at;
    };
    const auto two = [] {  // questions: not a probe, so no hurry (§6.3)
        return query().ask("host.local", type::any, true).ask("b.local", type::any, true);
    };
    EXPECT_EQ(delay(two().authority(a("host.local", "10.0.0.7"))), 0ms);
    EXPECT_TRUE(host.sent[0].to);
    EXPECT_GE(delay(two()), 20ms);
    EXPECT_FALSE(host.sent[0].to);
    EXPECT_GE(delay(two().authority(a("b.local", "10.0.0.7"))), 20ms);
    EXPECT_GE(delay(two().authority(a("c.local", "10.0.0.7"))), 20ms);
    const auto typed = [](std::uint16_t asked) {
        return query()
            .ask("host.local", asked, true)
            .ask("b.local", asked, true)
            .authority(a("host.local", "10.0.0.7"));
    };
    EXPECT_EQ(delay(typed(type::a)), 0ms);
    EXPECT_GE(delay(typed(type::txt)), 20ms);  // an A does not answer it
}

// ---- §8.1 ----

TEST(MdnsRivals, ClaimsCountUntil250msAfterTheThirdProbe) {  // RFC6762-§8.1-10
    Prober late;
    late.advance(749ms);
    late.clear();
    late.receive(response().unique(a("host.local", "10.0.0.7")));
    late.advance(5s);
    EXPECT_THAT(late.all<engine::Conflict>(), SizeIs(1));
    EXPECT_THAT(late.responses(), IsEmpty());

    Prober later;
    later.advance(751ms);
    EXPECT_THAT(later.responses(), SizeIs(1));
}

TEST(MdnsRivals, ClaimsCountInTheAuthoritySectionAndByUnicastThatWasAskedFor) {
    for (const auto& [claim, source, counts] :  // RFC6762-§8.1-19
         {std::tuple{response().authority(a("host.local", "10.0.0.7")), from("10.0.0.9"), true},
          {response().unique(a("host.local", "10.0.0.7")), from("10.0.0.9", 5353, false), true},
          {response().unique(a("host.local", "10.0.0.7")), from("10.9.0.9", 5353, false), false},
          {response().unique(a("host.local", "10.0.0.7")), from("10.0.0.9", 5354), false},
          {query().known(a("host.local", "10.0.0.7")), from("10.0.0.9"), false}}) {
        Prober host;
        host.receive(claim, source);
        EXPECT_EQ(host.all<engine::Conflict>().size(), counts ? 1u : 0u);
    }
}

// RFC6762-§8.1-14 RFC6762-§8.1-15
TEST(MdnsRivals, NameThatIsAlwaysTakenIsTriedEveryFiveSeconds) {
    MdnsHost host;
    host.link_up();
    auto id = host.publish(host_record());
    std::vector<Duration> firsts;
    while (host.elapsed() < 90s) {
        host.clear();
        while (host.probes().empty()) host.advance(10ms);
        firsts.push_back(host.probes()[0].at);
        host.receive(response().unique(a("host.local", "10.0.0.7")));
        host.engine.withdraw(host.now(), id);
        id = host.publish(host_record());
    }
    ASSERT_GT(firsts.size(), 20u);  // fifteen at once
    for (std::size_t i = 15; i < firsts.size(); ++i) EXPECT_GE(firsts[i] - firsts[i - 1], 5s) << i;
    for (std::size_t i = 16; i < firsts.size(); ++i)
        EXPECT_GT(firsts[i] - firsts[i - 16], 10s) << i;
}

TEST(MdnsRivals, RecordsKnownToBeVerifiedAreNotProbed) {  // RFC6762-§8.1-17
    MdnsHost host;
    host.link_up();
    host.publish({known_unique(srv("sleeper._x._tcp.local", "sleeper.local", 80)),
                  known_unique(a("sleeper.local", "10.0.0.50"))});
    host.advance(5s);
    EXPECT_THAT(host.probes(), IsEmpty());
    ASSERT_THAT(host.responses(), SizeIs(2));
    EXPECT_THAT(host.responses()[0].text.answers,
                UnorderedElementsAre("sleeper._x._tcp.local SRV flush 120 0 0 80 sleeper.local",
                                     "sleeper.local A flush 120 10.0.0.50"));
}

TEST(MdnsRivals, ProbesDoNotMindTheIntervalsOfQueries) {  // RFC6762-§8.1-18
    MdnsHost host;
    host.link_up();
    host.ask("host.local", type::any);
    host.publish(host_record("10.0.0.1"));
    host.ask("peer.local", type::any);
    host.advance(7s);
    const auto probes = host.probes();
    ASSERT_THAT(probes, SizeIs(3));
    EXPECT_EQ(probes[1].at - probes[0].at, 250ms);
    EXPECT_EQ(probes[2].at - probes[1].at, 250ms);
    std::vector<Duration> asked;
    for (const auto& packet : host.queries()) {
        if (packet.text.has_question("peer.local")) asked.push_back(packet.at);
    }
    EXPECT_THAT(asked, ElementsAre(0s, 1s, 3s, 7s));
}

// ---- §8.2: two at once ----

TEST(MdnsRivals, ProbeNamesAllThatIsWantedOnThatInterface) {  // RFC6762-§8.2-01
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.publish({unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2")),
                  unique(aaaa("host.local", "fe80::1"))},
                 {eth0.ifindex, {}});
    host.publish({unique(a("host.local", "10.1.0.1"))}, {eth1.ifindex, {}});
    host.publish(
        {unique(srv("w._x._tcp.local", "host.local", 80)), unique(txt("w._x._tcp.local", {"a"})),
         shared(ptr("_x._tcp.local", "w._x._tcp.local"))},
        {eth1.ifindex, {}});
    host.advance(1s);
    ASSERT_THAT(host.probes(), SizeIs(6));
    for (const auto& probe : host.probes()) {
        if (probe.link == eth0) {
            EXPECT_THAT(
                probe.text.authorities,
                UnorderedElementsAre("host.local A 120 10.0.0.1", "host.local A 120 10.0.0.2",
                                     "host.local AAAA 120 fe80::1"));
        } else {
            EXPECT_THAT(probe.text.authorities,
                        UnorderedElementsAre("host.local A 120 10.1.0.1",
                                             "w._x._tcp.local SRV 120 0 0 80 host.local",
                                             "w._x._tcp.local TXT 4500 \"a\""));
        }
    }
}

// RFC6762-§8.2-05 RFC6762-§8.2-06
TEST(MdnsRivals, TieIsDecidedByClassTypeAndUncompressedData) {
    const auto loses = [](std::vector<engine::PublishedRecord> ours, const Build& theirs) {
        Prober host(std::move(ours));
        host.clear();
        host.receive(theirs);
        host.advance(900ms);
        return host.probes().empty();
    };
    const auto probe = [] { return query().ask("h.local", type::any, true); };
    const auto ours = [] { return std::vector{unique(a("h.local", "10.0.0.100"))}; };
    // The cache-flush bit is no part of the class: it decides nothing, either way.
    EXPECT_TRUE(loses(ours(), probe().authority(a("h.local", "10.0.0.200"), true)));
    EXPECT_FALSE(loses(ours(), probe().authority(a("h.local", "10.0.0.50"), true)));
    // A higher class wins whatever the type and the data, a lower one loses.
    auto chaos = a("h.local", "0.0.0.1");
    chaos.klass = 3;
    EXPECT_TRUE(loses(ours(), probe().authority(chaos)));
    chaos.klass = 0;
    EXPECT_FALSE(loses(ours(), probe().authority(chaos)));
    // A lower type loses whatever the data.
    EXPECT_FALSE(
        loses({unique(aaaa("h.local", "::1"))}, probe().authority(a("h.local", "250.0.0.1"))));
    // The same SRV, its target compressed in the packet, decides nothing: the next record does.
    const auto data = [](std::uint8_t byte) {
        return wire::Record{name("h.local"), 65280, wire::class_in, 120, {byte}};
    };
    const auto target = srv("h.local", "target.h.local", 80);
    const auto theirs = probe().authority(target).authority(data(5));
    EXPECT_LT(theirs.bytes().size(), 12u + 13 + 2 * 12 + (6 + 16) + 1);  // it is compressed
    EXPECT_FALSE(loses({unique(target), unique(data(6))}, theirs));
    EXPECT_TRUE(loses({unique(target), unique(data(4))}, theirs));
}

TEST(MdnsRivals, StaleProbeOfAnEarlierLifeCostsOneSecond) {  // RFC6762-§8.2-08
    Prober host;
    const Duration began = host.elapsed();
    host.receive(query()
                     .ask("host.local", type::any, true)
                     .authority(a("host.local", "10.0.0.250")));  // nobody stands behind it
    host.advance(3s - (host.elapsed() - began));
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(1));
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
    EXPECT_TRUE(host.responses().at(0).text.has_answer("host.local A flush 120 10.0.0.1"));
}

// ---- §6.6, §9: later ----

TEST(MdnsRivals, QueriesAndSharedRecordsOfOthersAreNoConflict) {  // RFC6762-§9-01 RFC6762-§6.6-02
    MdnsHost host;
    host.link_up();
    host.established(
        {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "h._x._tcp.local"))});
    host.receive(response().answer(ptr("_x._tcp.local", "other._x._tcp.local")));
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
    EXPECT_THAT(host.events, IsEmpty());
    // These are answered, and change nothing.
    host.receive(query().ask("host.local", type::a).known(a("host.local", "9.9.9.9")));
    host.advance(2s);
    host.receive(query().ask("host.local", type::any).authority(a("host.local", "9.9.9.9")));
    host.advance(5s);
    EXPECT_THAT(host.responses(), SizeIs(2));
    EXPECT_THAT(host.probes(), IsEmpty());
    EXPECT_THAT(host.events, IsEmpty());
}

TEST(MdnsRivals, NameNobodyDefendsIsAnnouncedAgainWithinASecond) {  // RFC6762-§9-05
    MdnsHost host;
    host.link_up();
    host.established(host_record());
    const Duration heard = host.elapsed();
    host.receive(response().unique(a("host.local", "9.9.9.9")));
    host.advance(5s);
    ASSERT_THAT(host.responses(), SizeIs(2));
    EXPECT_GE(host.responses()[0].at - heard, 750ms);
    EXPECT_LE(host.responses()[0].at - heard, 1000ms);
    EXPECT_TRUE(host.responses()[0].text.has_answer("host.local A flush 120 10.0.0.1"));
}

// ---- §14: on all interfaces ----

TEST(MdnsRivals, NameIsDefendedOnEveryInterface) {  // RFC6762-§14-01
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.established(host_record());
    const auto probe =
        query().ask("host.local", type::any, true).authority(a("host.local", "10.0.0.7"));
    host.receive(probe);
    host.receive(probe, from("10.1.0.9"), eth1);
    ASSERT_THAT(host.sent, SizeIs(2));
    EXPECT_EQ(host.sent[0].link, eth0);
    EXPECT_EQ(host.sent[1].link, eth1);
    for (const auto& packet : host.sent)
        EXPECT_TRUE(packet.text.has_answer("host.local A flush 120 10.0.0.1"));
}

TEST(MdnsRivals, BridgedInterfacesSettle) {  // RFC6762-§14-07 RFC6762-§10.2-14
    MdnsHost host;
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth1, "10.0.0.2");
    host.established({unique(a("host.local", "10.0.0.1"))}, {eth0.ifindex, {}});
    host.established({unique(a("host.local", "10.0.0.2"))}, {eth1.ifindex, {}});
    host.receive(query().ask("host.local", type::a));  // and from now on they are bridged
    std::size_t seen = 0;
    for (int i = 0; i < 60'000; ++i) {
        for (; seen < host.sent.size(); ++seen) {
            const Sent one = host.sent[seen];
            if (!one.to)
                host.receive(one.bytes, from(one.link == eth0 ? "10.0.0.1" : "10.0.0.2"),
                             one.link == eth0 ? eth1 : eth0);
        }
        host.advance(1ms);
    }
    EXPECT_GE(host.sent.size(), 2u);  // what was flushed on the other side is said again
    EXPECT_LE(host.sent.size(), 10u);
    EXPECT_THAT(host.all<engine::Conflict>(), IsEmpty());
    EXPECT_THAT(host.probes(), IsEmpty());
}

TEST(MdnsRivals, OwnSetIsNotRepeatedWithinTheSecond) {  // RFC6762-§10.2-14
    MdnsHost host;
    host.link_up(eth0, "10.0.0.1");
    host.link_up(eth1, "10.0.0.2");
    host.established({unique(a("host.local", "10.0.0.1"))}, {eth0.ifindex, {}});
    host.established({unique(a("host.local", "10.0.0.2"))}, {eth1.ifindex, {}});
    host.receive(query().ask("host.local", type::a), from("10.0.0.9"), eth1);
    host.advance(500ms);
    host.clear();
    host.receive(response().unique(a("host.local", "10.0.0.1")), from("10.0.0.1"), eth1);
    host.advance(10s);
    EXPECT_THAT(host.sent, IsEmpty());
}

}  // namespace
}  // namespace test
