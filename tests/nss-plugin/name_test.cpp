// tests/nss-plugin/name_test.cpp: which lookups stay in the process (nss-plugin/name.c).
#include "nss-plugin/name.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

namespace {

bool address_is_ours(int family, const char* text, std::size_t length) {
    unsigned char bytes[16] = {};
    EXPECT_EQ(inet_pton(family, text, bytes), 1) << text;
    return avahid_address_is_ours(family, bytes, length);
}

TEST(NssName, TakesLocalNamesOnly) {  // NSS-§name-01, NSS-§name-02, NSS-§name-07, NSS-§name-10
    for (const char* name :
         {"host.local", "HOST.LOCAL.", "host.local.", "a.b.local", "a.b.c.d.local",
          "H\xc3\xa4user.Local", "two words.local", "a\\.b.local"})
        EXPECT_TRUE(avahid_name_is_ours(name)) << name;
    for (const char* name :
         {"www.example.com", "printer", "a.localx", "a.xlocal", "local", "local.", ".local", "",
          ".", "..", "local.example", "a\\.local", "a.loca\\l", "a.loc\\097l"})
        EXPECT_FALSE(avahid_name_is_ours(name)) << name;
}

TEST(NssName, LeavesLiteralsAlone) {  // NSS-§name-08
    for (const char* name : {"1.2.3.4", "::1", "fe80::1%eth0", "169.254.1.1"})
        EXPECT_FALSE(avahid_name_is_ours(name)) << name;
}

TEST(NssName, RefusesWhatCannotBeAName) {  // NSS-§name-06
    for (const char* name :
         {"a..local", ".a.local", "a.local..", "a\nRESOLVE b.local", "a\r.local", "a\t.local",
          "a\x7f.local", "a\x1b[2J.local", "a.local\n", "\\", "a\\", "a.local\\", "a\\1.local",
          "a\\12.local", "a\\256.local", "a\\\n.local"})
        EXPECT_FALSE(avahid_name_is_ours(name)) << name;
}

TEST(NssName, CountsLabelBytes) {  // NSS-§name-06
    EXPECT_TRUE(avahid_name_is_ours((std::string(63, 'x') + ".local").c_str()));
    EXPECT_FALSE(avahid_name_is_ours((std::string(64, 'x') + ".local").c_str()));
    std::string escaped;
    for (int i = 0; i < 63; i++) escaped += "\\200";
    EXPECT_TRUE(avahid_name_is_ours((escaped + ".local").c_str()));
    EXPECT_FALSE(avahid_name_is_ours((escaped + "\\200.local").c_str()));
}

TEST(NssName, CountsNameBytes) {                           // NSS-§name-06
    const std::string label = std::string(63, 'x') + ".";  // 64 bytes each on the wire
    const std::string three = label + label + label;       // 192, and 7 for "local" and the root
    EXPECT_TRUE(avahid_name_is_ours((three + std::string(55, 'y') + ".local").c_str()));   // 255
    EXPECT_FALSE(avahid_name_is_ours((three + std::string(56, 'y') + ".local").c_str()));  // 256
    EXPECT_FALSE(avahid_name_is_ours((std::string(1 << 20, 'a') + ".local").c_str()));
}

TEST(NssName, TakesLinkLocalAddressesOnly) {  // NSS-§rev-02, NSS-§rev-03
    for (const char* text : {"169.254.0.0", "169.254.7.7", "169.254.255.255"})
        EXPECT_TRUE(address_is_ours(AF_INET, text, 4)) << text;
    for (const char* text : {"10.0.0.1", "169.253.255.255", "169.255.0.0", "127.0.0.1"})
        EXPECT_FALSE(address_is_ours(AF_INET, text, 4)) << text;
    for (const char* text : {"fe80::", "fe80::1", "febf:ffff::", "::ffff:169.254.1.1"})
        EXPECT_TRUE(address_is_ours(AF_INET6, text, 16)) << text;
    for (const char* text : {"::1", "fec0::1", "fe7f::1", "fd00::1", "::ffff:10.0.0.1",
                             "::169.254.1.1", "1::ffff:169.254.1.1"})
        EXPECT_FALSE(address_is_ours(AF_INET6, text, 16)) << text;
}

TEST(NssName, ChecksAddressLength) {  // NSS-§rev-01, NSS-§af-01
    EXPECT_FALSE(address_is_ours(AF_INET, "169.254.7.7", 3));
    EXPECT_TRUE(address_is_ours(AF_INET, "169.254.7.7", 16));
    EXPECT_FALSE(address_is_ours(AF_INET6, "fe80::1", 15));
    const unsigned char bytes[16] = {169, 254};
    EXPECT_FALSE(avahid_address_is_ours(AF_UNIX, bytes, 16));
    EXPECT_FALSE(avahid_address_is_ours(AF_UNSPEC, bytes, 16));
}

TEST(NssName, KnowsPlainNames) {
    for (const char* name : {"host.local", "H-2_x.local", "h\xc3\xa4.local"})
        EXPECT_TRUE(avahid_name_is_plain(name)) << name;
    for (const char* name : {"", "-rf.local", "a b.local", "$(id).local", "a;b.local",
                             "a\\.b.local", "a%s.local", "a/b.local"})
        EXPECT_FALSE(avahid_name_is_plain(name)) << name;
}

}  // namespace
