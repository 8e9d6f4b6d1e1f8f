// What others say: N records, each at a name of its own, or all at one (a popular type).
#include "mdns/engine/cache.hpp"
#include "tests/bench/support.hpp"

namespace bench {
namespace {

using engine::Cache;

/// \return one packet a record
std::vector<Octets> packets_of(std::size_t n, bool one_name) {
    std::vector<Octets> packets;
    for (std::size_t i = 0; i < n; ++i) {
        packets.push_back(one_name ? test::response().answer(service(i).ptr).bytes()
                                   : test::response().unique(test::a(host(i), "10.0.0.9")).bytes());
    }
    return packets;
}

struct Store {
    engine::Context context{{.seed = 1, .cache_memory_max = 1u << 30}};
    engine::Scheduler timers;
    Cache cache{context, timers};

    void take_in(Instant now, const std::vector<Octets>& packets) {
        for (const Octets& packet : packets) {
            context.message.decode(packet);
            for (const auto& seen : context.message.records()) {
                const std::uint64_t hash = wire::hash(seen.name, context.key);
                cache.absorb(now, seen, hash, 1, false);
            }
        }
    }
    void expire(Instant now) {
        while (const auto due = timers.pop_due(now)) {
            const auto place = static_cast<Cache::Place>(due->id);
            cache[place].timer = engine::Scheduler::none;
            cache.remove(place);
        }
    }
};

void insert(benchmark::State& state, bool one_name) {
    const auto packets = packets_of(count_of(state), one_name);
    Meter meter(state, packets.size());
    for (auto _ : state) {
        meter.pause();
        {
            Store store;
            meter.go_on();
            store.take_in(start, packets);
            meter.pause();
        }
        meter.go_on();
    }
}
BENCHMARK_CAPTURE(insert, names, false)->Name("batch/cache_insert")->Apply(batch_sizes);
BENCHMARK_CAPTURE(insert, one, true)->Name("batch/cache_insert_one_name")->Apply(batch_sizes);

void refresh(benchmark::State& state, bool one_name) {
    const auto packets = packets_of(count_of(state), one_name);
    Store store;
    store.take_in(start, packets);
    Instant now = start;
    Meter meter(state, packets.size());
    for (auto _ : state) store.take_in(now += 1s, packets);
}
BENCHMARK_CAPTURE(refresh, names, false)->Name("batch/cache_refresh")->Apply(batch_sizes);
BENCHMARK_CAPTURE(refresh, one, true)->Name("batch/cache_refresh_one_name")->Apply(batch_sizes);

void expire(benchmark::State& state, bool one_name) {
    const auto packets = packets_of(count_of(state), one_name);
    Store store;
    Meter meter(state, packets.size());
    for (auto _ : state) {
        meter.pause();
        store.take_in(start, packets);
        meter.go_on();
        store.expire(start + 10h);
    }
}
BENCHMARK_CAPTURE(expire, names, false)->Name("batch/cache_expire")->Apply(batch_sizes);
BENCHMARK_CAPTURE(expire, one, true)->Name("batch/cache_expire_one_name")->Apply(batch_sizes);

void lookup(benchmark::State& state) {
    Store store;
    store.take_in(start, packets_of(count_of(state), false));
    std::vector<wire::Name> names;
    for (std::size_t i = 0; i < count_of(state); ++i) names.push_back(test::name(host(i)));
    Stride stride(names.size());
    Meter meter(state);
    for (auto _ : state) {
        const wire::Name& name = names[stride.next()];
        for (const auto place : store.cache.find(wire::hash(name, store.context.key), name))
            benchmark::DoNotOptimize(store.cache[place].expires);
    }
}
BENCHMARK(lookup)->Name("single/cache_lookup")->Apply(sizes);

}  // namespace
}  // namespace bench
