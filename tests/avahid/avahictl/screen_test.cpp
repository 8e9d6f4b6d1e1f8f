#include "tools/avahictl/screen.hpp"

#include <gtest/gtest.h>

namespace avahictl {
namespace {

TEST(AvahictlScreen, DrawsOverWhatItDrewBefore) {
    Screen screen;
    EXPECT_EQ(screen.show({"2 services", "a", "b"}, {80, 24}), "2 services\na\nb\n");
    EXPECT_EQ(screen.show({"1 services", "a"}, {80, 24}), "\x1b[3A\r\x1b[J1 services\na\n");
    EXPECT_EQ(screen.show({"0 services"}, {80, 24}), "\x1b[2A\r\x1b[J0 services\n");
}

TEST(AvahictlScreen, NeverDrawsMoreThanFits) {
    Screen screen;
    EXPECT_EQ(screen.show({"h", "a", "b", "c", "d"}, {80, 4}), "h\na\nand 3 more\n");
    EXPECT_EQ(screen.show({"h", "a", "b"}, {80, 4}), "\x1b[3A\r\x1b[Jh\na\nb\n");
    EXPECT_EQ(screen.show({"h", "a", "b"}, {80, 0}), "\x1b[3A\r\x1b[Jh\nand 2 more\n");
}

TEST(AvahictlScreen, CutsByWidth) {
    EXPECT_EQ(clip("abc", 3), "abc");
    EXPECT_EQ(clip("abcd", 3), "ab\u2026");
    EXPECT_EQ(clip("\u65e5\u672c\u8a9e", 5), "\u65e5\u672c\u2026");  // two cells each
    EXPECT_EQ(clip("\xff\xff\xff\xff", 3).size(), 5u);               // no endless loop
}

}  // namespace
}  // namespace avahictl
