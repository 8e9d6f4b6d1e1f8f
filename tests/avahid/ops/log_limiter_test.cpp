#include "avahid/ops/log_limiter.hpp"

#include <gtest/gtest.h>

namespace avahid::log {
namespace {

using namespace std::chrono_literals;

constexpr auto kept_back = std::nullopt;

TEST(LogLimiter, LetsABurstThroughAndTellsWhatItKeptBack) {
    Limiter limiter{2, 10s};
    const Limiter::Instant t0{};
    EXPECT_EQ(limiter.admit(t0, "a"), 0u);
    EXPECT_EQ(limiter.admit(t0 + 1s, "a"), 0u);
    EXPECT_EQ(limiter.admit(t0 + 2s, "a"), kept_back);
    EXPECT_EQ(limiter.admit(t0 + 9999ms, "a"), kept_back);
    EXPECT_EQ(limiter.admit(t0 + 10s, "a"), 2u);
    EXPECT_EQ(limiter.admit(t0 + 10s, "a"), 0u);
    EXPECT_EQ(limiter.admit(t0 + 10s, "a"), kept_back);
}

TEST(LogLimiter, KeysDoNotDisturbEachOther) {
    Limiter limiter{1, 10s};
    EXPECT_EQ(limiter.admit({}, "a"), 0u);
    EXPECT_EQ(limiter.admit({}, "b"), 0u);
    EXPECT_EQ(limiter.admit({}, "a"), kept_back);
}

TEST(LogLimiter, ManyKeysAreBoundedAndStillLimited) {
    Limiter limiter{1, 10s};
    const Limiter::Instant t0{};
    int admitted = 0;
    for (int i = 0; i < 100'000; ++i)
        admitted += limiter.admit(t0 + 1s, std::to_string(i)).has_value() ? 1 : 0;
    EXPECT_EQ(limiter.size(), Limiter::max_keys);
    EXPECT_EQ(admitted, static_cast<int>(Limiter::max_keys) + 1);  // the rest share one
    EXPECT_TRUE(limiter.admit(t0 + 11s, "new").has_value());       // ended windows make room
    EXPECT_EQ(limiter.size(), 1u);
}

}  // namespace
}  // namespace avahid::log
