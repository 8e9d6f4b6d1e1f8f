// RFC 3927 §2.5 (b): one defence per DEFEND_INTERVAL, then yield.
#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using engine::Conflicted;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto defended = Conflicted::Outcome::defended;
constexpr auto yielded = Conflicted::Outcome::yielded;

TEST(Ipv4llDefend, FirstConflictIsAnsweredByOneAnnouncement) {
    // RFC3927-§2.5-01 RFC3927-§2.5-02 RFC3927-§2.5-03 RFC3927-§2.5-08
    // RFC5227-§2.4-02 RFC5227-§2.4-03 RFC5227-§2.4-05 RFC5227-§2.4-11
    for (const auto operation : {wire::Operation::request, wire::Operation::reply}) {
        Host host;
        const Ipv4 address = host.bind();
        host.wait(100s);
        EXPECT_THAT(host.receive(claim(address, operation)),
                    ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
        EXPECT_EQ(host.state(), State::bound);
        EXPECT_THAT(host.run_for(24h), IsEmpty());
    }
}

TEST(Ipv4llDefend, SecondConflictWithinTheIntervalYields) {
    // RFC3927-§2.5-04 RFC3927-§2.5-02 RFC3927-§2.5-06 RFC5227-§2.4-06 RFC5227-§2.4-13
    Host host;
    const Ipv4 address = host.bind();
    host.run_for(100s);
    host.receive(claim(address));
    host.run_for(9900ms);
    EXPECT_THAT(host.receive(claim(address)),
                ElementsAre(IsConflict(address, yielded), IsYield(address)));
    const Ipv4 next = host.address();
    EXPECT_NE(next, address);
    EXPECT_EQ(host.next_probed(), next);
}

TEST(Ipv4llDefend, SecondConflictAfterTheIntervalIsDefendedAgain) {  // RFC3927-§2.5-04
    Host host;
    const Ipv4 address = host.bind();
    for (int i = 0; i < 5; ++i) {
        host.run_for(defend_interval);
        EXPECT_THAT(host.receive(claim(address)),
                    ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
    }
    EXPECT_EQ(host.address(), address);
}

TEST(Ipv4llDefend, TheIntervalIsNotScaled) {
    Host host{7, {.probe_scale = 0.1}};
    const Ipv4 address = host.bind();
    host.receive(claim(address));
    host.run_for(defend_interval - 1ms);
    EXPECT_THAT(host.receive(claim(address)),
                ElementsAre(IsConflict(address, yielded), IsYield(address)));
}

TEST(Ipv4llDefend, ItMakesNoDifferenceWhomAPacketIsAddressedTo) {  // RFC5227-§2.6-02
    // The target fields of a reply to somebody else, or to us, by broadcast or not.
    for (const Ipv4& target : {Ipv4{{169, 254, 9, 9}}, Ipv4{{10, 0, 0, 1}}}) {
        for (const Mac& to : {own_mac, Mac{0x02, 1, 2, 3, 4, 5}}) {
            Host host;
            const Ipv4 address = host.bind();
            const ArpPacket reply{wire::Operation::reply, peer_mac, address, to, target};
            EXPECT_THAT(host.receive(reply),
                        ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
        }
    }
}

TEST(Ipv4llDefend, GoesOnAsLongAsTheAddressIsUsed) {  // RFC5227-§2.4-01 RFC3927-§1.5-01
    Host host;
    const Ipv4 address = host.bind();
    host.run_for(24h);
    EXPECT_THAT(host.receive(claim(address)),
                ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
}

TEST(Ipv4llDefend, BetweenAnnouncementsToo) {
    Host host;
    host.run();
    const Ipv4 address = host.address();
    host.assigned();
    host.wait(500ms);
    EXPECT_THAT(host.receive(claim(address)),
                ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
    EXPECT_THAT(host.run_for(1h), ElementsAre(After(1500ms, 1500ms, IsAnnouncement(address))));
}

TEST(Ipv4llDefend, ADefenceOfAnEarlierAddressDoesNotCount) {
    Host host;
    const Ipv4 first = host.bind();
    host.receive(claim(first));
    host.receive(claim(first));
    const Ipv4 second = host.bind();  // about 7 s later: within the interval
    EXPECT_THAT(host.receive(claim(second)),
                ElementsAre(IsConflict(second, defended), IsAnnouncement(second)));
}

TEST(Ipv4llDefend, OurOwnPacketsAreNoConflict) {  // RFC3927-§V-03 RFC3927-§2.5-01
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.receive(claim(address, wire::Operation::request, own_mac)), IsEmpty());
    EXPECT_THAT(host.receive(claim(address, wire::Operation::reply, own_mac)), IsEmpty());
    EXPECT_THAT(host.receive(question(Ipv4{{169, 254, 9, 9}}, own_mac, address)), IsEmpty());
    EXPECT_EQ(host.conflicts(), 0);
}

TEST(Ipv4llDefend, AnotherInterfaceOfOursIsAStranger) {  // RFC3927-§3.4-02
    const Mac other_interface = {0x02, 0, 0, 0, 0, 0x02};
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_EQ(host.receive(claim(address, wire::Operation::reply, other_interface)).size(), 2U);
    EXPECT_EQ(host.conflicts(), 1);
}

TEST(Ipv4llDefend, AQuestionThatIsAConflictIsNotAnswered) {  // RFC5227-§2.5-02
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.receive(question(address, peer_mac, address)),
                ElementsAre(IsConflict(address, defended), IsAnnouncement(address)));
}

TEST(Ipv4llDefend, NoConflictIsEverIgnored) {  // RFC3927-§2.5-05 RFC5227-§2.4-12
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Host host{seed};
        host.bind();
        for (int i = 0; i < 4; ++i) {
            if (host.state() != State::bound) host.bind();
            host.run_for(Duration{static_cast<Duration::rep>(seed) * 200ms});
            EXPECT_THAT(host.receive(claim(host.address())), testing::Not(IsEmpty()));
        }
    }
}

}  // namespace
}  // namespace ipv4ll::test
