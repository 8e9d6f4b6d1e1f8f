// RFC 3927 §2.2.1: the conflict counter and RATE_LIMIT_INTERVAL.
#include <set>

#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using testing::IsEmpty;

void lose_candidates(Host& host, int count) {
    for (int i = 0; i < count; ++i) {
        host.next_probed();
        host.receive(claim(host.address()));
    }
}

TEST(Ipv4llRateLimit, NineConflictsAreFree) {
    Host host;
    lose_candidates(host, max_conflicts - 1);
    EXPECT_EQ(host.state(), State::probing);
    EXPECT_EQ(host.conflicts(), max_conflicts - 1);
}

TEST(Ipv4llRateLimit, ThenOneAddressAMinute) {  // RFC3927-§2.2.1-08 RFC5227-§2.1.1-09
    Host host;
    lose_candidates(host, max_conflicts);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(host.state(), State::paused);
        const Instant lost = host.now();
        host.next_probed();
        EXPECT_GE(host.now() - lost, rate_limit_interval);
        EXPECT_LE(host.now() - lost, rate_limit_interval + probe_wait);
        host.receive(claim(host.address()));
    }
}

TEST(Ipv4llRateLimit, CountsConflictsInUseToo) {  // RFC5227-§2.1.1-10
    Host host;
    lose_candidates(host, 5);
    host.bind();
    host.receive(claim(host.address()));
    host.receive(claim(host.address()));  // yields: 7
    host.bind();
    host.receive(claim(host.address()));
    host.receive(claim(host.address()));  // yields: 9
    EXPECT_EQ(host.state(), State::probing);
    host.next_probed();
    host.receive(claim(host.address()));
    EXPECT_EQ(host.conflicts(), 10);
    EXPECT_EQ(host.state(), State::paused);
}

TEST(Ipv4llRateLimit, IsForgottenAfterAMinuteInPeace) {  // RFC3927-§2.2.1-07
    Host host;
    lose_candidates(host, 3);
    host.bind();  // bound 2 s after it was assigned
    EXPECT_EQ(host.conflicts(), 3);
    host.run_for(conflict_memory - announce_interval - 1s);
    EXPECT_EQ(host.conflicts(), 3);
    EXPECT_THAT(host.run_for(2s), IsEmpty());
    EXPECT_EQ(host.conflicts(), 0);
    EXPECT_FALSE(host.engine().deadline());
}

TEST(Ipv4llRateLimit, ADefencePutsForgettingOff) {  // RFC3927-§2.2.1-07
    Host host;
    lose_candidates(host, 3);
    host.bind();
    host.run_for(50s);
    host.receive(claim(host.address()));
    host.run_for(59s);
    EXPECT_EQ(host.conflicts(), 4);
    host.run_for(1s);
    EXPECT_EQ(host.conflicts(), 0);
}

TEST(Ipv4llRateLimit, IsNotEscapedByALinkThatFlaps) {
    Host host;
    lose_candidates(host, max_conflicts);
    const Instant lost = host.now();
    host.link(false);
    host.wait(1s);
    host.link(true);
    EXPECT_EQ(host.state(), State::paused);
    host.next_probed();
    EXPECT_GE(host.now() - lost, rate_limit_interval);
}

TEST(Ipv4llRateLimit, EachNewAddressIsAnotherOne) {  // RFC3927-§2.2.1-08
    const Ipv4 stored{{169, 254, 7, 7}};
    Host host{7, {.last_used = stored}};
    std::set<Ipv4> tried{stored};
    const int count = max_conflicts + 50;
    for (int i = 0; i < count; ++i) {
        host.next_probed();
        host.receive(claim(host.address()));
        EXPECT_TRUE(tried.insert(host.address()).second) << host.address().to_string();
    }
}

TEST(Ipv4llRateLimit, AStoredAddressThatWasLostIsNotProposedAgain) {
    engine::Candidates sequence{7};
    sequence.next();
    const Ipv4 stored = sequence.next();  // of another day: the sequence will come to it
    Host host{7, {.last_used = stored}};
    lose_candidates(host, 2);
    EXPECT_NE(host.address(), stored);
    EXPECT_EQ(host.address(), sequence.next());
}

