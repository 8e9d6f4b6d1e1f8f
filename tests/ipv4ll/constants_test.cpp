#include "ipv4ll/constants.hpp"

#include <gtest/gtest.h>

namespace ipv4ll {

TEST(Ipv4llConstants, AreThoseOfSection9) {  // RFC3927-§9-01
    EXPECT_EQ(probe_wait, 1s);
    EXPECT_EQ(probe_num, 3);
    EXPECT_EQ(probe_min, 1s);
    EXPECT_EQ(probe_max, 2s);
    EXPECT_EQ(announce_wait, 2s);
    EXPECT_EQ(announce_num, 2);
    EXPECT_EQ(announce_interval, 2s);
    EXPECT_EQ(max_conflicts, 10);
    EXPECT_EQ(rate_limit_interval, 60s);
    EXPECT_EQ(defend_interval, 10s);
}

TEST(Ipv4llConstants, FirstAndLast256AddressesAreReserved) {  // RFC3927-§2.1-02
    EXPECT_FALSE(claimable(0xA9FE00FF));
    EXPECT_TRUE(claimable(0xA9FE0100));
    EXPECT_TRUE(claimable(0xA9FEFEFF));
    EXPECT_FALSE(claimable(0xA9FEFF00));
    EXPECT_FALSE(claimable(0x0A000001));
}

}  // namespace ipv4ll
