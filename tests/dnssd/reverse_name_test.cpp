#include "dnssd/reverse_name.hpp"

#include <gtest/gtest.h>

namespace dnssd {
namespace {

std::string reversed(const char* address) {
    return reverse_name(boost::asio::ip::make_address(address)).to_text();
}

TEST(ReverseName, OfIpv4) { EXPECT_EQ(reversed("169.254.7.9"), "9.7.254.169.in-addr.arpa"); }

TEST(ReverseName, OfIpv6WithoutScope) {
    const char* expected =
        "a.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa";
    EXPECT_EQ(reversed("fe80::1a"), expected);
    EXPECT_EQ(reversed("fe80::1a%3"), expected);
}

TEST(ReverseName, IsKnownByItsZone) {
    using mdns::wire::Name;
    EXPECT_TRUE(is_reverse(*Name::from_text("1.0.0.10.IN-ADDR.arpa")));
    EXPECT_TRUE(is_reverse(*Name::from_text("1.ip6.arpa")));
    EXPECT_FALSE(is_reverse(*Name::from_text("in-addr.arpa.local")));
    EXPECT_FALSE(is_reverse(Name()));
}

}  // namespace
}  // namespace dnssd
