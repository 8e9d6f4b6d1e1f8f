// Messages: N records into full packets, and back.
#include "mdns/wire/writer.hpp"
#include "tests/bench/support.hpp"

namespace bench {
namespace {

std::vector<wire::Record> records(std::size_t n) {
    std::vector<wire::Record> all;
    for (std::size_t i = 0; all.size() < n; ++i) {
        const Service one = service(i);
        all.insert(all.end(), {one.ptr, one.srv, one.txt});
    }
    all.resize(n);
    return all;
}

/// \param take  is given each packet that is full
template <class Take>
void pack(wire::Writer& writer, const std::vector<wire::Record>& all, Take&& take) {
    const auto put = [&](const wire::Record& record) {
        return writer.record(wire::Section::answer, record.name, record.type, record.klass,
                             record.ttl, record.rdata);
    };
    writer.begin({.response = true}, full_packet);
    for (const wire::Record& record : all) {
        if (put(record)) continue;
        take(writer.finish());
        writer.begin({.response = true}, full_packet);
        put(record);
    }
    take(writer.finish());
}

void encode(benchmark::State& state) {
    const auto all = records(count_of(state));
    wire::Writer writer;
    std::size_t bytes = 0;
    const auto run = [&] {
        pack(writer, all, [&](wire::Bytes packet) { bytes += packet.size(); });
    };
    run();
    Meter meter(state, all.size());
    for (auto _ : state) run();
    benchmark::DoNotOptimize(bytes);
}
BENCHMARK(encode)->Name("batch/wire_encode")->Apply(batch_sizes);

void decode(benchmark::State& state) {
    std::vector<Octets> packets;
    wire::Writer writer;
    pack(writer, records(count_of(state)),
         [&](wire::Bytes packet) { packets.emplace_back(packet.begin(), packet.end()); });
    wire::Message message;
    for (const Octets& packet : packets) message.decode(packet);
    Meter meter(state, count_of(state));
    for (auto _ : state) {
        for (const Octets& packet : packets) benchmark::DoNotOptimize(message.decode(packet));
    }
}
BENCHMARK(decode)->Name("batch/wire_decode")->Apply(batch_sizes);

void hash(benchmark::State& state) {
    std::vector<wire::Name> names;
    for (std::size_t i = 0; i < count_of(state); ++i) names.push_back(test::name(instance(i)));
    const wire::HashKey key{1, 2};
    Meter meter(state, names.size());
    for (auto _ : state) {
        for (const wire::Name& name : names) benchmark::DoNotOptimize(wire::hash(name, key));
    }
}
BENCHMARK(hash)->Name("batch/wire_hash")->Apply(batch_sizes);

}  // namespace
}  // namespace bench
