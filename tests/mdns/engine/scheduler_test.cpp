#include "mdns/engine/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mdns/engine/random.hpp"

namespace mdns::engine {
namespace {

TEST(MdnsScheduler, GivesTimersInOrderHoweverTheyWereMoved) {
    Scheduler timers;
    Random random(3);
    std::map<std::uint64_t, Instant> expected;
    std::vector<Scheduler::Slot> slots(500, Scheduler::none);
    for (int round = 0; round < 5000; ++round) {
        const auto id = random.next() % slots.size();
        if (random.next() % 4 == 0) {
            timers.disarm(slots[id]);
            expected.erase(id);
        } else {
            const Instant at = Instant{} + std::chrono::microseconds(random.next() % 1000);
            timers.arm(slots[id], Timer::ask, id, at);
            expected[id] = at;
        }
        ASSERT_EQ(timers.size(), expected.size());
    }
    Instant last{};
    while (const auto next = timers.next()) {
        ASSERT_GE(*next, last);
        EXPECT_FALSE(timers.pop_due(*next - Duration(1)));
        const auto due = timers.pop_due(*next);
        ASSERT_TRUE(due);
        EXPECT_EQ(expected.at(due->id), *next);
        slots[due->id] = Scheduler::none;
        expected.erase(due->id);
        last = *next;
    }
    EXPECT_TRUE(expected.empty());
}

TEST(MdnsScheduler, ArmingAgainDoesNotGrow) {
    Scheduler timers;
    Scheduler::Slot slot = Scheduler::none;
    for (int i = 0; i < 1000; ++i) timers.arm(slot, Timer::record, 1, Instant{} + Duration(i % 7));
    EXPECT_EQ(timers.size(), 1u);
}

TEST(MdnsScheduler, GoesOnAsBeforeAfterABurst) {
    Scheduler timers;
    std::vector<Scheduler::Slot> slots(1000, Scheduler::none);
    for (int round = 0; round < 2; ++round) {  // all go, and some that stay
        for (std::size_t id = 0; id < slots.size(); ++id)
            timers.arm(slots[id], Timer::ask, id, Instant{} + Duration(id + 1));
        std::uint64_t expected = 0;
        while (const auto due = timers.pop_due(Instant{} + Duration(990 + 10 * round))) {
            EXPECT_EQ(due->id, expected++);
            slots[due->id] = Scheduler::none;
        }
        EXPECT_EQ(timers.size(), round == 0 ? 10u : 0u);
    }
}

}  // namespace
}  // namespace mdns::engine
