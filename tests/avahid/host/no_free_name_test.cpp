// A link on which every name is taken: RFC 6762 §8.1 (15 conflicts in 10 s), §9.
#include <gmock/gmock.h>

#include "avahid/host/host_name.hpp"
#include "tests/support/mdns_host.hpp"

namespace avahid::host {
namespace {

using namespace std::chrono_literals;
using test::Duration;

/// Our engine and host name, and somebody who says of each name that it is his.
struct Squatter {
    Squatter() {
        engine.on_link(now(), test::eth0, test::link_info("10.0.0.1"));
        name.set_wanted(now(), "alpha");
        name.on_addresses(now(), 2, {boost::asio::ip::make_address("10.0.0.1")});
        pump();
    }
    Instant now() const { return Instant{} + 1000s + elapsed; }

    void run_until(Duration end) {
        while (const auto due = engine.deadline()) {
            if (due->at > Instant{} + 1000s + end) break;
            elapsed = std::max(elapsed, due->at - (Instant{} + 1000s));
            engine.on_time(now());
            pump();
        }
        elapsed = end;
    }
    void pump() {
        std::vector<std::string> probed;
        while (const auto output = engine.poll()) {
            const auto* sent = std::get_if<mdns::engine::SendDatagram>(&*output);
            if (!sent) {
                name.on_event(now(), *output);
                continue;
            }
            const auto text = test::read(sent->bytes);
            if (text.header.response || text.authorities.empty()) continue;
            for (const auto& question : text.questions)
                probed.push_back(question.substr(0, question.find(' ')));
        }
        while (const auto event = name.poll()) {
            const auto* renamed = std::get_if<Renamed>(&*event);
            if (!renamed) continue;
            renames.push_back(elapsed);
            if (renamed->no_end) errors.push_back(elapsed);
        }
        for (const auto& owner : probed) {
            if (!owner.ends_with(".local") || !stubborn) continue;
            const auto answer = test::response().unique(test::a(owner, "10.0.0.9")).bytes();
            engine.on_datagram(now(), test::eth0, test::from("10.0.0.9"), answer);
            pump();
        }
    }

    mdns::engine::Engine engine{{.seed = 1}};
    HostName name{engine, {}};
    Duration elapsed{};
    bool stubborn = true;
    std::vector<Duration> renames;
    std::vector<Duration> errors;
};

TEST(NoFreeName, IsAnErrorAfterAMinuteAndTheSearchGoesOn) {  // RFC6762-§9-10 RFC6762-§9-07
    Squatter squatter;
    squatter.run_until(59s);
    EXPECT_THAT(squatter.errors, testing::IsEmpty());
    squatter.run_until(180s);
    ASSERT_THAT(squatter.errors, testing::SizeIs(1));
    EXPECT_GE(squatter.errors[0], 60s);
    EXPECT_LE(squatter.errors[0], 66s);
    ASSERT_GT(squatter.renames.size(), 40u);
    for (std::size_t at = 16; at < squatter.renames.size(); ++at)  // RFC6762-§8.1-14
        EXPECT_GE(squatter.renames[at] - squatter.renames[at - 1], 5s);
    EXPECT_LE(squatter.renames.back() - squatter.renames[squatter.renames.size() - 2], 6s);
    squatter.stubborn = false;
    squatter.run_until(200s);
    EXPECT_EQ(squatter.name.state(), State::established);
}

TEST(NoFreeName, ANewNameIsClaimedWithinASecond) {  // RFC6762-§3-06 RFC6762-§9-09
    Squatter squatter;
    squatter.run_until(300ms);
    ASSERT_FALSE(squatter.renames.empty());
    squatter.stubborn = false;
    squatter.run_until(squatter.renames.back() + 1100ms);
    EXPECT_EQ(squatter.name.state(), State::established);
    EXPECT_NE(squatter.name.label(), "alpha");
    EXPECT_THAT(squatter.errors, testing::IsEmpty());
}

}  // namespace
}  // namespace avahid::host
