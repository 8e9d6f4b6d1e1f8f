// What we publish: N services, which share the name of their type.
#include "mdns/engine/zone.hpp"
#include "tests/bench/support.hpp"

namespace bench {
namespace {

constexpr wire::HashKey key{1, 2};

std::vector<engine::Publication> publications(std::size_t n) {
    std::vector<engine::Publication> all;
    for (std::size_t i = 0; i < n; ++i) {
        const Service one = service(i, "me.local");
        all.push_back({{},
                       {{one.ptr, engine::Sharing::shared},
                        {one.srv, engine::Sharing::unique},
                        {one.txt, engine::Sharing::unique}}});
    }
    return all;
}

void add(benchmark::State& state) {
    const auto all = publications(count_of(state));
    Meter meter(state, all.size());
    for (auto _ : state) {
        engine::Zone zone(key);
        for (const auto& one : all) zone.add(one);
        benchmark::DoNotOptimize(zone.size());
    }
}
BENCHMARK(add)->Name("batch/zone_add")->Apply(batch_sizes);

void remove(benchmark::State& state) {
    const auto all = publications(count_of(state));
    Meter meter(state, all.size());
    for (auto _ : state) {
        meter.pause();
        engine::Zone zone(key);
        std::vector<engine::PublicationId> ids;
        for (const auto& one : all) ids.push_back(*zone.add(one));
        meter.go_on();
        for (const auto id : ids) zone.remove(start, id);
    }
}
BENCHMARK(remove)->Name("batch/zone_remove")->Apply(batch_sizes);

void find_name(benchmark::State& state) {
    const auto all = publications(count_of(state));
    engine::Zone zone(key);
    for (const auto& one : all) zone.add(one);
    Stride stride(all.size());
    Meter meter(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(zone.find(all[stride.next()].records[1].record.name));
    }
}
BENCHMARK(find_name)->Name("single/zone_find_name")->Apply(sizes);

/// One of N records at one name, as in a known-answer list.
void find_record(benchmark::State& state) {
    engine::Zone zone(key);
    std::vector<Octets> packets;
    for (const auto& one : publications(count_of(state))) {
        zone.add(one);
        packets.push_back(test::query().known(one.records[0].record).bytes());
    }
    Stride stride(packets.size());
    wire::Message message;
    message.decode(packets[0]);
    Meter meter(state);
    for (auto _ : state) {
        message.decode(packets[stride.next()]);
        const wire::RecordView& known = message.answers()[0];
        benchmark::DoNotOptimize(zone.find(zone.find(known.name), known));
    }
}
BENCHMARK(find_record)->Name("single/zone_find_record")->Apply(sizes);

}  // namespace
}  // namespace bench
