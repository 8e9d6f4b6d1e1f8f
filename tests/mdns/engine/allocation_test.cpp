// STYLE "Hot paths": warm, none of them allocates. One test for each; operator new is counted.
#include <gtest/gtest.h>

#include <functional>

#include "mdns/engine/cache.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

namespace type = wire::type;

/// What one more time allocates, once it was done often enough to be warm.
std::size_t allocated_by(const std::function<void()>& work) {
    for (int warm = 0; warm < 300; ++warm) work();
    const std::size_t before = allocations();
    work();
    return allocations() - before;
}

/// Its outputs are looked at and forgotten.
class MdnsAllocation : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({unique(a("host.local", "10.0.0.1")),
                          shared(ptr("_http._tcp.local", "Web._http._tcp.local")),
                          unique(srv("Web._http._tcp.local", "host.local", 80)),
                          unique(txt("Web._http._tcp.local", {"path=/"}))});
    }
    void receive(const Octets& packet, const engine::Source& source = from("10.0.0.9")) {
        host.engine.on_datagram(now, eth0, source, packet);
        drain();
    }
    void advance(Duration time) {
        const Instant end = now + time;
        while (const auto due = host.engine.deadline()) {
            if (due->at > end) break;
            host.engine.on_time(due->at);
            drain();
        }
        now = end;
    }
    void drain() {
        while (const auto output = host.engine.poll())
            sent += std::holds_alternative<engine::SendDatagram>(*output) ? 1 : 0;
    }

    MdnsHost host;
    Instant now = Instant{} + 2000s;
    std::size_t sent = 0;
};

TEST_F(MdnsAllocation, LegacyAnswer) {
    const Octets packet = query().ask("Web._http._tcp.local", type::srv).bytes();
    const auto source = from("10.0.0.9", 40'000, false);
    EXPECT_EQ(allocated_by([&] { receive(packet, source); }), 0u);
    EXPECT_EQ(sent, 301u);
}

TEST_F(MdnsAllocation, UnicastAnswer) {
    const Octets packet = query().ask("Web._http._tcp.local", type::srv, true).bytes();
    receive(packet);  // not multicast for a long time: by multicast (§5.4)
    advance(2s);
    sent = 0;
    EXPECT_EQ(allocated_by([&] { receive(packet); }), 0u);
    EXPECT_EQ(sent, 301u);
}

TEST_F(MdnsAllocation, MulticastAnswer) {
    const Octets packet = query().ask("_http._tcp.local", type::ptr).bytes();
    const auto once = [&] {
        receive(packet);
        advance(2s);
    };
    EXPECT_EQ(allocated_by(once), 0u);
    EXPECT_EQ(sent, 301u);
}

TEST_F(MdnsAllocation, Denial) {
    const Octets packet = query().ask("host.local", type::aaaa).bytes();
    const auto source = from("10.0.0.9", 40'000, false);
    EXPECT_EQ(allocated_by([&] { receive(packet, source); }), 0u);
    EXPECT_EQ(sent, 301u);
}

TEST_F(MdnsAllocation, KnownAnswer) {
    const Octets packet = query()
                              .ask("_http._tcp.local", type::ptr)
                              .known(ptr("_http._tcp.local", "Web._http._tcp.local"))
                              .bytes();
    EXPECT_EQ(allocated_by([&] { receive(packet); }), 0u);
    EXPECT_EQ(sent, 0u);
}

TEST_F(MdnsAllocation, QuestionToOthers) {
    const Octets packet = query().ask("peer.local", type::a).bytes();
    EXPECT_EQ(allocated_by([&] { receive(packet); }), 0u);
}

TEST_F(MdnsAllocation, RefreshOfCachedRecords) {
    const Octets packet = response()
                              .answer(ptr("_ipp._tcp.local", "Ink._ipp._tcp.local"))
                              .unique(srv("Ink._ipp._tcp.local", "peer.local", 631))
                              .unique(txt("Ink._ipp._tcp.local", {"rp=a/long/enough/path"}))
                              .unique(a("peer.local", "10.0.0.9"))
                              .bytes();
    const auto once = [&] {
        receive(packet);
        advance(1s);
    };
    EXPECT_EQ(allocated_by(once), 0u);
    EXPECT_EQ(host.engine.links().front().cached_records, 4u);
}

TEST_F(MdnsAllocation, Junk) {
    EXPECT_EQ(allocated_by([&, packet = Octets(100, 0xff)] { receive(packet); }), 0u);
    EXPECT_EQ(host.engine.counters().malformed, 301u);
}

TEST(MdnsCacheAllocation, Lookup) {
    engine::Context context{{}};
    engine::Scheduler timers;
    engine::Cache cache(context, timers);
    const Octets packet = response().unique(a("peer.local", "10.0.0.9")).bytes();
    ASSERT_EQ(context.message.decode(packet), wire::Errc::ok);
    const wire::Name peer = name("PEER.local");
    const std::uint64_t hash = wire::hash(peer, context.key);
    cache.absorb(Instant{} + 1s, context.message.answers()[0], hash, 1, false);
    std::size_t found = 0;
    const auto once = [&] {
        for (const auto place : cache.find(wire::hash(peer, context.key), peer))
            found += cache[place].type == type::a ? 1 : 0;
    };
    EXPECT_EQ(allocated_by(once), 0u);
    EXPECT_EQ(found, 301u);
}

TEST(MdnsSchedulerAllocation, SetAndFire) {
    engine::Scheduler timers;
    engine::Scheduler::Slot slot = engine::Scheduler::none;
    Instant at = Instant{} + 1s;
    std::size_t fired = 0;
    const auto once = [&] {
        timers.arm(slot, engine::Timer::record, 7, at += 1s);
        fired += timers.pop_due(at) ? 1 : 0;
        slot = engine::Scheduler::none;
    };
    EXPECT_EQ(allocated_by(once), 0u);
    EXPECT_EQ(fired, 301u);
}

}  // namespace
}  // namespace test
