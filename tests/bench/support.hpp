// tests/bench/support.hpp: what the in-memory benchmarks share: their sizes, allocations counted
// beside the time, the records and packets of N services, and an engine whose clock they move.
// A benchmark's name says what is expected of its curve (slopes.py): batch/… does N things,
// single/… one thing among N.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mdns/engine/engine.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/dns.hpp"

namespace bench {

namespace engine = mdns::engine;
namespace wire = mdns::wire;
using engine::Duration;
using engine::Instant;
using test::Octets;
using namespace std::chrono_literals;

constexpr Instant start = Instant{} + 1000s;  // a clock that has run for a while
constexpr engine::LinkId eth0{2, engine::Family::ipv4};
constexpr std::size_t full_packet = 1472;

inline void sizes(benchmark::internal::Benchmark* one) {
    for (const int n : {100, 1'000, 10'000, 100'000}) one->Arg(n);
}
/// For what a single iteration of takes long: repeated often enough to see the shape, not the
/// noise.
inline void batch_sizes(benchmark::internal::Benchmark* one) {
    sizes(one);
    one->Unit(benchmark::kMicrosecond);
}

inline std::size_t count_of(const benchmark::State& state) {
    return static_cast<std::size_t>(state.range(0));
}

/// Counts what is allocated while it runs; in a loop, between pause() and go_on() nothing is.
class Meter {
public:
    explicit Meter(benchmark::State& state, std::size_t items = 1)
        : state_(state), items_(items), before_(test::allocations()) {}
    ~Meter() {
        add();
        const auto items = static_cast<double>(items_) * static_cast<double>(state_.iterations());
        state_.counters["allocations"] = items == 0 ? 0 : static_cast<double>(counted_) / items;
        state_.counters["per_second"] = benchmark::Counter(items, benchmark::Counter::kIsRate);
    }
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

    void pause() {
        state_.PauseTiming();
        add();
    }
    void go_on() {
        before_ = test::allocations();
        state_.ResumeTiming();
    }

private:
    void add() { counted_ += test::allocations() - before_; }
    benchmark::State& state_;
    std::size_t items_;
    std::size_t before_;
    std::size_t counted_ = 0;
};

/// Numbers 0 … n-1 in an order in which neighbours are far apart.
class Stride {
public:
    explicit Stride(std::size_t n) : n_(n) {}
    std::size_t next() { return at_ = (at_ + 7919) % n_; }

private:
    std::size_t n_;
    std::size_t at_ = 0;
};

inline std::string instance(std::size_t i) {
    return "Service " + std::to_string(i) + "._http._tcp.local";
}
inline std::string host(std::size_t i) { return "host-" + std::to_string(i) + ".local"; }

struct Service {
    wire::Record ptr;
    wire::Record srv;
    wire::Record txt;
};
inline Service service(std::size_t i, const std::string& target = "peer.local") {
    return {test::ptr("_http._tcp.local", instance(i)),
            test::srv(instance(i), target, static_cast<std::uint16_t>(1 + i % 60'000)),
            test::txt(instance(i), {"path=/" + std::to_string(i)})};
}
/// As its owner announces it.
inline Octets announcement(const Service& of) {
    return test::response().answer(of.ptr).unique(of.srv).unique(of.txt).bytes();
}
inline std::vector<Octets> announcements(std::size_t n) {
    std::vector<Octets> packets;
    for (std::size_t i = 0; i < n; ++i) packets.push_back(announcement(service(i)));
    return packets;
}

/// An engine on one link, and a peer on it.
class Host {
public:
    explicit Host(std::size_t cache_memory_max = 1u << 30)
        : engine({.seed = 1, .cache_memory_max = cache_memory_max}) {
        engine::LinkInfo info;
        info.prefixes = {{test::ip4("10.0.0.1"), 24}};
        engine.on_link(now, eth0, info);
        drain();
    }

    void receive(const Octets& packet, std::uint16_t port = 5353, bool to_group = true) {
        engine.on_datagram(now, eth0, {{peer, port}, to_group}, packet);
        drain();
    }
    /// Jumps from deadline to deadline.
    void advance(Duration time) {
        const Instant end = now + time;
        while (const auto due = engine.deadline()) {
            if (due->at > end) break;
            now = std::max(now, due->at);
            engine.on_time(now);
            drain();
        }
        now = end;
    }
    void drain() {
        while (const auto output = engine.poll()) {
            if (const auto* sent = std::get_if<engine::SendDatagram>(&*output)) {
                ++packets;
                bytes += sent->bytes.size();
            } else {
                ++events;
            }
        }
    }
    void publish(const Service& of) {
        engine.publish(now, {{},
                             {{of.ptr, engine::Sharing::shared},
                              {of.srv, engine::Sharing::unique},
                              {of.txt, engine::Sharing::unique}}});
        drain();
    }
    void publish_host() {
        engine.publish(now, {{}, {{test::a("me.local", "10.0.0.1"), engine::Sharing::unique}}});
        drain();
    }
    /// N services that point to this host, announced.
    void publish_services(std::size_t n) {
        publish_host();
        for (std::size_t i = 0; i < n; ++i) publish(service(i, "me.local"));
    }
    void browse() {
        engine.query(now,
                     {test::name("_http._tcp.local"), wire::type::ptr, wire::class_in, {}, false});
        drain();
    }

    engine::Engine engine;
    Instant now = start;
    engine::Address peer = test::ip4("10.0.0.9");
    std::size_t packets = 0;  // sent
    std::size_t bytes = 0;    // in them
    std::size_t events = 0;
};

}  // namespace bench
