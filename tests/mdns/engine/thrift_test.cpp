// Under a storm of queries we are no amplifier, and a host that asks in earnest is still answered.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::Ge;
using testing::Le;
using testing::SizeIs;
namespace type = wire::type;
constexpr int services = 600;

std::string instance(int i) { return "service" + std::to_string(i) + "._x._tcp.local"; }

class MdnsThrift : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({unique(a("host.local", "10.0.0.1"))});
        for (int i = 0; i < services; ++i) {
            host.publish({shared(ptr("_x._tcp.local", instance(i))),
                          unique(srv(instance(i), "host.local", 80)),
                          unique({name(instance(i)), type::txt, 1, 4500, Octets(60, 'x')})});
        }
        host.advance(30s);
        host.clear();
    }
    /// A thousand a second for that long, each made by `ask`.
    template <class Ask>
    void storm(Duration time, Ask&& ask) {
        for (int i = 0; i < time / 1ms; ++i) {
            const Build query = ask(i);
            in.push_back({host.elapsed(), query.bytes().size()});
            host.receive(query, from(("10.0.0." + std::to_string(20 + i % 200)).c_str()));
            host.advance(1ms);
        }
    }
    /// The most bytes that were multicast beyond those that came in, over any ten seconds.
    long excess() const {
        long worst = std::numeric_limits<long>::min();
        for (Duration begin = in.front().first; begin + 10s <= host.elapsed(); begin += 100ms) {
            long sum = 0;
            for (const auto& [at, size] : in)
                if (at >= begin && at < begin + 10s) sum -= static_cast<long>(size);
            for (const Sent& sent : host.sent)
                if (!sent.to && sent.at >= begin && sent.at < begin + 10s)
                    sum += static_cast<long>(sent.bytes.size());
            worst = std::max(worst, sum);
        }
        return worst;
    }
    MdnsHost host;
    std::vector<std::pair<Duration, std::size_t>> in;
};

TEST_F(MdnsThrift, ManyInstancesAskedForAgainAndAgain) {
    storm(22s, [](int) { return query().ask("_x._tcp.local", type::ptr); });
    EXPECT_THAT(excess(), Le(0));
    EXPECT_THAT(host.sent.size(), Ge(services / 20)) << "it is answered nevertheless";
}

TEST_F(MdnsThrift, ManyDistinctNames) {
    storm(22s, [](int i) { return query().ask(instance(i % services), type::any); });
    EXPECT_THAT(excess(), Le(0));
}

TEST_F(MdnsThrift, UnicastQueriesForMulticastAnswersCountToo) {
    for (int i = 0; i < 12'000; ++i) {
        const Build asked = query().ask(instance(i % services), type::txt);
        in.push_back({host.elapsed(), asked.bytes().size()});
        host.receive(asked, from("10.0.0.66", 5353, false));
        host.advance(1ms);
    }
    EXPECT_THAT(excess(), Le(0));
}

TEST_F(MdnsThrift, HostAddressIsHeardThroughTheStorm) {
    storm(5s, [](int) { return query().ask("_x._tcp.local", type::ptr); });
    host.clear();
    host.receive(query().ask("host.local", type::a), from("10.0.0.7"));
    storm(300ms, [](int) { return query().ask("_x._tcp.local", type::ptr); });
    EXPECT_TRUE(std::ranges::any_of(host.sent, [](const Sent& sent) {
        return sent.text.has_answer("host.local A flush 120 10.0.0.1");
    }));
}

TEST_F(MdnsThrift, WhatWasHeldBackLeavesWhenTheStormIsOver) {
    storm(2s, [](int) { return query().ask("_x._tcp.local", type::ptr); });
    host.advance(15s);
    std::size_t told = 0;
    for (int i = 0; i < services; ++i) {
        told += std::ranges::any_of(host.sent, [i](const Sent& sent) {
            return std::ranges::any_of(sent.text.answers, [i](const std::string& answer) {
                return answer.ends_with(" " + instance(i));
            });
        });
    }
    EXPECT_EQ(told, std::size_t{services});
}

TEST_F(MdnsThrift, FiveHundredASecondAreNoStorm) {
    for (int i = 0; i < services; ++i) {
        host.receive(query().ask(instance(i), type::srv), from("10.0.0.66"));
        host.advance(2ms);
    }
    std::size_t answers = 0;
    for (const Sent& sent : host.sent) answers += sent.text.answers.size();
    EXPECT_EQ(answers, std::size_t{services});
}

TEST_F(MdnsThrift, OneQueryFetchesAllOfALongList) {
    host.receive(query().ask("_x._tcp.local", type::ptr));
    host.advance(1s);
    std::size_t bytes = 0;
    for (const Sent& sent : host.sent) bytes += sent.bytes.size();
    EXPECT_GT(bytes, 20u * services);
}

}  // namespace
}  // namespace test
