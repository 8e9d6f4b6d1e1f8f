#include "tools/avahictl/txt.hpp"

#include <gmock/gmock.h>

namespace avahictl {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::ElementsAreArray;

const std::vector<std::string> strings = {"path=/", "bool",  "empty=", "bin=\xff\x1b",
                                          "\xfe",   "a=b=c", "=x",     std::string("n=\0", 3)};

TEST(AvahictlTxt, GoesToJsonAndBack) {
    EXPECT_THAT(txt_from_json(txt_to_json(strings)), ElementsAreArray(strings));
}

TEST(AvahictlTxt, HasTheShapeOfTheInterface) {
    EXPECT_EQ(txt_to_json({"path=/", "bool", "k=\xff"}),
              json::parse(R"([{"key":"path","value":"/"},{"key":"bool"},
                              {"key":"k","value_base64":"/w=="}])"));
}

TEST(AvahictlTxt, LeavesOutWhatItCannotRead) {
    EXPECT_THAT(txt_from_json(json::parse(
                    R"([7, {}, {"key":7}, {"key":"ok"}, {"key":"v","value":null}, null])")),
                ElementsAre("ok", "v"));
}

TEST(AvahictlTxt, IsReadable) {
    EXPECT_EQ(txt_for_people({"path=/", "note=two words", "q=\"", "bin=\x1b\xff", "b\\s", ""}),
              R"(path=/ "note=two words" "q=\"" bin=\027\255 b\\s "")");
}

}  // namespace
}  // namespace avahictl
