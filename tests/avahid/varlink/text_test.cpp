#include "avahid/varlink/wire/text.hpp"

#include <gtest/gtest.h>

namespace avahid::varlink::wire {
namespace {

TEST(VarlinkText, KnowsUtf8) {
    for (const char* good : {"", "plain", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x96\xa8",
                             "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(is_utf8(good)) << good;
    }
    for (const char* bad : {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xc3", "\xe2\x82"}) {
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
}

TEST(VarlinkText, ReplacesOnlyWhatIsInvalid) {
    EXPECT_EQ(replace_invalid("a\xff\xc3\xa4\xe2\x82z"),
              "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST(VarlinkText, SpeaksBase64) {  // RFC 4648 §10
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        EXPECT_EQ(to_base64(plain), encoded);
        EXPECT_EQ(from_base64(encoded), plain);
    }
    std::string every_byte;
    for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
    EXPECT_EQ(from_base64(to_base64(every_byte)), every_byte);
}

TEST(VarlinkText, RefusesWhatIsNoBase64) {
    for (const char* bad :
         {"Z", "Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm9-"}) {
        EXPECT_FALSE(from_base64(bad)) << bad;
    }
}

}  // namespace
}  // namespace avahid::varlink::wire
