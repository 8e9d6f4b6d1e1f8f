// tests/sim/links_test.cpp: cables that are pulled and put back, and networks that part and meet
// again without the hosts noticing.
#include "mdns/constants.hpp"
#include "tests/sim/properties.hpp"

namespace sim {
namespace {

TEST(SimLinks, TwoOfOneHostOnOneSegmentKeepTheirName) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        network.weather.loss_percent = 0;
        Host& us = network.add();
        us.plug(2, 0);
        us.plug(3, network.below(2));
        us.want_name("alpha");
        us.publish("Website", "_http._tcp", 80);
        Host& peer = network.add();
        peer.plug(2, 0);
        peer.want_name("beta");
        peer.browse("_http._tcp");
        network.run(network.between(0s, 3s));
        us.unplug(3);
        network.run(network.between(0s, 3s));
        us.plug(3, 0);  // bridged
        network.run(60s);
        EXPECT_EQ(us.host_name.label(), "alpha");
        EXPECT_EQ(us.renames(), 0);
        EXPECT_THAT(us.published_names(), testing::ElementsAre("Website._http._tcp"));
        expect_all_found(network);
        peer.stop_asking();
        network.run(60s);
        const Duration quiet = network.since_start();
        network.run(30min);
        EXPECT_EQ(network.packets_since(quiet), 0);  // RFC6762-§14-07
        expect_allowed(network);
        report(network, seed);
    });
}

TEST(SimLinks, MayFlap) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, some_hosts(network), seed % 2 == 0);
        for (int flap = network.below(20); flap >= 0; --flap) {
            Host& host = network.host(network.below(static_cast<int>(network.hosts.size())));
            if (host.links.empty()) {
                host.plug(2, 0, seed % 2 == 0);
            } else {
                host.unplug(2);
            }
            network.run(network.between(0ms, network.below(2) ? 100ms : 3s));
        }
        for (const auto& host : network.hosts) {
            if (host->links.empty()) host->plug(2, 0, seed % 2 == 0);
        }
        network.run(150s);
        expect_unique_names(network);
        expect_all_found_in_time(network);
        expect_silence(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// Of those that had a name, one still has it, and only one.
void expect_one_owner_each(const Network& network, const std::set<std::string>& names) {
    std::map<std::string, int> owners;
    for (const auto& host : network.hosts) ++owners[host->host_name.label()];
    for (const auto& name : names) {
        EXPECT_EQ(owners[name], 1) << name;
    }
}

/// Hosts of both halves took the same names, each rightly. Joined, nobody notices until somebody
/// asks, and the first answer settles it.
TEST(SimLinks, R6762_9_03_ThatMeetSettleWhoKeepsWhichName) {  // RFC6762-§9-04
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        const bool both = seed % 2 == 0;
        const int count = some_hosts(network);
        for (int at = 0; at < count; ++at) {
            Host& host = network.add();
            host.plug(2, at % 2, both);
            host.want_name("alpha");
            host.publish("Website", "_http._tcp", static_cast<std::uint16_t>(8000 + at));
            network.run(network.between(0ms, 1s));
        }
        network.run(1min);
        std::set<std::string> names;
        for (const auto& host : network.hosts) names.insert(host->host_name.label());
        EXPECT_EQ(names.size(), (network.hosts.size() + 1) / 2);

        network.join(0, 1);
        const Duration met = network.since_start();
        network.run(network.between(0s, 1min));
        EXPECT_EQ(network.packets_since(met), 0);
        Host& asker = network.add();
        asker.plug(2, 0, both);
        for (const auto& name : names) asker.ask(name + ".local", mdns::wire::type::a);
        asker.browse("_http._tcp");
        for (const auto& host : network.hosts) {
            for (const auto& service : host->published_names())
                asker.ask(service + ".local", mdns::wire::type::srv);
        }
        network.run(30s);
        expect_one_owner_each(network, names);
        network.run(150s);
        expect_unique_names(network);
        expect_all_found_in_time(network);
        expect_silence(network);
        expect_allowed(network);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
