// Thousands of hosts that are switched on at once on one link. A failing seed prints what was said
// about the addresses concerned, and runs again alone with AVAHID_SEED.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/ipv4ll/sim/network.hpp"

namespace ipv4ll::sim {
namespace {

constexpr Weather clear{};
constexpr Weather foul{.loss_percent = 20};

/// Ten seeds; two hundred with AVAHID_LONG=1; AVAHID_SEED=7: that one alone.
template <class Run>
void for_each_seed(Run&& run) {
    const char* const one = std::getenv("AVAHID_SEED");
    const std::uint64_t first = one ? std::strtoull(one, nullptr, 10) : 1;
    const std::uint64_t last = one ? first : std::getenv("AVAHID_LONG") ? 200 : 10;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        run(seed);
        if (!testing::Test::HasFailure()) continue;
        const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
        std::printf("To replay this run: AVAHID_SEED=%llu test_ipv4ll_sim --gtest_filter=%s.%s\n",
                    static_cast<unsigned long long>(seed), test->test_suite_name(), test->name());
        return;
    }
}

Mac mac_of(std::uint64_t seed, int number) {
    return {0x02, static_cast<std::uint8_t>(seed >> 8),    static_cast<std::uint8_t>(seed),
            0,    static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number)};
}

/// Seeds in turn: hosts that are new here; hosts of which each four had the same address in other
/// networks; hosts that all had one of twenty.
void boot(Network& network, std::uint64_t seed, int count, int segments = 1) {
    const std::uint64_t favourites = seed % 3 == 1 ? 0 : seed % 3 == 2 ? count / 4U : 20;
    for (int i = 0; i < count; ++i) {
        engine::Config config{.mac = mac_of(seed, i), .seed = engine::seed_of(mac_of(seed, i))};
        if (favourites > 0) {
            const auto which = static_cast<std::uint32_t>(network.below(favourites));
            config.last_used = Ipv4{first_address + which};
        }
        network.add(config, i % segments);
    }
}

/// In seconds, from the switch to an address in use; sorted.
std::vector<double> times_to_address(const Network& network) {
    std::vector<double> times;
    for (int i = 0; i < network.size(); ++i) {
        const Host& host = network.host(i);
        if (host.first_address_at) {
            times.push_back(
                std::chrono::duration<double>(*host.first_address_at - host.started).count());
        }
    }
    std::sort(times.begin(), times.end());
    return times;
}

void print(const Network& network, std::uint64_t seed) {
    const auto times = times_to_address(network);
    const auto at = [&](double share) {
        return times.at(static_cast<std::size_t>(share * static_cast<double>(times.size() - 1)));
    };
    const auto& traffic = network.traffic;
    const auto& duplicates = network.duplicates;
    std::printf(
        "seed %3llu: %d hosts, %zu addresses after %.1f / %.1f / %.1f / %.1f s (first, half, 99%%, "
        "last); frames %llu, probes %llu, delivered %llu, lost %llu, meaningless to %llu; "
        "conflicts "
        "%llu; duplicates %d, longest %.1f s, exchanges %d, of them broken by loss %d\n",
        static_cast<unsigned long long>(seed), network.size(), times.size(), at(0), at(0.5),
        at(0.99), at(1), static_cast<unsigned long long>(traffic.frames),
        static_cast<unsigned long long>(traffic.probes),
        static_cast<unsigned long long>(traffic.delivered),
        static_cast<unsigned long long>(traffic.lost),
        static_cast<unsigned long long>(traffic.meaningless),
        static_cast<unsigned long long>(traffic.conflicts), duplicates.seen,
        std::chrono::duration<double>(duplicates.longest).count(), duplicates.exchanges,
        duplicates.broken_exchanges);
}

/// How many hosts had their address in which half second.
void print_distribution(const Network& network) {
    std::map<int, int> halves;
    for (const double time : times_to_address(network)) ++halves[static_cast<int>(time * 2)];
    for (const auto& [half, count] : halves) std::printf("  from %.1f s: %d\n", half / 2.0, count);
}

/// Hosts talk on until the weather has let through what resolves the last duplicate.
void settle_down(Network& network) {
    for (int minutes = 0; network.duplicates.going_on() > 0 && minutes < 30; ++minutes)
        network.run(60s);
    network.run(70s);  // who had to yield at last has another address
}

