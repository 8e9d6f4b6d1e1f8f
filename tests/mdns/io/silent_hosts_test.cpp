#include "mdns/io/silent_hosts.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace mdns::io {
namespace {

using namespace std::chrono_literals;

TEST(SilentHosts, AreRememberedForAsLongAsTheKernelGoesOnAsking) {
    const auto silent = std::make_unique<SilentHosts>();
    const SilentHosts::Clock::time_point t0{100s};
    EXPECT_FALSE(silent->contains(t0, 7));
    silent->note(t0, 7);
    EXPECT_TRUE(silent->contains(t0 + 2999ms, 7));
    EXPECT_FALSE(silent->contains(t0, 8));
    EXPECT_FALSE(silent->contains(t0 + 3s, 7));
}

/// A /24 full of them: its addresses differ in eight bits, and hardly any may displace another.
TEST(SilentHosts, HoldAWholeSubnet) {
    const auto silent = std::make_unique<SilentHosts>();
    const SilentHosts::Clock::time_point t0{100s};
    for (std::size_t host = 1; host < 255; ++host) silent->note(t0, 0xc0000200 + host);
    int known = 0;
    for (std::size_t host = 1; host < 255; ++host)
        known += silent->contains(t0 + 1s, 0xc0000200 + host) ? 1 : 0;
    EXPECT_GE(known, 225);
}

}  // namespace
}  // namespace mdns::io
