// tests/sim/names_test.cpp: hosts that want the same names, and those who ask for them.
#include "mdns/constants.hpp"
#include "tests/sim/properties.hpp"

namespace sim {
namespace {

TEST(SimNames, BecomeUniqueAndEverybodyKnowsEveryService) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, some_hosts(network), seed / 4 % 2 == 0);
        network.run(150s);
        expect_unique_names(network);
        EXPECT_EQ(all_services(network).size(), network.hosts.size());
        expect_all_found_in_time(network);
        expect_allowed(network);
        report(network, seed);
    });
}

void expect_found_in_time(const Network& network, const Host& asker, const Host& owner) {
    for (const auto& [name, published] : owner.published()) {
        const auto& all = asker.found({2, Family::ipv4});
        const auto found = all.find(name);
        ASSERT_TRUE(found != all.end()) << asker.index << " lacks " << name;
        const Instant answered = asker.browsing_since() + mdns::query_delay_max +
                                 mdns::record_interval + mdns::response_delay_max;
        const Instant latest = std::max(published, answered);
        EXPECT_LE((found->second - latest) / 1us, 2 * network.weather.delay_max / 1us)
            << "host" << asker.index << " and " << name << " of host" << owner.index;
    }
}

/// Nothing is lost: whoever browses knows each service as soon as it is announced on all links; or,
/// having come later, when the answer to its own question may be multicast again (§6: after a
/// second at most).
TEST(SimNames, AreKnownToEverybodyInTheTimeTheRfcGives) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed & ~std::uint64_t{3}));
        const int count = some_hosts(network);
        boot(network, count, seed % 2 == 0);
        network.run(60s);
        network.add();
        network.hosts.back()->plug(2, 0, seed % 2 == 0);
        network.hosts.back()->browse("_http._tcp");
        network.run(1min);
        for (const auto& asker : network.hosts) {
            for (const auto& owner : network.hosts) expect_found_in_time(network, *asker, *owner);
        }
        report(network, seed);
    });
}

/// All come within a moment, so that their probes meet: the name is the one's whose data are the
/// latest in order, here of the highest address.
TEST(SimNames, R6762_8_2_03_TheLatestDataWinWhenProbesMeet) {  // RFC6762-§8.2-04
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, {});
        const int count = some_hosts(network);
        for (int at = 0; at < count; ++at) network.add();
        std::vector<int> order(static_cast<std::size_t>(count));
        for (int at = 0; at < count; ++at) order[static_cast<std::size_t>(at)] = at;
        for (int at = count - 1; at > 0; --at) {
            std::swap(order[static_cast<std::size_t>(at)],
                      order[static_cast<std::size_t>(network.below(at + 1))]);
        }
        for (const int at : order) {
            network.host(at).plug(2, 0, seed % 2 == 0);
            network.host(at).want_name("alpha");
            network.run(network.between(0ms, 200ms / count));
        }
        network.run(30s);
        EXPECT_EQ(network.hosts.back()->host_name.label(), "alpha");
        EXPECT_EQ(network.hosts.back()->renames(), 0);
        expect_unique_names(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// Whoever asks for a name that changes hands knows its owner's address in the end, and no other.
TEST(SimNames, HaveOneAddressWhoeverAsks) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        const int count = some_hosts(network);
        boot(network, count, false);
        Host& asker = network.add();
        asker.plug(2, 0, false);
        const auto asked = asker.ask("alpha.local", mdns::wire::type::a);
        network.run(network.between(1s, 20s));
        for (const auto& host : network.hosts) {
            if (host->host_name.label() == "alpha") host->want_name("beta");
        }
        network.run(network.between(0s, 5s));
        Host& heir = network.host(network.below(count));
        heir.want_name("alpha");
        network.run(5min);
        std::set<std::string> owner;
        for (const auto& host : network.hosts) {
            if (host->host_name.label() != "alpha") continue;
            owner.insert(host->address(2, Family::ipv4).to_string());
        }
        EXPECT_EQ(owner.size(), 1);
        EXPECT_EQ(asker.known(asked, {2, Family::ipv4}), owner);
        expect_allowed(network);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
