#include "avahid/session/client_log.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace avahid::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

class ClientLogTest : public testing::Test {
protected:
    std::vector<std::string> lines;
    ClientLog log{[this](const std::string& line) { lines.push_back(line); }};
    const ClientLog::Instant t0{};
};

TEST_F(ClientLogTest, WritesTheFirstFewAndTellsHowManyThereWere) {
    for (std::uint32_t i = 0; i < ClientLog::burst + 7; ++i) log.say(t0 + 1s, 1000, "again");
    EXPECT_THAT(lines, SizeIs(ClientLog::burst));
    log.say(t0 + 60s, 1000, "late");
    EXPECT_THAT(lines, SizeIs(ClientLog::burst));
    lines.clear();
    log.say(t0 + 61s, 1000, "later");
    log.say(t0 + 61s, 1000, "later");
    EXPECT_THAT(lines, ElementsAre("later (and 8 more before)", "later"));
}

TEST_F(ClientLogTest, UsersDoNotDisturbEachOther) {
    for (std::uint32_t i = 0; i < 2 * ClientLog::burst; ++i) log.say(t0, 1000, "greedy");
    log.say(t0, 1001, "first");
    EXPECT_EQ(lines.back(), "first");
}

TEST_F(ClientLogTest, ManyUsersAreBoundedAndStillLimited) {
    for (uid_t user = 0; user < 100'000; ++user) log.say(t0 + 1s, user, "x");
    EXPECT_EQ(log.users(), ClientLog::max_users);
    EXPECT_THAT(lines, SizeIs(ClientLog::max_users + ClientLog::burst));  // the rest share one
    log.say(t0 + 61s, 200'000, "new");                                    // ended windows make room
    EXPECT_EQ(log.users(), 1u);
}

}  // namespace
}  // namespace avahid::session
