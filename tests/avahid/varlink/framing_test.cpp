#include "avahid/varlink/wire/framing.hpp"

#include <gmock/gmock.h>

namespace avahid::varlink::wire {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> all(Deframer& deframer) {
    std::vector<std::string> out;
    while (auto message = deframer.next()) out.push_back(*message);
    return out;
}

TEST(VarlinkFraming, GivesMessagesInOrderHoweverTheyArrive) {
    const std::string bytes("one\0two\0\0three\0", 15);
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        Deframer deframer(100);
        std::vector<std::string> got;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            deframer.feed(std::string_view(bytes).substr(at, step));
            for (auto& message : all(deframer)) got.push_back(message);
        }
        EXPECT_THAT(got, ElementsAre("one", "two", "", "three")) << step;
        EXPECT_EQ(deframer.pending(), 0u);
    }
}

TEST(VarlinkFraming, KeepsWhatIsUnfinished) {
    Deframer deframer(100);
    deframer.feed(std::string_view("a\0bc", 4));
    EXPECT_THAT(all(deframer), ElementsAre("a"));
    EXPECT_EQ(deframer.pending(), 2u);
    deframer.feed(std::string_view("d\0", 2));
    EXPECT_THAT(all(deframer), ElementsAre("bcd"));
}

TEST(VarlinkFraming, TakesAMessageOfExactlyTheLimit) {
    Deframer deframer(5);
    deframer.feed(std::string_view("12345\0", 6));
    EXPECT_THAT(all(deframer), ElementsAre("12345"));
    EXPECT_FALSE(deframer.too_long());
}

TEST(VarlinkFraming, RefusesALongerOneEvenUnfinished) {
    Deframer finished(5);
    finished.feed(
        std::string_view("ok\0"
                         "123456\0"
                         "ok\0",
                         13));
    EXPECT_THAT(all(finished), ElementsAre("ok"));
    EXPECT_TRUE(finished.too_long());
    finished.feed(std::string_view("ok\0", 3));
    EXPECT_THAT(all(finished), IsEmpty());

    Deframer unfinished(5);
    unfinished.feed("123456");
    EXPECT_THAT(all(unfinished), IsEmpty());
    EXPECT_TRUE(unfinished.too_long());
}

}  // namespace
}  // namespace avahid::varlink::wire
