#include "avahid/host/host_label.hpp"

#include <gmock/gmock.h>

namespace avahid::host {
namespace {

using testing::Optional;

TEST(HostLabel, IsTheFirstLabelOfTheHostname) {
    EXPECT_EQ(label_from_hostname("alpha"), "alpha");
    EXPECT_EQ(label_from_hostname("Alpha.example.com"), "Alpha");
}

TEST(HostLabel, HasNoCharactersThatHostNamesLack) {
    EXPECT_EQ(label_from_hostname("my_host!"), "my-host");
    EXPECT_EQ(label_from_hostname("a b"), "a-b");
    EXPECT_EQ(label_from_hostname("-x-"), "x");
    EXPECT_EQ(label_from_hostname("a\xff\x01"), "a");
}

TEST(HostLabel, KeepsUtf8InNfc) {  // RFC6762-§16-01
    EXPECT_EQ(label_from_hostname("cafe\xcc\x81"), "caf\xc3\xa9");
}

TEST(HostLabel, HasAtMost63Bytes) {
    EXPECT_EQ(label_from_hostname(std::string(80, 'x')), std::string(63, 'x'));
    std::string euros;
    while (euros.size() < 66) euros += "\xe2\x82\xac";
    EXPECT_EQ(label_from_hostname("x" + euros), "x" + euros.substr(0, 60));
}

TEST(HostLabel, FallsBackToTheSystem) {
    for (const char* bad : {"", ".", "---", "localhost", "LOCALHOST.localdomain", "_"}) {
        EXPECT_EQ(label_from_hostname(bad), "linux") << bad;
    }
}

TEST(HostLabel, OfTheOwnerIsTakenOrRefused) {  // RFC6762-§3-07 RFC6762-§16-03
    EXPECT_THAT(checked_label("My Mac"), Optional(std::string("My Mac")));
    EXPECT_THAT(checked_label("e\xcc\x81"), Optional(std::string("\xc3\xa9")));
    for (const std::string& bad : {std::string(), std::string("a.b"), std::string(64, 'x'),
                                   std::string("\xff"), std::string("a\n")}) {
        EXPECT_EQ(checked_label(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace avahid::host
