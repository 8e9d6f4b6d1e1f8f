// RFC 3927 §2.2.1: claiming an address.
#include <set>

#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using engine::Assign;
using engine::Conflicted;
using testing::_;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::VariantWith;

constexpr auto moved_on = Conflicted::Outcome::moved_on;

TEST(Ipv4llProbe, SendsThreeJitteredProbesThenAssigns) {
    // RFC3927-§2.2-01 RFC3927-§2.2.1-02 RFC3927-§2.2.1-03 RFC3927-§2.2.1-09
    // RFC5227-§2.1-01 RFC5227-§2.1.1-05 RFC5227-§2.1.1-11
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Host host{seed};
        EXPECT_THAT(
            host.run(),
            ElementsAre(After(0s, probe_wait, IsProbe()), After(probe_min, probe_max, IsProbe()),
                        After(probe_min, probe_max, IsProbe()),
                        After(announce_wait, announce_wait, VariantWith<Assign>(_))));
    }
}

TEST(Ipv4llProbe, ProbesForOneAddressAndAssignsIt) {
    Host host;
    const Ipv4 address = host.address();
    EXPECT_TRUE(claimable(address.to_uint()));
    EXPECT_THAT(host.run(),
                ElementsAre(After(0s, 1s, IsProbeFor(address)), After(1s, 2s, IsProbeFor(address)),
                            After(1s, 2s, IsProbeFor(address)), After(2s, 2s, IsAssign(address))));
}

/// 1000 hosts, and how often an interval fell into each tenth of its range.
void expect_spread(std::size_t which, Duration lo, Duration hi) {
    std::array<int, 10> tenths{};
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Host host{seed};
        const Duration after = host.run().at(which).after;
        ++tenths.at(static_cast<std::size_t>((after - lo) * 9.999 / (hi - lo)));
    }
    EXPECT_THAT(tenths, testing::Each(testing::AllOf(testing::Gt(50), testing::Lt(160))));
}

TEST(Ipv4llProbe, IntervalsAreUniform) {  // RFC3927-§2.2.1-02 RFC3927-§2.2.1-03
    expect_spread(0, 0s, probe_wait);
    expect_spread(1, probe_min, probe_max);
    expect_spread(2, probe_min, probe_max);
}

TEST(Ipv4llProbe, AnEarlyTimerDoesNothing) {
    Host host;
    const auto due = host.engine().deadline();
    ASSERT_TRUE(due);
    host.engine().on_time(*due - 1ns);
    EXPECT_THAT(host.drain(), IsEmpty());
    EXPECT_EQ(host.engine().deadline(), due);
}

TEST(Ipv4llProbe, ALateTimerKeepsTheDistanceBetweenProbes) {
    Host host;
    host.engine().on_time(host.now() + 30s);  // suspended, or a busy machine
    EXPECT_THAT(host.drain(), ElementsAre(IsProbe()));
    EXPECT_GE(*host.engine().deadline(), host.now() + 31s);
}

/// The four stretches of the window: the random wait, two gaps, and the wait after the last probe.
class Ipv4llProbeWindow : public testing::TestWithParam<int> {
protected:
    Ipv4llProbeWindow() {
        for (int probes = 0; probes < GetParam(); ++probes) host.next_probed();
        host.wait(*host.engine().deadline() - host.now() - 1ms);
        first = host.address();
    }
    Host host;
    Ipv4 first;
};
INSTANTIATE_TEST_SUITE_P(AllStretches, Ipv4llProbeWindow, testing::Range(0, 4));

TEST_P(Ipv4llProbeWindow, AClaimMovesToAnotherAddress) {
    // RFC3927-§2.2.1-04 RFC3927-§1.5-01 RFC5227-§2.1.1-06 RFC5227-§1.2.1-01
    for (const auto operation : {wire::Operation::reply, wire::Operation::request}) {
        const Ipv4 contested = host.address();
        EXPECT_THAT(host.receive(claim(contested, operation)),
                    ElementsAre(IsConflict(contested, moved_on)));
        EXPECT_EQ(host.state(), State::probing);
        EXPECT_NE(host.address(), contested);
    }
    const Ipv4 next = host.address();
    EXPECT_THAT(host.run(),
                ElementsAre(After(0s, 1s, IsProbeFor(next)), After(1s, 2s, IsProbeFor(next)),
                            After(1s, 2s, IsProbeFor(next)), After(2s, 2s, IsAssign(next))));
}

TEST_P(Ipv4llProbeWindow,
       APeersProbeMovesToAnotherAddress) {  // RFC3927-§2.2.1-05 RFC5227-§2.1.1-07
    EXPECT_THAT(host.receive(probe(first)), ElementsAre(IsConflict(first, moved_on)));
    EXPECT_NE(host.address(), first);
}

TEST_P(Ipv4llProbeWindow, OurOwnEchoIsIgnored) {
    // RFC3927-§V-03 RFC3927-§2.2.1-05 RFC5227-§2.1.1-08
    const auto due = host.engine().deadline();
    EXPECT_THAT(host.receive(probe(first, own_mac)), IsEmpty());
    EXPECT_THAT(host.receive(claim(first, wire::Operation::request, own_mac)), IsEmpty());
    EXPECT_EQ(host.address(), first);
    EXPECT_EQ(host.engine().deadline(), due);
}

