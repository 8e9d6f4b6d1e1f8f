// avahid/dbus/text.*: names as Avahi writes them. What avahi-daemon takes and gives for the same
// words is asserted beside it in tests/blackbox/dbus_test.py.
#include "avahid/dbus/text.hpp"

#include <gmock/gmock.h>

namespace avahid::dbus {
namespace {

using mdns::wire::Name;
using testing::Eq;
using testing::Optional;

bool operator_equal(const BrowsedType& left, const BrowsedType& right) {
    return left.type == right.type && left.subtype == right.subtype;
}
MATCHER_P2(IsType, type, subtype, "") {
    return arg.has_value() && operator_equal(*arg, {type, subtype});
}

TEST(DbusText, LabelsAreEscapedByteByByte) {
    EXPECT_EQ(escape_label("alpha-2_x"), "alpha-2_x");
    EXPECT_EQ(escape_label("BÜRO 1"), "B\\195\\156RO\\0321");
    EXPECT_EQ(escape_label("a.b\\c"), "a\\.b\\\\c");
    EXPECT_EQ(escape_label(std::string_view("\0\xff", 2)), "\\000\\255");
}

TEST(DbusText, NamesAreLabelsWithDotsBetween) {
    EXPECT_EQ(escape(*Name::from_labels({"a b", "local"})), "a\\032b.local");
    EXPECT_EQ(escape(*Name::from_labels({"a.b", "local"})), "a\\.b.local");
    EXPECT_EQ(escape(Name()), ".");
}

TEST(DbusText, OurOwnPresentationIsEscapedFurther) {
    EXPECT_EQ(escape(std::string("büro.local")), "b\\195\\188ro.local");
    EXPECT_EQ(escape(std::string("..")), "..");  // no name: as it is
}

TEST(DbusText, EscapedLabelsAreReadBack) {
    for (const char* label : {"alpha", "BÜRO 1", "a.b\\c"})
        EXPECT_THAT(unescape_label(escape_label(label)), Optional(Eq(label)));
    for (const char* wrong : {"", "two.labels", ".", "\\"})
        EXPECT_EQ(unescape_label(wrong), std::nullopt) << wrong;
}

TEST(DbusText, TypesToBrowseAreLabelsThatBeginWithAnUnderscore) {
    EXPECT_THAT(parse_browsed_type("_http._tcp"), IsType("_http._tcp", ""));
    EXPECT_THAT(parse_browsed_type("_http._tcp."), IsType("_http._tcp", ""));
    EXPECT_THAT(parse_browsed_type("_HTTP._TCP"), IsType("_HTTP._TCP", ""));
    EXPECT_THAT(parse_browsed_type("_http"), IsType("_http", ""));
    EXPECT_THAT(parse_browsed_type("_services._dns-sd._udp"), IsType("_services._dns-sd._udp", ""));
    for (const char* wrong :
         {"", ".", "http._tcp", "_._tcp", "._tcp", "_http._tcp.local", "_http tcp.x"})
        EXPECT_EQ(parse_browsed_type(wrong), std::nullopt) << wrong;
}

TEST(DbusText, AnyLabelIsASubtype) {
    EXPECT_THAT(parse_browsed_type("_printer._sub._http._tcp"), IsType("_http._tcp", "_printer"));
    EXPECT_THAT(parse_browsed_type("a b\\.c._SUB._http._tcp"), IsType("_http._tcp", "a b.c"));
    EXPECT_THAT(parse_browsed_type("_sub._sub._http._tcp"), IsType("_http._tcp", "_sub"));
    EXPECT_EQ(parse_browsed_type("x._sub._http._tcp.local"), std::nullopt);
}

TEST(DbusText, HostNamesHaveADomain) {
    for (const char* good : {"a.local", "a.local.", "a.b.c.local", "ü.local", "foo.example.com"})
        EXPECT_TRUE(is_host_name(good)) << good;
    for (const char* wrong : {"", ".", "a", "..", "127.0.0.1", "::1", "\\"})
        EXPECT_FALSE(is_host_name(wrong)) << wrong;
    EXPECT_FALSE(is_host_name(std::string(64, 'x') + ".local"));
}

}  // namespace
}  // namespace avahid::dbus
