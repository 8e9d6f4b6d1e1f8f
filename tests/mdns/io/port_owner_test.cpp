#include "mdns/io/port_owner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdns::io {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* table =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode ref pointer drops\n"
    "  317: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000   108        0 "
    "21731 2 0000000000000000 0\n"
    "  932: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
    "4294967300 2 0000000000000000 0\n";
constexpr const char* table6 =
    "  317: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07 "
    "00000000:00000000 00:00000000 00000000   108        0 21732 2 0000000000000000 0\n";

TEST(PortOwner, ReadsBothTables) {
    EXPECT_THAT(parse_udp_table(table),
                ElementsAre(UdpSocketRow{5353, 108, 21731}, UdpSocketRow{53, 0, 4294967300}));
    EXPECT_THAT(parse_udp_table(table6), ElementsAre(UdpSocketRow{5353, 108, 21732}));
}

TEST(PortOwner, LeavesOutWhatItDoesNotUnderstand) {
    EXPECT_THAT(parse_udp_table(""), IsEmpty());
    EXPECT_THAT(parse_udp_table("317: 0:14E9\n\n:::\n"), IsEmpty());
    EXPECT_THAT(parse_udp_table("1: 00:14E9 0 7 0 0 0 uid 0 12 0 0 0\n"), IsEmpty());
    EXPECT_THAT(parse_udp_table("1: 00:114E9 0 7 0 0 0 1 0 12 0 0 0\n"), IsEmpty());
    EXPECT_THAT(parse_udp_table("1: 0014E9 0 7 0 0 0 1 0 12 0 0 0\n"), IsEmpty());
}

TEST(PortOwner, DescribesInOneLine) {
    EXPECT_EQ(describe({}), "");
    EXPECT_EQ(describe({{101, 312, "avahi-daemon"}, {0, 0, ""}}),
              "avahi-daemon (pid 312), a process of uid 0");
}

}  // namespace
}  // namespace mdns::io
