// tests/sim/traffic_test.cpp: how much is said. What each packet may be is watched in all runs
// (watch.hpp); here the sums.
#include "tests/sim/properties.hpp"

namespace sim {
namespace {

TEST(SimTraffic, SameSeedSameRun) {
    const auto run = [](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, 5);
        network.run(60s);
        return network.trace(network.packets.size());
    };
    EXPECT_EQ(run(7), run(7));
    EXPECT_NE(run(7), run(11));
}

TEST(SimTraffic, EndsAfterTheLastChange) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, some_hosts(network), false);
        network.run(120s);
        network.hosts[0]->unplug(2);
        network.run(network.between(10ms, 3s));
        network.hosts[0]->plug(2, 0, false);
        network.run(120s);
        expect_unique_names(network);
        expect_silence(network);  // RFC6762-§8.3-06 RFC6762-§8.3-07 RFC6762-§5.2-13
        expect_unique_names(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// §5.2: with browses running each host asks once in its series and once for a refresh in this
/// time, and both may be answered by each.
TEST(SimTraffic, IsLittleWhileAllBrowse) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, some_hosts(network), false);
        network.run(30min);
        const Duration quiet = network.since_start();
        network.run(30min);
        const std::size_t hosts = network.hosts.size();
        EXPECT_LE(network.packets_since(quiet), hosts * 2 * (1 + hosts));
        expect_all_found(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// To come up among others that want the same names: some twenty packets of its own, and for each
/// of the others a few defences, probes of the next name, and answers.
TEST(SimTraffic, OfOneHostGrowsWithTheirNumberOnly) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        const int count = some_hosts(network);
        boot(network, count, false);
        network.run(2min);
        std::size_t most = 0;
        for (const auto& host : network.hosts)
            most = std::max(most, network.watch.traffic(host->index).packets);
        EXPECT_LE(most, static_cast<std::size_t>(24 + 3 * count));
        expect_allowed(network);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
