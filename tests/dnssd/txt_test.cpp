#include "dnssd/txt.hpp"

#include <gmock/gmock.h>

#include "mdns/wire/rdata.hpp"

namespace dnssd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Strings = std::vector<std::string>;

std::optional<std::string> value(const Strings& txt, std::string_view key) {
    const auto found = find_attribute(txt, key);
    return found ? found->value : std::nullopt;
}

TEST(Txt, TellsFourResultsApart) {  // RFC6763-§6.4-10 RFC6763-§6.4-07
    const Strings txt{"alone", "empty=", "full=1"};
    EXPECT_FALSE(find_attribute(txt, "absent"));
    ASSERT_TRUE(find_attribute(txt, "alone"));
    EXPECT_EQ(find_attribute(txt, "alone")->value, std::nullopt);
    EXPECT_EQ(find_attribute(txt, "empty")->value, "");
    EXPECT_EQ(find_attribute(txt, "full")->value, "1");
}

TEST(Txt, SplitsAtTheFirstEqualsSign) {  // RFC6763-§6.3-01
    EXPECT_EQ(value({"a=b=c"}, "a"), "b=c");
}

TEST(Txt, ComparesKeysWithoutCase) {  // RFC6763-§6.4-06 RFC6763-§6.4-05
    EXPECT_EQ(value({"papersize=A4"}, "PaperSize"), "A4");
    const Strings spaced{"a=1", "a =2"};
    EXPECT_EQ(value(spaced, "a"), "1");
    EXPECT_EQ(value(spaced, "a "), "2");
}

TEST(Txt, CountsOnlyTheFirstOccurrence) {  // RFC6763-§6.4-09
    const Strings txt{"a=1", "A=2", "a"};
    EXPECT_EQ(value(txt, "a"), "1");
    EXPECT_THAT(attributes(txt), SizeIs(1));
}

TEST(Txt, IgnoresStringsWithoutKey) {  // RFC6763-§6.4-02 RFC6763-§6.3-02
    const Strings txt{"=x", "a=1", ""};
    const auto found = attributes(txt);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].key, "a");
    EXPECT_FALSE(find_attribute(txt, ""));
}

TEST(Txt, KeepsValuesAsTheyAre) {  // RFC6763-§6.5-01 RFC6763-§6.5-02
    const std::string binary("k=\0\xff=", 5);
    EXPECT_EQ(value({binary}, "k"), std::string("\0\xff=", 3));
    EXPECT_EQ(value({"a=\"b\" "}, "a"), "\"b\" ");
    EXPECT_EQ(problem_with_txt({binary}), std::nullopt);
}

TEST(Txt, RefusesKeysThatAreNone) {  // RFC6763-§6.4-01 RFC6763-§6.4-04
    for (const char* bad : {"=x", "=", "a\x1f=1", "a\x7f=1", "\xc3\xa9=1", "\xc3\xa9"}) {
        EXPECT_NE(problem_with_txt({bad}), std::nullopt) << bad;
    }
    EXPECT_EQ(problem_with_txt({"a b~=\x01", "passreq", ""}), std::nullopt);
}

TEST(Txt, BoundsStringsAndTheWhole) {  // RFC6763-§6.1-01 RFC6763-§6.1-04
    EXPECT_EQ(problem_with_txt({std::string(255, 'k')}), std::nullopt);
    EXPECT_NE(problem_with_txt({std::string(256, 'k')}), std::nullopt);
    Strings most(34, std::string(255, 'k'));  // 8704 bytes
    most.push_back(std::string(195, 'k'));
    EXPECT_EQ(txt_size(most), 8900u);
    EXPECT_EQ(problem_with_txt(most), std::nullopt);
    most.back() += "k";
    EXPECT_NE(problem_with_txt(most), std::nullopt);
}

TEST(Txt, SizeIsThatOfTheRdata) {  // RFC6763-§6-01 RFC6763-§6.1-01 RFC6763-§6.1-02
    const Strings golden{"key=value", "paper=A4", "passreq"};
    const auto rdata = mdns::wire::make_txt(golden);
    EXPECT_EQ(std::string(rdata.begin(), rdata.end()), "\x09key=value\x08paper=A4\x07passreq");
    EXPECT_EQ(txt_size(golden), rdata.size());
    EXPECT_EQ(mdns::wire::parse_txt(rdata), golden);
    EXPECT_EQ(txt_size({}), 1u);
    EXPECT_THAT(mdns::wire::make_txt({}), ElementsAre(0));
}

TEST(Txt, BrokenLastStringIsLeftOut) {  // RFC6763-§6.1-05
    const mdns::wire::Rdata broken{3, 'a', '=', '1', 5, 'a', 'b', 'c'};
    EXPECT_THAT(mdns::wire::parse_txt(broken), ElementsAre("a=1"));
}

// RFC6763-§6.2-03 RFC6763-§6.4-03 RFC6763-§6.4-08 RFC6762-§17-03
TEST(Txt, AdvisesAgainstWhatWorksBadly) {
    EXPECT_THAT(advice_on_txt({"a=1", "b"}), IsEmpty());
    EXPECT_THAT(advice_on_txt({"a=1", "A=2"}), SizeIs(1));
    EXPECT_THAT(advice_on_txt({"ten_letters=1"}), SizeIs(1));
    EXPECT_EQ(problem_with_txt({"a=1", "A=2", "ten_letters=1"}), std::nullopt);
    const Strings large(6, "k=" + std::string(250, 'v'));
    EXPECT_THAT(advice_on_txt(large), testing::Contains(testing::HasSubstr("1300")));
}

}  // namespace
}  // namespace dnssd