TEST(Ipv4llRateLimit, HoldsForAddressesAskedForByPeople) {  // RFC3927-§2.2.1-08 RFC5227-§2.1.1-09
    Host host;
    lose_candidates(host, max_conflicts);
    host.bind();
    const Instant asked = host.now();
    host.engine().renew(host.now());
    host.drain();
    EXPECT_EQ(host.state(), State::paused);
    host.next_probed();
    EXPECT_GE(host.now() - asked, rate_limit_interval);
}

TEST(Ipv4llRateLimit, AndForThoseThatTheSystemRefuses) {  // RFC3927-§2.2.1-08
    Host host;
    lose_candidates(host, max_conflicts);
    host.run();
    const Instant refused = host.now();
    host.engine().on_refused(host.now());
    host.next_probed();
    EXPECT_GE(host.now() - refused, rate_limit_interval);
}

TEST(Ipv4llRateLimit, OutlivesTheEngine) {  // switched off and on, a policy that changed
    Host host;
    lose_candidates(host, max_conflicts);
    const Instant lost = host.now();
    const Ipv4 next = host.address();
    engine::Engine again{{.mac = own_mac,
                          .seed = 7,
                          .last_used = Ipv4{{169, 254, 7, 7}},
                          .history = host.engine().history()}};
    EXPECT_EQ(again.status().conflicts, max_conflicts);
    again.on_link(lost + 1s, true);
    EXPECT_EQ(again.state(), State::paused);
    EXPECT_EQ(again.deadline(), lost + rate_limit_interval);
    EXPECT_EQ(again.status().address, next);
    again.on_time(lost + rate_limit_interval);
    again.on_arp(lost + rate_limit_interval, claim(next));
    host.next_probed();
    host.receive(claim(next));
    EXPECT_EQ(again.status().address, host.address()) << "the sequence goes on, and does not start";
}

TEST(Ipv4llRateLimit, AnotherInterfacesHistoryDoesNotCount) {
    Host host;
    lose_candidates(host, max_conflicts);
    engine::Engine other{{.mac = peer_mac, .seed = 7, .history = host.engine().history()}};
    EXPECT_EQ(other.status().conflicts, 0);
    other.on_link(host.now(), true);
    EXPECT_EQ(other.state(), State::probing);
}

TEST(Ipv4llRateLimit, IsNotScaled) {  // RFC5227-§2.2-01: the times of a claim are
    Host host{7, {.probe_scale = 0.1}};
    lose_candidates(host, max_conflicts);
    const Instant lost = host.now();
    host.next_probed();
    EXPECT_GE(host.now() - lost, rate_limit_interval);
}

TEST(Ipv4llRateLimit, DoesNotKeepAnAddressDefendedOftenFromComingBack) {
    Host host;
    const Ipv4 address = host.bind();
    for (int i = 0; i < 2 * max_conflicts; ++i) {
        host.receive(claim(address));
        host.run_for(defend_interval);
    }
    host.link(false);
    host.link(true);
    EXPECT_EQ(host.state(), State::probing);
    EXPECT_EQ(host.next_probed(), address);
}

TEST(Ipv4llRateLimit, BoundsWhatAFloodCanDo) {  // RFC3927-§5-01 RFC5227-§2.4-09 RFC5227-§2.4-10
    Host host;
    host.bind();
    std::size_t sent = 0;
    std::size_t reports = 0;
    int assigned = 0;
    const Instant end = host.now() + 600s;
    while (host.now() < end) {  // 10 claims a second of whatever address we have
        for (const Timed& timed : host.run_for(100ms)) {
            sent += std::holds_alternative<engine::SendArp>(timed.action) ? 1U : 0U;
            assigned += std::holds_alternative<engine::Assign>(timed.action) ? 1 : 0;
        }
        for (const Action& action : host.receive(claim(host.address()))) {
            sent += std::holds_alternative<engine::SendArp>(action) ? 1U : 0U;
            reports += std::holds_alternative<engine::Conflicted>(action) ? 1U : 0U;
        }
    }
    EXPECT_EQ(assigned, 0);
    EXPECT_LE(sent, 30U);
    EXPECT_LE(reports, 30U);
}

}  // namespace
}  // namespace ipv4ll::test
