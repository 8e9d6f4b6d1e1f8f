// Timers: N of them, armed in no order.
#include "mdns/engine/scheduler.hpp"
#include "tests/bench/support.hpp"

namespace bench {
namespace {

using engine::Scheduler;
using engine::Timer;

void arm_all(Scheduler& timers, std::vector<Scheduler::Slot>& slots) {
    Stride stride(slots.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
        timers.arm(slots[i], Timer::record, i, start + std::chrono::microseconds(stride.next()));
    }
}

void set_and_fire(benchmark::State& state) {
    Scheduler timers;
    std::vector<Scheduler::Slot> slots(count_of(state), Scheduler::none);
    const auto run = [&] {
        arm_all(timers, slots);
        while (const auto due = timers.pop_due(Instant::max())) slots[due->id] = Scheduler::none;
    };
    run();
    Meter meter(state, slots.size());
    for (auto _ : state) run();
}
BENCHMARK(set_and_fire)->Name("batch/scheduler_set_and_fire")->Apply(batch_sizes);

/// As when a cached record is refreshed: its timer moves back.
void move(benchmark::State& state) {
    Scheduler timers;
    std::vector<Scheduler::Slot> slots(count_of(state), Scheduler::none);
    arm_all(timers, slots);
    Stride stride(slots.size());
    Instant at = start + 1s;
    Meter meter(state);
    for (auto _ : state) {
        const std::size_t i = stride.next();
        timers.arm(slots[i], Timer::record, i, at += 1us);
    }
}
BENCHMARK(move)->Name("single/scheduler_move")->Apply(sizes);

}  // namespace
}  // namespace bench
