// RFC 3927 §2.4: announcing an address.
#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Ipv4llAnnounce, TwiceTwoSecondsApart) {
    // RFC3927-§2.4-01 RFC5227-§2.3-01 RFC5227-§2.3-02
    Host host;
    host.run();
    const Ipv4 address = host.address();
    EXPECT_THAT(
        host.run_for(24h),
        ElementsAre(After(0s, 0s, IsAnnouncement(address)), After(0s, 0s, IsAcquired(address)),
                    After(announce_interval, announce_interval, IsAnnouncement(address))));
    EXPECT_EQ(host.state(), State::bound);
}

TEST(Ipv4llAnnounce, WaitsForTheKernel) {
    Host host;
    host.run();
    EXPECT_EQ(host.state(), State::assigning);
    EXPECT_FALSE(host.engine().deadline());
    EXPECT_THAT(host.drain(), IsEmpty());
    host.wait(300ms);
    EXPECT_THAT(host.assigned(),
                ElementsAre(IsAnnouncement(host.address()), IsAcquired(host.address())));
    EXPECT_THAT(host.assigned(), IsEmpty());  // told twice
}

TEST(Ipv4llAnnounce, IdleHostIsSilent) {
    // RFC3927-§2.2-03 RFC3927-§4-01 RFC5227-§2.1-03
    Host host;
    host.bind();
    EXPECT_FALSE(host.engine().deadline());
    EXPECT_THAT(host.run_for(24h), IsEmpty());
}

TEST(Ipv4llAnnounce, ARefusedAddressIsFollowedByAnotherAfterAPause) {
    Host host;
    host.run();
    const Ipv4 refused = host.address();
    host.engine().on_refused(host.now());
    EXPECT_THAT(host.drain(), ElementsAre(IsYield(refused)));
    EXPECT_EQ(host.state(), State::paused);
    const Ipv4 next = host.address();
    EXPECT_NE(next, refused);
    EXPECT_THAT(host.run(),
                ElementsAre(After(refused_pause, refused_pause + 1s, IsProbeFor(next)),
                            After(1s, 2s, IsProbeFor(next)), After(1s, 2s, IsProbeFor(next)),
                            After(2s, 2s, IsAssign(next))));
}

TEST(Ipv4llAnnounce, ALateRefusalTakesTheAddressBack) {  // address set, then a route failed
    Host host;
    const Ipv4 address = host.bind();
    host.engine().on_refused(host.now());
    EXPECT_THAT(host.drain(), ElementsAre(IsYield(address)));
    EXPECT_EQ(host.state(), State::paused);
}

}  // namespace
}  // namespace ipv4ll::test
