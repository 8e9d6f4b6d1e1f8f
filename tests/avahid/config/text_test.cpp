#include "avahid/config/text.hpp"

#include <gmock/gmock.h>

namespace avahid::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConfigText, SplitsAtCommasAndBlanks) {
    EXPECT_THAT(split_list("eth0, wlan0,br* tun0 ,"), ElementsAre("eth0", "wlan0", "br*", "tun0"));
    EXPECT_THAT(split_list(" , ,"), IsEmpty());
}

TEST(ConfigText, EditDistanceCountsEachKindOfMistakeOnce) {
    EXPECT_EQ(edit_distance("use-ipv4", "use-ipv4"), 0u);
    EXPECT_EQ(edit_distance("use-ipv", "use-ipv4"), 1u);
    EXPECT_EQ(edit_distance("use-ipvv4", "use-ipv4"), 1u);
    EXPECT_EQ(edit_distance("use_ipv4", "use-ipv4"), 1u);
    EXPECT_EQ(edit_distance("ues-ipv4", "use-ipv4"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(ConfigText, NearestIsEmptyWhenNothingIsClose) {
    const std::string_view words[] = {"use-ipv4", "host-name"};
    EXPECT_EQ(nearest("hostname", words), "host-name");
    EXPECT_EQ(nearest("colour", words), "");
    EXPECT_EQ(nearest(std::string(100'000, 'a'), words), "");
}

TEST(ConfigText, QuotesAreShortAndPrintable) {
    EXPECT_EQ(quote("caf\xC3\xA9"), "'caf\xC3\xA9'");
    EXPECT_EQ(quote("a\x1b[31m"), "'a\\x1b[31m'");
    EXPECT_EQ(quote("bad\xFFutf"), "'bad\\xffutf'");
    EXPECT_EQ(quote(std::string(1000, 'x')), "'" + std::string(60, 'x') + "...'");
    // 59 letters and a two-byte one: the cut is after it, not inside.
    EXPECT_EQ(quote(std::string(59, 'x') + "\xC3\xA9y"),
              "'" + std::string(59, 'x') + "\xC3\xA9...'");
}

TEST(ConfigText, InterfacePatternsAreShellPatterns) {
    const std::vector<std::string> globs{"docker*", "eth[0-3]"};
    EXPECT_TRUE(matches_any(globs, "docker0"));
    EXPECT_TRUE(matches_any(globs, "eth2"));
    EXPECT_FALSE(matches_any(globs, "eth4"));
    EXPECT_FALSE(matches_any(globs, "mydocker0"));
}

}  // namespace
}  // namespace avahid::config
