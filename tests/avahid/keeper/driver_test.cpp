// ipv4ll/io/driver and the keeper together on a real link, ten times as fast as RFC 3927.
#include "ipv4ll/io/driver.hpp"

#include <sys/socket.h>

#include <array>

#include "avahid/keeper/arp_socket.hpp"
#include "ipv4ll/constants.hpp"
#include "tests/avahid/keeper/namespace.hpp"

namespace avahid::keeper::test {
namespace {

using namespace std::chrono_literals;
using ipv4ll::engine::Policy;
using ipv4ll::engine::State;
using ipv4ll::wire::Ipv4;
using ipv4ll::wire::Mac;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Mac rival = {0x02, 0, 0, 0, 0, 0x99};
const Ipv4 wanted{{169, 254, 7, 7}};

/// The driver of eth0 with what it told its host.
class Driven {
public:
    Driven(Kept& keeper, int ifindex, Policy policy, bool refuse = false)
        : keeper_(keeper), ifindex_(ifindex), refuse_(refuse) {
        EXPECT_EQ(keeper.open_arp(ifindex), 0);
        const ipv4ll::io::DriverConfig config{
            .engine = {.mac = {0x02, 0, 0, 0, 0, 0x01},
                       .seed = 7,
                       .last_used = wanted,
                       .probe_scale = 0.1},
            .policy = {.policy = policy, .settle_time = 100ms, .release_after = 200ms}};
        driver.emplace(keeper.io(), config, keeper.take_opened().release(), host());
    }
    State state() const { return driver->status().engine.state; }
    bool run_until(State wanted_state) {
        return keeper_.run_until([this, wanted_state] { return state() == wanted_state; });
    }

    std::optional<ipv4ll::io::Driver> driver;
    std::vector<std::string> told;
    std::vector<std::string> log;

private:
    ipv4ll::io::Host host() {
        return {
            .add_address =
                [this](Ipv4 address, const ipv4ll::io::Host::Answer& answer) {
                    if (refuse_) {
                        answer({EEXIST, boost::system::system_category()});
                    } else {
                        keeper_.client().add_address(ifindex_, address, true, answer);
                    }
                },
            .remove_address =
                [this](Ipv4 address, bool for_good) {
                    if (for_good) {
                        keeper_.client().yield_address(ifindex_, address, {});
                    } else {
                        keeper_.client().remove_address(ifindex_, address, {});
                    }
                },
            .bound = [this](Ipv4 address) { told.push_back("bound " + address.to_string()); },
            .released = [this](Ipv4 address) { told.push_back("released " + address.to_string()); },
            .advertised = [this](bool may) { told.push_back(may ? "advertise" : "hide"); },
            .remember = [this](Ipv4 address) { told.push_back("remember " + address.to_string()); },
            .log = [this](std::string_view line) { log.emplace_back(line); },
        };
    }

    Kept& keeper_;
    int ifindex_;
    bool refuse_;
};

class Ipv4llDriver : public Namespace {
protected:
    void SetUp() override {
        Namespace::SetUp();
        if (IsSkipped()) return;
        auto opened = open_arp_socket(eth1);
        ASSERT_TRUE(opened);
        peer_ = std::move(*opened);
    }
    void send(const ipv4ll::wire::ArpPacket& packet) const {
        const auto frame = ipv4ll::wire::encode_arp(packet);
        EXPECT_EQ(::send(peer_.get(), frame.data(), frame.size(), 0), 42);
    }
    std::vector<ipv4ll::wire::ArpPacket> seen() const {
        std::vector<ipv4ll::wire::ArpPacket> packets;
        std::array<std::uint8_t, 128> buffer{};
        for (;;) {
            const ssize_t size = ::recv(peer_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (size < 0) return packets;
            const auto decoded =
                ipv4ll::wire::decode_arp(std::span(buffer).first(static_cast<std::size_t>(size)));
            if (decoded) packets.push_back(*decoded);
        }
    }
    Descriptor peer_;
};

TEST_F(Ipv4llDriver, ClaimsAnAddressAndGivesItBack) {
    // RFC3927-§2.1-07 RFC3927-§2.4-01 RFC3927-§V-06
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    EXPECT_EQ(eth.state(), State::down);
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    EXPECT_THAT(eth.told, ElementsAre("bound 169.254.7.7", "remember 169.254.7.7"));
    EXPECT_THAT(run("ip -4 address show"), HasSubstr("inet 169.254.7.7/16"));
    const auto probe = ipv4ll::wire::make_probe({0x02, 0, 0, 0, 0, 0x01}, wanted);
    const auto announcement = ipv4ll::wire::make_announcement({0x02, 0, 0, 0, 0, 0x01}, wanted);
    EXPECT_THAT(seen(), ElementsAre(probe, probe, probe, announcement, announcement));

    eth.driver->stop();
    EXPECT_THAT(eth.told, testing::Contains("released 169.254.7.7"));
    keeper.close();
    EXPECT_THAT(run("ip -4 address show"), Not(HasSubstr("169.254")));
}

TEST_F(Ipv4llDriver, AConflictWhileProbingMovesOn) {  // RFC3927-§2.2.1-04 RFC5227-§2.4-10
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    send(ipv4ll::wire::make_announcement(rival, wanted));
    ASSERT_TRUE(eth.run_until(State::bound));
    EXPECT_THAT(run("ip -4 address show"), Not(HasSubstr("169.254.7.7")));
    EXPECT_EQ(eth.driver->status().engine.conflicts, 1);
    EXPECT_THAT(eth.log, testing::Contains("169.254.7.7 is claimed by 02:00:00:00:00:99, trying "
                                           "another address"));
}

TEST_F(Ipv4llDriver, ConflictsInUseAreDefendedThenYieldedTo) {  // RFC3927-§2.5-04
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    send(ipv4ll::wire::make_announcement(rival, wanted));
    ASSERT_TRUE(keeper.run_until([&eth] { return eth.driver->status().engine.conflicts == 1; }));
    EXPECT_EQ(eth.state(), State::bound);
    send(ipv4ll::wire::make_announcement(rival, wanted));
    ASSERT_TRUE(keeper.run_until([&eth] { return eth.state() != State::bound; }));
    ASSERT_TRUE(eth.run_until(State::bound));
    EXPECT_THAT(run("ip -4 address show"), Not(HasSubstr("169.254.7.7")));
    EXPECT_THAT(eth.told, testing::Contains("released 169.254.7.7"));
}

TEST_F(Ipv4llDriver, FallbackMakesWayForARoutableAddress) {  // RFC3927-§1.9-05 RFC3927-§1.9-06
    Kept keeper;
    Driven eth{keeper, eth0, Policy::fallback};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    eth.driver->on_routable(true);
    EXPECT_THAT(eth.told, ElementsAre("bound 169.254.7.7", "remember 169.254.7.7", "hide"));
    EXPECT_EQ(eth.state(), State::bound);
    ASSERT_TRUE(eth.run_until(State::down));
    EXPECT_THAT(eth.told, testing::Contains("released 169.254.7.7"));
    eth.driver->on_routable(false);
    EXPECT_EQ(eth.told.back(), "advertise");
    EXPECT_EQ(eth.state(), State::probing);
}

TEST_F(Ipv4llDriver, ARefusedAddressIsFollowedByAnother) {
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always, /*refuse=*/true};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::paused));
    EXPECT_THAT(eth.log, ElementsAre("cannot set 169.254.7.7: File exists"));
    EXPECT_THAT(eth.told, IsEmpty());
    EXPECT_NE(eth.driver->status().engine.address, wanted);
    ASSERT_TRUE(eth.run_until(State::probing));
    ASSERT_TRUE(eth.run_until(State::paused));
    EXPECT_EQ(eth.log.size(), 1U) << "the same trouble is logged once";
}