/// Every host has an address in the range, and no two the same.
void expect_all_different(const Network& network) {
    std::map<Ipv4, int> held;
    for (int i = 0; i < network.size(); ++i) {
        const Host& host = network.host(i);
        ASSERT_TRUE(host.held) << "host " << i << " has none";
        ASSERT_EQ(host.engine.state(), State::bound) << "host " << i;
        ASSERT_TRUE(claimable(host.held->to_uint()));
        const auto [other, is_first] = held.emplace(*host.held, i);
        EXPECT_TRUE(is_first) << host.held->to_string() << ": hosts " << other->second << " and "
                              << i << "\n"
                              << network.trace({*host.held});
    }
}

void expect_never_twice(const Network& network) {
    EXPECT_EQ(network.duplicates.seen, 0) << network.trace(network.duplicates.addresses);
}

void expect_each_resolved_by_one_packet(const Network& network) {
    EXPECT_THAT(network.duplicates.troubles, testing::IsEmpty())
        << network.trace(network.duplicates.addresses);
    EXPECT_EQ(network.duplicates.going_on(), 0) << network.trace(network.duplicates.addresses);
}

TEST(Ipv4llSim, TwoThousandAtOnceWithoutLossNeverHaveAnAddressTwice) {
    // RFC3927-§2.2.1-04 RFC3927-§2.2.1-05 RFC3927-§2.1-03
    for_each_seed([](std::uint64_t seed) {
        Network network{seed, clear};
        boot(network, seed, 2000);
        network.run(30s);
        network.let_them_talk();
        network.run(270s);
        print(network, seed);
        expect_never_twice(network);
        expect_all_different(network);
        EXPECT_GE(times_to_address(network).front(), 4.0);
    });
}

TEST(Ipv4llSim, WithLossOneDeliveredPacketResolvesADuplicate) {
    // RFC3927-§1.5-01 RFC3927-§2.5-02 RFC3927-§2.5-04 RFC3927-§2.5-05
    for_each_seed([](std::uint64_t seed) {
        Network network{seed, foul};
        boot(network, seed, 2000);
        network.let_them_talk();
        network.run(300s);
        settle_down(network);
        print(network, seed);
        expect_each_resolved_by_one_packet(network);
        expect_all_different(network);
    });
}

TEST(Ipv4llSim, JoinedLinksResolveEachDuplicateByTheFirstPacket) {  // RFC3927-§4-02 RFC3927-§2.5-07
    for_each_seed([](std::uint64_t seed) {
        Network network{seed, clear};
        boot(network, seed, 2000, /*segments=*/2);
        network.run(60s);
        ASSERT_EQ(times_to_address(network).size(), 2000U);
        network.join();
        network.let_them_talk();
        network.run(200s);
        print(network, seed);
        expect_each_resolved_by_one_packet(network);
        EXPECT_EQ(network.duplicates.broken_exchanges, 0);
        EXPECT_LT(network.duplicates.longest_exchange, 10ms) << "the way of three frames";
        expect_all_different(network);
    });
}

TEST(Ipv4llSim, JoinedLinksWithLossNeedAsManyAsGetThrough) {
    // RFC3927-§4-02 RFC3927-§1.5-01 RFC3927-§2.5-05
    int duplicates = 0;
    int broken = 0;
    for_each_seed([&](std::uint64_t seed) {
        Network network{seed, foul};
        boot(network, seed, 2000, /*segments=*/2);
        network.run(60s);
        network.join();
        network.let_them_talk();
        network.run(120s);
        settle_down(network);
        print(network, seed);
        expect_each_resolved_by_one_packet(network);
        expect_all_different(network);
        duplicates += network.duplicates.seen;
        broken += network.duplicates.broken_exchanges;
    });
    EXPECT_GT(duplicates, 0);
    EXPECT_LT(broken, duplicates) << "more than the weather";
}

TEST(Ipv4llSim, TenThousandAtOnce) {
    Network network{1, clear};
    boot(network, 1, 10'000);
    network.run(120s);
    print(network, 1);
    print_distribution(network);
    expect_never_twice(network);
    expect_all_different(network);
}

}  // namespace
}  // namespace ipv4ll::sim
