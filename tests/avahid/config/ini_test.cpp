#include "avahid/config/ini.hpp"

#include "matchers.hpp"

namespace avahid::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> entries(const IniFile& ini) {
    std::vector<std::string> out;
    for (const auto& e : ini.entries)
        out.push_back(std::to_string(e.line) + " [" + e.section + "] " + e.key + "=" + e.value);
    return out;
}

TEST(Ini, YieldsSectionsKeysValuesAndLines) {
    const auto ini = parse_ini(
        "[server]\nhost-name=foo\n\n[publish]\npublish-hinfo=no\n[server]\nuse-ipv4=yes", "f");
    EXPECT_THAT(entries(ini),
                ElementsAre("2 [server] host-name=foo", "5 [publish] publish-hinfo=no",
                            "7 [server] use-ipv4=yes"));
    EXPECT_THAT(ini.diagnostics, IsEmpty());
}

TEST(Ini, TrimsWhiteSpaceAndLineEnds) {
    const auto ini = parse_ini("\xEF\xBB\xBF \t[ server ]\r\n\t a = b c \r\nd=\r\n", "f");
    EXPECT_THAT(entries(ini), ElementsAre("2 [server] a=b c", "3 [server] d="));
    EXPECT_THAT(ini.diagnostics, IsEmpty());
}

TEST(Ini, CommentsBeginALineOnly) {
    const auto ini = parse_ini("[s]\n#a=1\n%a=2\n;a=3\n  # a=4\na=x # y ; z % w\n", "f");
    EXPECT_THAT(entries(ini), ElementsAre("6 [s] a=x # y ; z % w"));
}

TEST(Ini, ValuesMayHoldEqualsSignsAndHaveAnyLength) {
    const std::string value = "=" + std::string(200'000, 'v');
    const auto ini = parse_ini("[s]\nk=" + value, "f");
    ASSERT_EQ(ini.entries.size(), 1u);
    EXPECT_EQ(ini.entries[0].value, value);
}

TEST(Ini, BadLinesAreToldWithFileAndLineAndTheRestIsRead) {
    const auto ini = parse_ini("a=1\n[server\nb=2\n[]\nc=3\n[ok]\nno assignment\n=4\nd=\xFF\nx=5\n",
                               "avahid.conf");
    EXPECT_THAT(entries(ini), ElementsAre("10 [ok] x=5"));
    EXPECT_THAT(lines(ini.diagnostics),
                ElementsAre("error avahid.conf:1: 'a' stands before any [section]",
                            "error avahid.conf:2: '[server' lacks its ']'",
                            "error avahid.conf:4: a section needs a name",
                            "error avahid.conf:7: expected key=value, found 'no assignment'",
                            "error avahid.conf:8: a value without a key",
                            "error avahid.conf:9: not valid UTF-8; the line is ignored"));
}

TEST(Ini, ZeroBytesAreRefused) {
    const auto ini = parse_ini(std::string_view("[s]\na=1\0002\n", 10), "f");
    EXPECT_THAT(lines(ini.diagnostics), ElementsAre("error f:2: a zero byte; the line is ignored"));
}

TEST(Ini, RubbishGivesABoundedNumberOfDiagnostics) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "rubbish\n";
    const auto ini = parse_ini(text, "f");
    ASSERT_EQ(ini.diagnostics.size(), Diagnostics::most + 1);
    EXPECT_EQ(to_text(ini.diagnostics.back()), "f:101: too many problems; the rest is not shown");
}

TEST(Ini, RandomBytesNeverDisturb) {
    std::mt19937 random{1};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
    for (int i = 0; i < 20'000; ++i) {
        const auto text = random_text(random, "[]=#;%\n\r ab\xC3\xA9");
        const auto ini = parse_ini(text, "f");
        for (const auto& entry : ini.entries) ASSERT_FALSE(entry.key.empty()) << text;
    }
}

}  // namespace
}  // namespace avahid::config