TEST_F(Ipv4llDriver, ADeadKeeperIsARefusal) {
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    ::kill(keeper.pid(), SIGKILL);
    eth.driver->on_carrier(true);
    EXPECT_TRUE(eth.run_until(State::paused));
    EXPECT_THAT(eth.told, IsEmpty());
}

TEST_F(Ipv4llDriver, AnUnsentProbeClaimsNothing) {
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    run("ip link set eth0 down");
    eth.driver->on_carrier(true);  // the news of the link comes late
    ASSERT_TRUE(eth.run_until(State::paused));
    EXPECT_GE(eth.driver->status().send_failures, 1U);
    EXPECT_THAT(eth.log, ElementsAre("cannot send ARP: Network is down"));
}

TEST_F(Ipv4llDriver, AnAddressTakenOffIsClaimedAgain) {
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    run("ip address flush dev eth0");
    eth.driver->on_address_absent(wanted);
    EXPECT_EQ(eth.state(), State::probing);
    ASSERT_TRUE(eth.run_until(State::bound));
    EXPECT_THAT(run("ip -4 address show"), HasSubstr("inet 169.254.7.7/16"));
}

TEST_F(Ipv4llDriver, AnswersQuestionsByBroadcast) {  // RFC3927-§2.5-07 RFC5227-§2.5-01
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    seen();
    const auto sent = eth.driver->status().sent;
    send({ipv4ll::wire::Operation::request, rival, Ipv4{{169, 254, 9, 9}}, Mac{}, wanted});
    ASSERT_TRUE(keeper.run_until([&] { return eth.driver->status().sent > sent; }));
    EXPECT_THAT(seen(), testing::Contains(ipv4ll::wire::ArpPacket{ipv4ll::wire::Operation::reply,
                                                                  {0x02, 0, 0, 0, 0, 0x01},
                                                                  wanted,
                                                                  rival,
                                                                  Ipv4{{169, 254, 9, 9}}}));
}

TEST_F(Ipv4llDriver, SurvivesTheEndOfItsInterface) {
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    run("ip link del eth0");
    eth.driver->on_address_absent(wanted);
    EXPECT_TRUE(eth.run_until(State::paused)) << "probes cannot be sent";
    eth.driver->on_carrier(false);
    EXPECT_EQ(eth.state(), State::down);
    eth.driver.reset();
}

TEST_F(Ipv4llDriver, ResumeProbesTheSameAddressAgain) {  // RFC3927-§2.2-02
    Kept keeper;
    Driven eth{keeper, eth0, Policy::always};
    eth.driver->on_carrier(true);
    ASSERT_TRUE(eth.run_until(State::bound));
    eth.driver->on_resume();
    EXPECT_EQ(eth.state(), State::probing);
    EXPECT_EQ(eth.driver->status().engine.address, wanted);
    ASSERT_TRUE(eth.run_until(State::bound));
}

}  // namespace
}  // namespace avahid::keeper::test
