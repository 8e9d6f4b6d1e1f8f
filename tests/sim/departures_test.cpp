// tests/sim/departures_test.cpp: what goes, with a word or without, and how soon all know.
#include "mdns/constants.hpp"
#include "tests/sim/properties.hpp"
#include "tests/support/dns.hpp"

namespace sim {
namespace {

TEST(SimDepartures, R6762_10_1_01_AGoodbyeIsHeardWithinTwoSeconds) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, {0, 20, 200us, 50ms, 1ms});
        boot(network, some_hosts(network));
        auto& leaving = *network.hosts[0];
        const auto extra = leaving.publish("Leaving", "_http._tcp", 99);
        network.run(30s + network.between(0s, 3s));
        expect_all_found(network);
        leaving.cancel(extra);
        network.run(2s);
        expect_all_found(network);
        network.run(120s);
        expect_all_found(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// When a packet with a record of that name and type left its owner last, and when those left who
/// asked for it since.
struct Last {
    Instant said{};
    std::vector<Instant> asked;
};

Last last_of(const Network& network, int owner, int asker, const std::string& name,
             std::uint16_t type) {
    Last last;
    for (const Packet& packet : network.packets) {
        mdns::wire::Message message;
        message.decode(*packet.bytes);
        if (message.header().response && packet.host == owner) {
            for (const auto& record : message.records()) {
                if (record.type != type || record.name.to_name().to_text() != name) continue;
                last = {packet.at, {}};
            }
        }
        if (!message.header().response && packet.host == asker) {
            for (const auto& question : message.questions()) {
                if (question.type != type || question.name.to_name().to_text() != name) continue;
                last.asked.push_back(packet.at);
            }
        }
    }
    return last;
}

/// A host vanishes. Whoever asked for its address asks again at 80, 85, 90 and 95 % of its life,
/// knows it until the end of that, and not a moment longer.
TEST(SimDepartures, R6762_5_2_09_ACrashIsNoticedWhenTheTtlEnds) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, {});
        boot(network, some_hosts(network), false);
        network.run(30s);
        Host& dying = network.host(network.below(static_cast<int>(network.hosts.size())));
        const std::string name = dying.host_name.name().to_text();
        Host& asker = network.add();
        asker.plug(2, 0, false);
        const auto asked = asker.ask(name, mdns::wire::type::a);
        network.run(network.between(5s, 200s));
        const LinkId link{2, Family::ipv4};
        EXPECT_EQ(asker.known(asked, link).size(), 1);
        dying.crash();
        const Instant crashed = network.now();
        network.run(1s);
        const auto last = last_of(network, dying.index, asker.index, name, mdns::wire::type::a);
        const Duration life = std::chrono::seconds(mdns::host_ttl);
        EXPECT_LE(last.said, crashed);
        network.run(last.said + life - network.now());
        EXPECT_EQ(asker.known(asked, link).size(), 1);  // RFC6762-§5.2-12
        network.run(2 * network.weather.delay_max);
        EXPECT_EQ(asker.known(asked, link).size(), 0);

        const auto refreshes =
            last_of(network, dying.index, asker.index, name, mdns::wire::type::a).asked;
        for (const int percent : mdns::refresh_percents) {
            const auto in_window = [&](Instant at) {
                const Duration age = at - last.said;
                return age >= life * percent / 100 &&
                       age <= life * (percent + 2) / 100 + network.weather.delay_max;
            };
            EXPECT_EQ(std::ranges::count_if(refreshes, in_window), 1) << percent << " %";
        }
        expect_allowed(network);
        report(network, seed);
    });
}

/// Its services go with their own life, 75 minutes, also where packets get lost.
TEST(SimDepartures, ServicesOfACrashedHostAreGoneInTheEnd) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, some_hosts(network), false);
        network.run(3min);
        Host& dying = network.host(network.below(static_cast<int>(network.hosts.size())));
        dying.crash();
        network.run(std::chrono::seconds(mdns::other_ttl));
        expect_all_found_in_time(network);
        expect_unique_names(network);
        expect_allowed(network);
        report(network, seed);
    });
}

/// Nothing is lost. A client found one host's service dead: within ten seconds, and two questions,
/// nobody who asks lists it; and one that is alive stays.
TEST(SimDepartures, R6762_10_4_03_WhatIsInDoubtIsGoneInTenSecondsOrStays) {  // RFC6762-§10.4-02
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, {0, 20, 200us, 50ms, 1ms});
        const int count = some_hosts(network);
        boot(network, count, false);
        network.run(2min);
        Host& dying = *network.hosts[0];
        Host& doubting = *network.hosts[1];
        const auto gone = *dying.published_names().begin();
        const bool dies = seed % 2 == 0;
        if (dies) dying.crash();
        const std::string type = "_http._tcp.local";
        const Instant doubted = network.now();
        const auto target =
            mdns::wire::Name::from_text(type)->prepend(gone.substr(0, gone.find("._http")));
        doubting.reconfirm({test::name(type), mdns::wire::type::ptr, mdns::wire::class_in, 4500,
                            mdns::wire::make_name(*target)});
        network.run(10s + network.weather.late_max);
        EXPECT_EQ(doubting.found_names({2, Family::ipv4}).contains(gone), !dies);
        const auto asked = last_of(network, -1, doubting.index, type, mdns::wire::type::ptr).asked;
        const auto queries =
            std::ranges::count_if(asked, [&](Instant at) { return at >= doubted; });
        EXPECT_GE(queries, dies ? 2 : 1);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
