#include "dnssd/service_name.hpp"

#include <gmock/gmock.h>

namespace dnssd {
namespace {

using mdns::wire::Name;
using testing::Optional;

TEST(ServiceName, JoinsAndSplitsAnyInstance) {  // RFC6763-§4.1.1-02 RFC6763-§4.3-01 RFC6763-§4.3-02
    const ServiceName odd{"Dr. Pepper's/Printer \\ 1.", "_http._tcp", "local"};
    const auto name = instance_name(odd);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->label(0), odd.instance);
    EXPECT_THAT(split_instance(*name), Optional(odd));
    EXPECT_EQ(join({"Dr. Pepper\\1", "_http._tcp", "local"}), "Dr\\. Pepper\\\\1._http._tcp.local");
    EXPECT_THAT(split_instance(*Name::from_text(join(odd))), Optional(odd));
}

TEST(ServiceName, UnderstandsDecimalEscapes) {  // RFC6763-§4.3-03
    const auto split = split_instance(*Name::from_text("My\\032Printer._ipp._tcp.local"));
    EXPECT_THAT(split, Optional(ServiceName{"My Printer", "_ipp._tcp", "local"}));
}

TEST(ServiceName, KeepsRichDomains) {  // RFC6763-§4.1.3-01
    const auto name = instance_name({"Web", "_http._tcp", "Building 2, 1st Floor.example.com"});
    ASSERT_TRUE(name);
    EXPECT_EQ(name->label(3), "Building 2, 1st Floor");
    const auto split = split_instance(*name);
    ASSERT_TRUE(split);
    EXPECT_EQ(type_name(split->type, split->domain), name->parent());
}

TEST(ServiceName, SplitsReceivedTypesThatBreakTheRules) {  // RFC6763-§7-03
    EXPECT_THAT(split_instance(*Name::from_text("X._averyveryverylongname._tcp.local")),
                Optional(ServiceName{"X", "_averyveryverylongname._tcp", "local"}));
    EXPECT_EQ(split_instance(*Name::from_text("_http._tcp.local")), std::nullopt);
}

TEST(ServiceName, TakesTwoLabelsOfAnEnumeratedType) {  // RFC6763-§9-02
    EXPECT_THAT(split_type(*Name::from_text("_ipp._tcp.example.com")),
                Optional(ServiceName{"", "_ipp._tcp", "example.com"}));
    EXPECT_EQ(split_type(*Name::from_text("_tcp.local")), std::nullopt);
}

TEST(ServiceType, IsTwoLabelsWithTcpOrUdp) {  // RFC6763-§4.1.2-01
    for (const auto rules : {NameRules::strict, NameRules::lenient}) {
        for (const char* good : {"_http._tcp", "_sip._udp", "_HTTP._TCP", "_http._tcp."}) {
            EXPECT_EQ(problem_with_type(good, rules), std::nullopt) << good;
        }
        for (const char* bad : {"_http._sctp", "http._tcp", "_http", "", "_._tcp", "_a._b._tcp",
                                "_http._tcp.local", "._tcp", "\\999._tcp"}) {
            EXPECT_NE(problem_with_type(bad, rules), std::nullopt) << bad;
        }
    }
}

TEST(ServiceType, HasTheCharactersOfRfc6335) {  // RFC6763-§7-01
    for (const char* good : {"a", "http", "a-b", "x123456789abcde"}) {
        const std::string type = std::string("_") + good + "._tcp";
        EXPECT_EQ(problem_with_type(type, NameRules::strict), std::nullopt) << good;
    }
    for (const char* bad :
         {"x123456789abcdef", "-a", "a-", "a--b", "80", "6000-6063", "a_b", "\xc3\xa9"}) {
        const std::string type = std::string("_") + bad + "._tcp";
        EXPECT_NE(problem_with_type(type, NameRules::strict), std::nullopt) << bad;
        EXPECT_EQ(problem_with_type(type, NameRules::lenient), std::nullopt) << bad;
    }
}

TEST(InstanceName, HasNoControlCharacters) {  // RFC6763-§4.1.1-01
    using namespace std::string_view_literals;
    for (const auto bad : {"a\x01"sv, "\n"sv, "a\x7f"sv, "a\0b"sv, "\x1f"sv}) {
        EXPECT_NE(problem_with_instance(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(problem_with_instance("日本語 + \"quotes\" <&>"), std::nullopt);
}

TEST(InstanceName, HasAtMost63Bytes) {  // RFC6763-§4.1.1-07
    EXPECT_EQ(problem_with_instance(std::string(63, 'x')), std::nullopt);
    EXPECT_NE(problem_with_instance(std::string(64, 'x')), std::nullopt);
    EXPECT_NE(problem_with_instance(""), std::nullopt);
}

TEST(InstanceName, IsUtf8InNfc) {  // RFC6763-§4.1.1-06 RFC6762-§16-01
    EXPECT_THAT(to_nfc("e\xcc\x81"), Optional(std::string("\xc3\xa9")));
    EXPECT_THAT(to_nfc("plain"), Optional(std::string("plain")));
    EXPECT_EQ(to_nfc("\xff"), std::nullopt);
    EXPECT_NE(problem_with_instance("\xff"), std::nullopt);
}

TEST(InstanceName, KeepsTheByteOrderMarkCharacter) {  // RFC6762-§16-02
    EXPECT_THAT(to_nfc("\xef\xbb\xbfx"), Optional(std::string("\xef\xbb\xbfx")));
}

TEST(Subtype, IsAnyLabel) {  // RFC6763-§7.1-03
    EXPECT_TRUE(subtype_name("\x01\xff", "_http._tcp", "local"));
    EXPECT_EQ(subtype_name("ABC", "_http._tcp", "local"),
              subtype_name("abc", "_http._tcp", "local"));
    EXPECT_FALSE(subtype_name("", "_http._tcp", "local"));
    EXPECT_FALSE(subtype_name(std::string(64, 's'), "_http._tcp", "local"));
}

TEST(ServiceName, RefusesMoreThan256Bytes) {  // RFC6763-§7.2-01
    const std::string label(60, 'd');
    const std::string domain = label + "." + label + "." + label + ".local";
    EXPECT_TRUE(instance_name({"x", "_http._tcp", domain}));
    EXPECT_FALSE(instance_name({std::string(63, 'x'), "_http._tcp", domain}));
}

TEST(LocalName, IsBelowLocal) {  // RFC6762-§3-04
    EXPECT_TRUE(is_local(*Name::from_text("a.b.LOCAL")));
    EXPECT_TRUE(is_local(*Name::from_text("local")));
    EXPECT_FALSE(is_local(*Name::from_text("local.example")));
    EXPECT_FALSE(is_local(Name()));
}

}  // namespace
}  // namespace dnssd
