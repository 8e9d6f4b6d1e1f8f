#include "avahid/unicast/resolv_conf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace avahid::unicast {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

auto servers_of(std::string_view text) { return parse_resolv_conf(text).servers; }

TEST(ResolvConf, ReadsNameServersInTheirOrder) {
    EXPECT_THAT(servers_of("# written by dhclient\n"
                           "search corp.example\n"
                           "nameserver 192.0.2.1\n"
                           "nameserver\t2001:db8::1 \r\n"
                           "options edns0\n"
                           "nameserver 127.0.0.53"),
                ElementsAre(make_address("192.0.2.1"), make_address("2001:db8::1"),
                            make_address("127.0.0.53")));
}

TEST(ResolvConf, KeepsTheScopeOfALinkLocalServer) {
    const auto servers = servers_of("nameserver fe80::1%1\n");
    ASSERT_EQ(servers.size(), 1U);
    EXPECT_EQ(servers[0].to_v6().scope_id(), 1U);
}

TEST(ResolvConf, TheLastLineOfSearchDomainsCounts) {
    EXPECT_THAT(parse_resolv_conf("domain a\nsearch b.local c\noptions x\n").search,
                ElementsAre("b.local", "c"));
    EXPECT_THAT(parse_resolv_conf("search b\tc\ndomain a").search, ElementsAre("a"));
}

TEST(ResolvConf, LeavesOutWhatIsNoServer) {
    EXPECT_THAT(servers_of(""), IsEmpty());
    EXPECT_THAT(servers_of("nameserver\nnameserver dns.example\n#nameserver 192.0.2.1\n"
                           "nameservers 192.0.2.1\n; nameserver 192.0.2.1\n\0\xff"),
                IsEmpty());
}

TEST(ResolvConf, TakesNoMoreThanTheResolverDoes) {
    EXPECT_EQ(servers_of("nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
                         "nameserver 192.0.2.3\nnameserver 192.0.2.4\n")
                  .size(),
              max_name_servers);
}

}  // namespace
}  // namespace avahid::unicast
