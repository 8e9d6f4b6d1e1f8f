// The whole engine: packet in, answer out; publishing, taking in and browsing N services.
#include "tests/bench/support.hpp"

namespace bench {
namespace {

// ---- one packet, while N services are published ----

std::vector<Octets> questions(std::size_t n, bool unicast) {
    std::vector<Octets> packets;
    for (std::size_t i = 0; i < n; ++i)
        packets.push_back(test::query().ask(instance(i), wire::type::srv, unicast).bytes());
    return packets;
}

void legacy_answer(benchmark::State& state) {
    const auto packets = questions(count_of(state), false);
    Host host;
    host.publish_services(packets.size());
    host.advance(60s);
    Stride stride(packets.size());
    host.packets = 0;
    for (int warm = 0; warm < 100; ++warm) host.receive(packets[stride.next()], 40'000, false);
    if (host.packets != 100) return state.SkipWithError("not answered");
    Meter meter(state);
    for (auto _ : state) host.receive(packets[stride.next()], 40'000, false);
}
BENCHMARK(legacy_answer)->Name("single/engine_legacy_answer")->Apply(sizes);

void unicast_answer(benchmark::State& state) {
    const auto packets = questions(count_of(state), true);
    Host host;
    host.publish_services(packets.size());
    host.advance(12s);  // multicast within a quarter of the TTL: answered by unicast (§5.4)
    Stride stride(packets.size());
    host.packets = 0;
    for (int warm = 0; warm < 100; ++warm) host.receive(packets[stride.next()]);
    if (host.packets != 100) return state.SkipWithError("not answered");
    Meter meter(state);
    for (auto _ : state) host.receive(packets[stride.next()]);
}
BENCHMARK(unicast_answer)->Name("single/engine_unicast_answer")->Apply(sizes);

void not_ours(benchmark::State& state) {
    const Octets packet = test::query().ask("somebody-else.local", wire::type::a).bytes();
    Host host;
    host.publish_services(count_of(state));
    host.advance(60s);
    host.receive(packet);
    Meter meter(state);
    for (auto _ : state) host.receive(packet);
}
BENCHMARK(not_ours)->Name("single/engine_question_to_others")->Apply(sizes);

void junk(benchmark::State& state) {
    const Octets packet(100, 0xff);
    Host host;
    host.publish_services(count_of(state));
    host.advance(60s);
    host.receive(packet);
    Meter meter(state);
    for (auto _ : state) host.receive(packet);
}
BENCHMARK(junk)->Name("single/engine_junk")->Apply(sizes);

// ---- N services of others ----

void take_in(benchmark::State& state) {
    const auto packets = announcements(count_of(state));
    Meter meter(state, 3 * packets.size());
    for (auto _ : state) {
        meter.pause();
        {
            Host host;
            meter.go_on();
            for (const Octets& packet : packets) host.receive(packet);
            meter.pause();
        }
        meter.go_on();
    }
}
BENCHMARK(take_in)->Name("batch/engine_take_in")->Apply(batch_sizes);

void refresh(benchmark::State& state) {
    const auto packets = announcements(count_of(state));
    Host host;
    for (const Octets& packet : packets) host.receive(packet);
    Meter meter(state, 3 * packets.size());
    for (auto _ : state) {
        host.now += 1s;
        for (const Octets& packet : packets) host.receive(packet);
    }
}
BENCHMARK(refresh)->Name("batch/engine_refresh")->Apply(batch_sizes);

/// From a cache that knows them: each is told once.
void browse(benchmark::State& state) {
    Host host;
    for (const Octets& packet : announcements(count_of(state))) host.receive(packet);
    const engine::Query query{test::name("_http._tcp.local"), wire::type::ptr, wire::class_in, {}};
    Meter meter(state, count_of(state));
    for (auto _ : state) {
        const auto id = host.engine.query(host.now, query);
        host.drain();
        host.engine.cancel(host.now, id);
    }
}
BENCHMARK(browse)->Name("batch/engine_browse")->Apply(batch_sizes);

/// They appear while somebody browses, and their owners go without a word.
void browse_and_expire(benchmark::State& state) {
    const auto packets = announcements(count_of(state));
    Meter meter(state, packets.size());
    for (auto _ : state) {
        meter.pause();
        {
            Host host;
            meter.go_on();
            host.browse();
            for (const Octets& packet : packets) host.receive(packet);
            host.advance(2h);
            meter.pause();
            if (host.events < 2 * packets.size()) state.SkipWithError("not told");
        }
        meter.go_on();
    }
}
BENCHMARK(browse_and_expire)->Name("batch/engine_browse_and_expire")->Apply(batch_sizes);

// ---- N services of ours ----

/// Probed, announced twice.
void publish(benchmark::State& state) {
    const std::size_t n = count_of(state);
    double bytes = 0;
    {
        Meter meter(state, n);
        for (auto _ : state) {
            meter.pause();
            {
                Host host;
                meter.go_on();
                host.publish_services(n);
                host.advance(60s);
                meter.pause();
                bytes = static_cast<double>(host.bytes);
            }
            meter.go_on();
        }
    }
    state.counters["bytes"] = bytes / static_cast<double>(n);
}
BENCHMARK(publish)->Name("batch/engine_publish")->Apply(batch_sizes);

/// A peer lists N services of ours that it knows, in as many packets as that takes (§7.2).
void known_answers(benchmark::State& state) {
    const std::size_t n = count_of(state);
    std::vector<Octets> packets;
    for (std::size_t i = 0; i < n;) {
        auto packet = test::query();
        if (i == 0) packet.ask("_http._tcp.local", wire::type::ptr);
        for (std::size_t in_packet = 0; i < n && in_packet < 40; ++i, ++in_packet)
            packet.known(service(i, "me.local").ptr);
        if (i < n) packet.truncated();
        packets.push_back(packet.bytes());
    }
    Host host;
    host.publish_services(n);
    host.advance(60s);
    Meter meter(state, n);
    for (auto _ : state) {
        for (const Octets& packet : packets) host.receive(packet);
        host.advance(2s);
    }
}
BENCHMARK(known_answers)->Name("batch/engine_known_answers")->Apply(batch_sizes);

/// Somebody browses who knows none of them.
void tell_all(benchmark::State& state) {
    const Octets packet = test::query().ask("_http._tcp.local", wire::type::ptr).bytes();
    Host host;
    host.publish_services(count_of(state));
    host.advance(60s);
    Meter meter(state, count_of(state));
    for (auto _ : state) {
        host.receive(packet);
        host.advance(60s);
    }
}
BENCHMARK(tell_all)->Name("batch/engine_tell_all")->Apply(batch_sizes);

}  // namespace
}  // namespace bench
