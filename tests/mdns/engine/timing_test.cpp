// Random times over many samples: each lies in its window, and together they fill it evenly.
#include <gmock/gmock.h>

#include <array>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::SizeIs;
namespace type = wire::type;

constexpr int sample_count = 200;

/// Each quarter of the window has between 15 and 35 % of the samples.
void expect_even(const std::vector<Duration>& samples, Duration low, Duration high) {
    std::array<std::size_t, 4> quarters{};
    for (const Duration sample : samples) {
        ASSERT_GE(sample, low);
        ASSERT_LE(sample, high);
        ++quarters[std::min<std::size_t>(
            3, static_cast<std::size_t>((sample - low) * 4 / (high - low)))];
    }
    for (const std::size_t count : quarters) {
        EXPECT_GE(count * 100, samples.size() * 15);
        EXPECT_LE(count * 100, samples.size() * 35);
    }
}

class MdnsTiming : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({shared(ptr("_http._tcp.local", "web._http._tcp.local")),
                          unique(srv("web._http._tcp.local", "host.local", 80)),
                          unique(txt("web._http._tcp.local", {"a=1"})),
                          unique(a("host.local", "10.0.0.1"))});
    }
    /// How long each of many copies of the query, one after the other, waits for its one packet.
    std::vector<Duration> delays(const Build& packet, bool by_unicast = false) {
        std::vector<Duration> found;
        for (int i = 0; i < sample_count; ++i) {
            host.advance(2s);  // past the one-second rule
            host.clear();
            const Duration asked = host.elapsed();
            host.receive(packet);
            host.advance(900ms);
            EXPECT_THAT(host.sent, SizeIs(1));
            if (host.sent.empty()) return {};
            EXPECT_EQ(host.sent[0].to.has_value(), by_unicast);
            found.push_back(host.sent[0].at - asked);
        }
        return found;
    }
    MdnsHost host{6762};
};

TEST_F(MdnsTiming, SharedAnswersFill20To120ms) {  // RFC6762-§6-13 RFC6762-§6-08
    expect_even(delays(query().ask("_http._tcp.local", type::ptr)), 20ms, 120ms);
}

TEST_F(MdnsTiming, UniqueAnswersLeaveWithin5ms) {  // RFC6762-§6-09 RFC6762-§6-10
    for (const Duration delay : delays(query().ask("host.local", type::a))) EXPECT_LE(delay, 5ms);
    for (const Duration delay : delays(query().ask("web._http._tcp.local", type::any)))
        EXPECT_LE(delay, 5ms);
    for (const Duration delay : delays(query().ask("host.local", type::aaaa)))  // a denial
        EXPECT_LE(delay, 5ms);
}

// RFC6762-§6-14 RFC6762-§7.2-04 RFC6762-§18.5-01 RFC6762-§6-08
TEST_F(MdnsTiming, AnswersToTruncatedQueriesFill400To500ms) {
    expect_even(delays(query().truncated().ask("_http._tcp.local", type::ptr)), 400ms, 500ms);
    expect_even(delays(query().truncated().ask("host.local", type::a)), 400ms, 500ms);
}

TEST_F(MdnsTiming, SeveralQuestionsWaitEvenForUniqueAnswers) {  // RFC6762-§6.3-02
    const auto two = [] {
        return query().ask("host.local", type::a).ask("web._http._tcp.local", type::txt);
    };
    expect_even(delays(two()), 20ms, 120ms);
    expect_even(delays(two().truncated()), 400ms, 500ms);
}

TEST_F(MdnsTiming, UnicastAnswersWaitLikeMulticastOnes) {  // RFC6762-§5.4-08
    expect_even(delays(query().ask("_http._tcp.local", type::ptr, true), true), 20ms, 120ms);
    host.receive(query().ask("host.local", type::a));  // a quarter of 120 s is soon over
    host.advance(2s);
    host.clear();
    const Duration asked = host.elapsed();
    host.receive(query().ask("host.local", type::a, true));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_EQ(host.sent[0].at, asked);
}

TEST(MdnsTimingOfHosts, FirstProbesFillTheFirst250ms) {  // RFC6762-§8.1-04
    std::vector<Duration> first;
    for (std::uint64_t seed = 1; seed <= sample_count; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.publish({unique(a("host.local", "10.0.0.1"))});
        host.advance(300ms);
        first.push_back(host.probes().at(0).at);
    }
    expect_even(first, 0ms, 250ms);
}

TEST(MdnsTimingOfHosts, FirstBrowsingQueriesFill20To120ms) {  // RFC6762-§5.2-05
    std::vector<Duration> first;
    for (std::uint64_t seed = 1; seed <= sample_count; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.ask("_http._tcp.local", type::ptr, false);
        host.advance(500ms);
        first.push_back(host.queries().at(0).at);
    }
    expect_even(first, 20ms, 120ms);
}

TEST(MdnsTimingOfHosts, RefreshesAreSpreadOverTwoPercentOfTheLife) {  // RFC6762-§5.2-10
    std::array<std::vector<Duration>, 4> refreshes;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        MdnsHost host(seed);
        host.link_up();
        host.ask("web._x._tcp.local", type::txt);
        host.receive(response().unique(txt("web._x._tcp.local", {"a=1"}, 4500)));
        host.clear();
        host.advance(4499s);
        ASSERT_THAT(host.queries(), SizeIs(4));
        for (std::size_t i = 0; i < 4; ++i) refreshes[i].push_back(host.queries()[i].at);
    }
    expect_even(refreshes[0], 3600s, 3690s);
    expect_even(refreshes[1], 3825s, 3915s);
    expect_even(refreshes[2], 4050s, 4140s);
    expect_even(refreshes[3], 4275s, 4365s);
}

}  // namespace
}  // namespace test
