// RFC 3927 §2.2: a link that comes and goes; and what people and the system do to us.
#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Ipv4llLifecycle, LinkDownReleases) {  // RFC3927-§2.2-04
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.link(false), ElementsAre(IsRelease(address)));
    EXPECT_EQ(host.state(), State::down);
    EXPECT_FALSE(host.engine().deadline());
    EXPECT_THAT(host.receive(claim(address)), IsEmpty());
    EXPECT_THAT(host.receive(question(address)), IsEmpty());
}

TEST(Ipv4llLifecycle, LinkDownForgetsNothingAndPlansNothing) {
    Host host;
    host.next_probed();
    host.receive(claim(host.address()));
    host.bind();
    ASSERT_TRUE(host.engine().deadline());  // to forget the conflict
    host.link(false);
    EXPECT_FALSE(host.engine().deadline());
    EXPECT_EQ(host.conflicts(), 1);
}

TEST(Ipv4llLifecycle, LinkUpProbesTheSameAddressAgain) {
    // RFC3927-§2.2-02 RFC3927-§2.1-07 RFC5227-§2.1-02
    Host host;
    const Ipv4 address = host.bind();
    host.link(false);
    host.wait(1h);
    host.link(true);
    EXPECT_THAT(host.run(),
                ElementsAre(After(0s, 1s, IsProbeFor(address)), After(1s, 2s, IsProbeFor(address)),
                            After(1s, 2s, IsProbeFor(address)), After(2s, 2s, IsAssign(address))));
}

TEST(Ipv4llLifecycle, LinkDownWhileProbingStopsTheTimers) {  // RFC3927-§2.2-04
    Host host;
    const Ipv4 address = host.next_probed();
    EXPECT_THAT(host.link(false), IsEmpty());
    EXPECT_FALSE(host.engine().deadline());
    host.wait(10s);
    EXPECT_THAT(host.link(true), IsEmpty());
    EXPECT_THAT(host.run(),
                ElementsAre(After(0s, 1s, IsProbeFor(address)), After(1s, 2s, IsProbeFor(address)),
                            After(1s, 2s, IsProbeFor(address)), After(2s, 2s, IsAssign(address))));
}

TEST(Ipv4llLifecycle, LinkDownWhileTheKernelIsAtWorkTakesTheAddressBack) {
    Host host;
    host.run();
    const Ipv4 address = host.address();
    EXPECT_THAT(host.link(false), ElementsAre(IsRelease(address)));
    EXPECT_THAT(host.assigned(), IsEmpty());
    EXPECT_EQ(host.state(), State::down);
}

TEST(Ipv4llLifecycle, ARepeatedLinkStateDoesNothing) {
    Host host;
    host.bind();
    EXPECT_THAT(host.link(true), IsEmpty());
    EXPECT_EQ(host.state(), State::bound);
    host.link(false);
    EXPECT_THAT(host.link(false), IsEmpty());
}

TEST(Ipv4llLifecycle, NewMacStartsOverWithTheSameAddress) {  // RFC3927-§V-05
    const Mac new_mac = {0x02, 0, 0, 0, 0, 0x42};
    Host host;
    const Ipv4 address = host.bind();
    host.engine().on_mac(host.now(), new_mac);
    EXPECT_THAT(host.drain(), ElementsAre(IsRelease(address)));
    const auto series = host.run();
    ASSERT_EQ(series.size(), 4U);
    const auto* first = std::get_if<engine::SendArp>(&series[0].action);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->packet, wire::make_probe(new_mac, address));
    EXPECT_THAT(host.receive(claim(address, wire::Operation::reply, new_mac)), IsEmpty());
}

TEST(Ipv4llLifecycle, TheSameMacAgainDoesNothing) {
    Host host;
    host.bind();
    host.engine().on_mac(host.now(), own_mac);
    EXPECT_THAT(host.drain(), IsEmpty());
    EXPECT_EQ(host.state(), State::bound);
}

TEST(Ipv4llLifecycle, RenewGivesUpTheAddressForAnother) {
    Host host;
    const Ipv4 address = host.bind();
    host.engine().renew(host.now());
    EXPECT_THAT(host.drain(), ElementsAre(IsYield(address)));
    EXPECT_NE(host.bind(), address);
    EXPECT_EQ(host.conflicts(), 0);
}

TEST(Ipv4llLifecycle, RefreshAnnouncesTheAddressAgain) {  // avahi-autoipd --refresh
    Host host;
    const Ipv4 address = host.bind();
    host.engine().refresh(host.now());
    EXPECT_THAT(host.run(),
                ElementsAre(After(0s, 0s, IsAnnouncement(address)),
                            After(announce_interval, announce_interval, IsAnnouncement(address))));
    EXPECT_EQ(host.state(), State::bound);
    host.link(false);
    host.drain();
    host.engine().refresh(host.now());
    EXPECT_THAT(host.drain(), IsEmpty());
}

TEST(Ipv4llLifecycle, RenewWithoutLinkChangesTheNextCandidateOnly) {
    Host host;
    const Ipv4 address = host.bind();
    host.link(false);
    host.engine().renew(host.now());
    EXPECT_THAT(host.drain(), IsEmpty());
    EXPECT_EQ(host.state(), State::down);
    host.link(true);
    EXPECT_NE(host.next_probed(), address);
}

TEST(Ipv4llLifecycle, AnAddressTakenOffByOthersIsClaimedAgain) {
    Host host;
    const Ipv4 address = host.bind();
    host.engine().on_removed(host.now(), Ipv4{address.to_uint() ^ 1U});
    EXPECT_EQ(host.state(), State::bound);
    host.engine().on_removed(host.now(), address);
    EXPECT_THAT(host.drain(), ElementsAre(IsRelease(address)));
    EXPECT_EQ(host.next_probed(), address);
}

TEST(Ipv4llLifecycle, RemovalOfAnAddressWeDoNotHoldIsIgnored) {
    Host host;
    host.next_probed();
    host.engine().on_removed(host.now(), host.address());
    EXPECT_THAT(host.drain(), IsEmpty());
    EXPECT_EQ(host.state(), State::probing);
}

TEST(Ipv4llLifecycle, StatusTellsTheStory) {  // RFC3927-§2.2.1-07
    Host host;
    host.next_probed();
    host.receive(claim(host.address()));
    const auto probing = host.engine().status();
    EXPECT_EQ(probing.state, State::probing);
    EXPECT_EQ(probing.conflicts, 1);
    EXPECT_EQ(probing.since, host.now());
    EXPECT_EQ(probing.deadline, host.engine().deadline());
}

TEST(Ipv4llLifecycle, InputsWithoutLinkDoNothing) {
    engine::Engine engine{{.mac = own_mac, .seed = 7}};
    const Instant now = Instant{} + 1h;
    const Ipv4 address = engine.status().address;
    engine.on_assigned(now);
    engine.on_refused(now);
    engine.on_removed(now, address);
    engine.on_send_failed(now);
    engine.on_mac(now, peer_mac);
    engine.on_time(now);
    engine.on_arp(now, claim(address, wire::Operation::reply, own_mac));
    EXPECT_FALSE(engine.poll());
    EXPECT_FALSE(engine.deadline());
    EXPECT_EQ(engine.state(), State::down);
}

}  // namespace
}  // namespace ipv4ll::test
