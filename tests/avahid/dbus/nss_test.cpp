// avahid/dbus/nss.*: does the machine resolve .local?
#include "avahid/dbus/nss.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace avahid::dbus {
namespace {

bool with(const char* text) {
    std::istringstream file(text);
    return resolves_local_names(file);
}

TEST(DbusNss, OurModuleOrTheOtherIsInTheHostsLine) {
    EXPECT_TRUE(with("passwd: files\nhosts: files avahid [NOTFOUND=return] dns\n"));
    EXPECT_TRUE(with("hosts:\tfiles mdns4_minimal [NOTFOUND=return] dns\n"));
}

TEST(DbusNss, ElsewhereItDoesNotCount) {
    EXPECT_FALSE(with(""));
    EXPECT_FALSE(with("hosts: files dns\n"));
    EXPECT_FALSE(with("hosts: files dns # avahid\n"));
    EXPECT_FALSE(with("#hosts: files mdns4\nhosts: files\n"));
    EXPECT_FALSE(with("networks: mdns4\n"));
}

}  // namespace
}  // namespace avahid::dbus
