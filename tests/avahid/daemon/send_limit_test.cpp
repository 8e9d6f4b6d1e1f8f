#include "avahid/send_limit.hpp"

#include <gmock/gmock.h>

namespace avahid {
namespace {

using Answer = SendLimit::Answer;
using namespace std::chrono_literals;

const mdns::engine::LinkId link{2, mdns::engine::Family::ipv4};
const mdns::engine::LinkId other{3, mdns::engine::Family::ipv4};
const mdns::engine::Instant start{1000h};

TEST(SendLimits, AreNotThereUnlessBothKeysAreSet) {
    SendLimit limit;
    for (const auto& [interval, burst] : {std::pair{0us, 0U}, {1s, 0U}, {0us, 5U}}) {
        limit.set(interval, burst);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(limit.ask(start, link), Answer::send);
    }
}

TEST(SendLimits, CountEachLinkWithinTheInterval) {
    SendLimit limit;
    limit.set(1s, 2);
    EXPECT_EQ(limit.ask(start, link), Answer::send);
    EXPECT_EQ(limit.ask(start + 400ms, link), Answer::send);
    EXPECT_EQ(limit.ask(start + 500ms, link), Answer::drop_and_tell);
    EXPECT_EQ(limit.ask(start + 999ms, link), Answer::drop);
    EXPECT_EQ(limit.ask(start + 999ms, other), Answer::send);
    EXPECT_EQ(limit.ask(start + 1s, link), Answer::send);
}

}  // namespace
}  // namespace avahid
