#include "tools/avahictl/table.hpp"

#include <gtest/gtest.h>

#include "tools/avahictl/link_local_table.hpp"

namespace avahictl {
namespace {

TEST(AvahictlTable, KnowsHowWideTextIs) {
    EXPECT_EQ(display_width(""), 0u);
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("\xc3\xa4"), 1u);                  // ä
    EXPECT_EQ(display_width("a\xcc\x88"), 1u);                 // a and a combining mark
    EXPECT_EQ(display_width("\xe3\x83\x97\xe3\x83\xaa"), 4u);  // two wide characters
    EXPECT_EQ(display_width("\xff"
                            "a"),
              2u);
}

TEST(AvahictlTable, AlignsColumns) {
    EXPECT_EQ(table({{"A", "B", "C"}, {"long", "\xc3\xa4", "x"}, {"s", "bb", ""}}, false),
              "A     B   C\n"
              "long  \xc3\xa4   x\n"
              "s     bb\n");
}

TEST(AvahictlTable, GrowsAsAListGoesOn) {
    Columns columns({4, 0});
    EXPECT_EQ(columns.line({"a", "x"}), "a     x");
    EXPECT_EQ(columns.line({"longer", "x"}), "longer  x");
    EXPECT_EQ(columns.line({"a", "x"}), "a       x");
}

TEST(AvahictlTable, IsColouredOnlyWhenAsked) {
    EXPECT_EQ(paint(Colour::red, "x", false), "x");
    EXPECT_EQ(paint(Colour::red, "x", true), "\x1b[31mx\x1b[0m");
    EXPECT_EQ(paint(Colour::none, "x", true), "x");
    EXPECT_EQ(table({{"A"}, {"b"}}, true), "\x1b[1mA\x1b[0m\nb\n");
}

TEST(AvahictlTable, SaysHowLong) {
    EXPECT_EQ(duration_text(0.42), "0.4 s");
    EXPECT_EQ(duration_text(59.9), "59 s");
    EXPECT_EQ(duration_text(185), "3 min");
    EXPECT_EQ(duration_text(7500), "2 h 5 min");
    EXPECT_EQ(duration_text(90000), "1 d 1 h");
    EXPECT_EQ(duration_text(1e300), "forever");
}

}  // namespace
}  // namespace avahictl
