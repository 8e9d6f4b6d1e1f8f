#include "dnssd/rename.hpp"

#include <gtest/gtest.h>

#include "dnssd/service_name.hpp"

namespace dnssd {
namespace {

TEST(Rename, CountsServicesAsAvahiDoes) {  // RFC6763-§D-01 RFC6762-§9-06
    EXPECT_EQ(next_service_name("Web"), "Web #2");
    EXPECT_EQ(next_service_name("Web #2"), "Web #3");
    EXPECT_EQ(next_service_name("Web #9"), "Web #10");
    EXPECT_EQ(next_service_name("Web #99"), "Web #100");
}

TEST(Rename, CountsHostsAsAvahiDoes) {  // RFC6762-§9-06
    EXPECT_EQ(next_host_name("host"), "host-2");
    EXPECT_EQ(next_host_name("host-2"), "host-3");
    EXPECT_EQ(next_host_name("host-9"), "host-10");
    EXPECT_EQ(next_host_name("my-host"), "my-host-2");
}

TEST(Rename, LeavesOtherNumbersAlone) {
    EXPECT_EQ(next_service_name("Web 2"), "Web 2 #2");
    EXPECT_EQ(next_service_name("Web#2"), "Web#2 #2");
    EXPECT_EQ(next_service_name("Web #02"), "Web #02 #2");
    EXPECT_EQ(next_service_name("Web #2x"), "Web #2x #2");
    EXPECT_EQ(next_service_name("Web #"), "Web # #2");
    EXPECT_EQ(next_service_name(" #2"), " #2 #2");
    EXPECT_EQ(next_host_name("host2"), "host2-2");
    EXPECT_EQ(next_host_name("host-01"), "host-01-2");
    EXPECT_EQ(next_host_name("host-"), "host--2");
    EXPECT_EQ(next_host_name("host-99999999999999999999"), "host-99999999999999999999-2");
}

TEST(Rename, StaysWithin63Bytes) {  // RFC6763-§4.1.1-07 RFC6762-§9-12
    const std::string full(63, 'x');
    EXPECT_EQ(next_service_name(full), std::string(60, 'x') + " #2");
    EXPECT_EQ(next_host_name(full), std::string(61, 'x') + "-2");
    EXPECT_EQ(next_service_name(std::string(60, 'x') + " #9"), std::string(59, 'x') + " #10");
}

TEST(Rename, NeverCutsACharacter) {  // RFC6762-§9-12
    std::string name;
    while (name.size() < 63) name += "\xe2\x82\xac";  // 21 signs of three bytes
    for (std::string next = next_service_name(name); next != name + "!"; next = name + "!") {
        EXPECT_EQ(next.size(), 63u);
        EXPECT_TRUE(to_nfc(next));
    }
    const std::string next = next_host_name(name);
    EXPECT_EQ(next, name.substr(0, 60) + "-2");
    EXPECT_TRUE(to_nfc(next));
}

}  // namespace
}  // namespace dnssd