TEST_P(Ipv4llProbeWindow, AnOrdinaryRequestIsNoConflict) {  // RFC3927-§2.2.1-06
    EXPECT_THAT(host.receive(question(first)), IsEmpty());
    EXPECT_EQ(host.address(), first);
    EXPECT_EQ(host.conflicts(), 0);
}

TEST_P(Ipv4llProbeWindow, TrafficAboutOtherAddressesIsNoConflict) {
    const Ipv4 other{first.to_uint() ^ 1U};
    EXPECT_THAT(host.receive(claim(other)), IsEmpty());
    EXPECT_THAT(host.receive(probe(other)), IsEmpty());
    // A reply without a sender address is no probe and claims nothing.
    EXPECT_THAT(host.receive({wire::Operation::reply, peer_mac, Ipv4{}, Mac{}, first}), IsEmpty());
    EXPECT_EQ(host.address(), first);
}

TEST(Ipv4llProbe, AfterTheWindowAClaimIsDefendedAgainst) {  // RFC3927-§2.2.1-04 RFC5227-§2.1.1-06
    Host host;
    host.run();
    const Ipv4 address = host.address();
    host.assigned();
    host.wait(1ms);
    EXPECT_THAT(
        host.receive(claim(address)),
        ElementsAre(IsConflict(address, Conflicted::Outcome::defended), IsAnnouncement(address)));
    EXPECT_EQ(host.address(), address);
}

TEST(Ipv4llProbe, AClaimWhileTheKernelIsAtWorkTakesTheAddressBack) {
    Host host;
    host.run();
    const Ipv4 address = host.address();
    EXPECT_THAT(host.receive(claim(address)),
                ElementsAre(IsConflict(address, moved_on), IsYield(address)));
    EXPECT_EQ(host.state(), State::probing);
    EXPECT_THAT(host.assigned(), IsEmpty());  // the answer for the old one comes late
    EXPECT_EQ(host.state(), State::probing);
}

TEST(Ipv4llProbe, NothingCarriesTheAddressBeforeItIsClaimed) {  // RFC3927-§2.2-01
    Host host;
    for (const Timed& timed : host.run()) {
        if (const auto* sent = std::get_if<engine::SendArp>(&timed.action)) {
            EXPECT_TRUE(sent->packet.sender_ip.is_unspecified());
        }
    }
    EXPECT_THAT(host.receive(question(host.address())), IsEmpty());
}

TEST(Ipv4llProbe, AStoredAddressIsTriedFirst) {  // RFC3927-§2.1-07
    const Ipv4 stored{{169, 254, 7, 7}};
    Host host{7, {.last_used = stored}};
    EXPECT_EQ(host.next_probed(), stored);
    host.receive(claim(stored));
    EXPECT_EQ(host.next_probed(), Host{7}.next_probed());  // then the sequence follows
}

TEST(Ipv4llProbe, AStoredAddressOutOfRangeIsNot) {  // RFC3927-§2.1-02
    for (const std::uint32_t stored : {0xA9FE0005U, 0xA9FEFF05U, 0x0A000005U, 0U}) {
        Host host{7, {.last_used = Ipv4{stored}}};
        EXPECT_EQ(host.next_probed(), Host{7}.next_probed());
    }
}

TEST(Ipv4llProbe, CandidatesDoNotDependOnTiming) {  // RFC3927-§2.1-04 RFC3927-§2.1-05
    const auto second_candidate = [](int probes_before_conflict) {
        Host host;
        for (int i = 0; i < probes_before_conflict; ++i) host.next_probed();
        host.receive(claim(host.address()));
        return host.address();
    };
    EXPECT_EQ(second_candidate(0), second_candidate(3));
}

TEST(Ipv4llProbe, AnUnsentProbeStartsTheSeriesAgain) {
    Host host;
    const Ipv4 address = host.next_probed();
    host.engine().on_send_failed(host.now());
    EXPECT_EQ(host.state(), State::paused);
    EXPECT_THAT(host.run(),
                ElementsAre(After(refused_pause, refused_pause + 1s, IsProbeFor(address)),
                            After(1s, 2s, IsProbeFor(address)), After(1s, 2s, IsProbeFor(address)),
                            After(2s, 2s, IsAssign(address))));
}

TEST(Ipv4llProbe, ScaleShortensEveryTime) {  // RFC5227-§2.2-01
    Host host{7, {.probe_scale = 0.1}};
    EXPECT_THAT(host.run(), ElementsAre(After(0s, 100ms, IsProbe()), After(100ms, 200ms, IsProbe()),
                                        After(100ms, 200ms, IsProbe()),
                                        After(200ms, 200ms, VariantWith<Assign>(_))));
}

TEST(Ipv4llProbe, ScaleIsKeptInBounds) {
    for (const double scale : {0.0, -1.0, 0.01, std::numeric_limits<double>::quiet_NaN()}) {
        Host host{7, {.probe_scale = scale}};
        EXPECT_EQ(host.run().back().after, 200ms) << scale;
    }
    Host slow{7, {.probe_scale = 1e300}};
    EXPECT_EQ(slow.run().back().after, 20s);
}

}  // namespace
}  // namespace ipv4ll::test
