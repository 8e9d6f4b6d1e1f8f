#include "tools/avahictl/escape.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace avahictl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string every_byte() {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    return all;
}

bool is_safe(const std::string& text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) return false;
    }
    return text.find("\xc2\x9b") == std::string::npos &&
           text.find("\xe2\x80\xae") == std::string::npos;
}

TEST(AvahictlEscape, LeavesOrdinaryTextAlone) {
    for (const char* text : {"", "beta web", "Dr. Pepper",
                             "B\xc3\xbc"
                             "ro \xf0\x9f\x96\xa8",
                             "\xe3\x83\x97\xe3\x83\xaa"}) {
        EXPECT_EQ(printable(text), text);
        EXPECT_EQ(escape_text(text), text);
    }
}

TEST(AvahictlEscape, NeverLetsATerminalBeCommanded) {  // RFC6763-§15-01
    EXPECT_EQ(printable("a\x1b[31mb"), "a\\027[31mb");
    EXPECT_EQ(printable("\r\n\t\x7f"), "\\013\\010\\009\\127");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\194\\15531m");  // CSI as UTF-8
    EXPECT_EQ(printable("\x9b"
                        "31m"),
              "\\15531m");  // and as one byte
    EXPECT_EQ(printable("gpj.\xe2\x80\xae"
                        "exe"),
              "gpj.\\226\\128\\174exe");  // right-to-left
    EXPECT_EQ(printable("\xff\xc3"), "\\255\\195");
    EXPECT_TRUE(is_safe(printable(every_byte())));
    EXPECT_TRUE(is_safe(escape_text(every_byte())));
}

TEST(AvahictlEscape, PastesBack) {  // RFC6763-§4.3-02 RFC6763-§4.3-03
    for (const std::string& raw : {every_byte(), std::string("a\\b"), std::string("a\\032b"),
                                   std::string("\\"), std::string("x\x1b\\\xff.y")}) {
        EXPECT_EQ(unescape_label(escape_text(raw)), raw);
        EXPECT_THAT(labels(to_presentation(raw) + ".local"), ElementsAre(raw, "local"));
    }
}

TEST(AvahictlEscape, UnderstandsWhatPeopleType) {
    EXPECT_EQ(unescape_label("My\\032Printer"), "My Printer");
    EXPECT_EQ(unescape_label("Dr. Pepper"), "Dr. Pepper");
    EXPECT_EQ(unescape_label("Dr\\. Pepper"), "Dr. Pepper");
    EXPECT_EQ(unescape_label("a\\\\b"), "a\\b");
    EXPECT_EQ(unescape_label("end\\"), "end\\");
    EXPECT_EQ(unescape_label("\\999"), "999");
    EXPECT_EQ(unescape_label("\\12"), "12");
}

TEST(AvahictlEscape, SplitsNames) {
    EXPECT_THAT(labels("Dr\\. Pepper\\\\1._http._tcp.local"),
                ElementsAre("Dr. Pepper\\1", "_http", "_tcp", "local"));
    EXPECT_THAT(labels("a.b."), ElementsAre("a", "b"));
    EXPECT_THAT(labels(""), IsEmpty());
    EXPECT_EQ(first_label("a\\255b._x._tcp.local"),
              "a\xff"
              "b");
    EXPECT_EQ(first_label(""), "");
}

TEST(AvahictlEscape, MakesJsonSafeAndLeavesItEqual) {
    const nlohmann::json value{{"n", "a\x7f\xc2\x9b\xe2\x80\xae\xc3\xa4\x1b"}};
    const std::string safe = printable_json(value.dump());
    EXPECT_TRUE(is_safe(safe));
    EXPECT_EQ(safe, R"({"n":"a\u007f\u009b\u202e)"
                    "\xc3\xa4"
                    R"(\u001b"})");
    EXPECT_EQ(nlohmann::json::parse(safe), value);
}

}  // namespace
}  // namespace avahictl
