// tests/sim/echoes_test.cpp: we hear ourselves again, through a second interface, a reflector or
// late copies, under our own address or another; and meanwhile what we say changes. That is never a
// rival (PRODUCT "Own packets"). A true one is, all the same.
#include "mdns/constants.hpp"
#include "tests/sim/properties.hpp"
#include "tests/support/dns.hpp"

namespace sim {
namespace {

/// A host with two interfaces and two services; another one with other names.
struct Home {
    explicit Home(Network& network, int second_segment) : us(network.add()), peer(network.add()) {
        us.plug(2, 0);
        us.plug(3, second_segment);
        us.want_name("alpha");
        website = us.publish("Website", "_http._tcp", 80);
        printer = us.publish("Printer", "_ipp._tcp", 631, {3, {}});
        peer.plug(2, 0);
        peer.want_name("beta");
        peer.publish("Other", "_http._tcp", 80);
        peer.browse("_http._tcp");
    }
    Host& us;
    Host& peer;
    dnssd::Handle website{};
    dnssd::Handle printer{};
};

std::vector<Address> some_addresses(Network& network, const Host& host, int ifindex) {
    std::vector<Address> addresses;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        addresses.push_back(host.address(ifindex, family));
        for (int which = 1; which < 5; ++which) {
            if (network.below(3) == 0) addresses.push_back(host.address(ifindex, family, which));
        }
    }
    return addresses;
}

/// Fifty changes of addresses and a hundred of TXT records, a few of them at a time.
void change_much(Network& network, Home& home) {
    int addresses = 0;
    int texts = 0;
    while (addresses < 50 || texts < 100) {
        if (addresses < 50 && network.below(3) == 0) {
            ++addresses;
            const int ifindex = 2 + network.below(2);
            home.us.set_addresses(ifindex, some_addresses(network, home.us, ifindex));
        } else if (texts < 100) {
            ++texts;
            home.us.update_txt(network.below(2) ? home.website : home.printer,
                               {"state=" + std::to_string(network.below(4))});
        }
        network.run(network.between(0ms, network.below(2) ? 50ms : 3s));
    }
}

void expect_old_names(const Home& home) {
    EXPECT_EQ(home.us.host_name.label(), "alpha");
    EXPECT_EQ(home.us.renames(), 0);
    EXPECT_EQ(home.us.service_renames(), 0);
    EXPECT_EQ(home.us.published_names(),
              (std::set<std::string>{"Website._http._tcp", "Printer._ipp._tcp"}));
    EXPECT_EQ(home.peer.host_name.label(), "beta");
    EXPECT_EQ(home.peer.service_renames(), 0);
}

/// Two of our links heard on each other do not announce for ever (RFC6762-§14-07). Where an echo
/// takes many seconds some of them may be answered, after pauses that double.
void expect_rest(Network& network, Home& home) {
    const bool slow = network.reach() > 5s;
    home.peer.stop_asking();
    const Duration quiet = network.since_start();
    network.run(5min);
    EXPECT_LE(network.packets_since(quiet), slow ? 60 : 0);
}

/// Segments 0 and 1; seed by seed one or two interfaces on the first, and reflectors to and fro.
void furnish(Network& network, std::uint64_t seed) {
    network.weather.loss_percent = 0;
    network.weather.double_percent = 20;
    const Duration delay = seed % 3 == 0 ? 9900ms : seed % 3 == 1 ? 1500ms : 10ms;
    if (seed % 5 != 0) network.reflectors.push_back({0, 0, delay});
    if (seed % 5 != 1) network.reflectors.push_back({0, 1, delay});
    if (seed % 5 != 2) network.reflectors.push_back({1, 0, delay});
    if (seed % 5 == 3) network.reflectors.push_back({1, 1, delay});
}

TEST(SimEchoes, R6762_9_11_OfOurOwnPacketsChangeNoName) {  // RFC6762-§9-02
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        furnish(network, seed);
        Home home(network, static_cast<int>(seed / 2 % 2));
        network.run(network.between(0s, 5s));
        change_much(network, home);
        network.run(10min);
        expect_old_names(home);
        expect_rest(network, home);
        EXPECT_EQ(home.us.engine.counters().conflicts, 0);
        EXPECT_EQ(home.peer.engine.counters().conflicts, 0);
        expect_allowed(network);
        report(network, seed);
    });
}

/// The cable is pulled and put back, or bridged to where the other one is, while echoes are
/// underway.
TEST(SimEchoes, ChangeNoNameWhenLinksComeAndGo) {  // RFC6762-§8.2-08
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        furnish(network, seed);
        Home home(network, 1);
        for (int flap = 0; flap < 20; ++flap) {
            network.run(network.between(0ms, network.below(2) ? 1s : 5s));
            const int ifindex = 2 + network.below(2);
            if (home.us.links.contains({ifindex, Family::ipv4})) {
                home.us.unplug(ifindex);
            } else {
                home.us.plug(ifindex, network.below(2));
            }
        }
        network.run(2min);
        expect_old_names(home);
        expect_allowed(network);
        report(network, seed);
    });
}

/// One who came first and answers for it keeps the name, whatever echoes there are (§8.1); one who
/// comes later leaves ours alone, and takes another.
TEST(SimEchoes, DoNotHideATrueRival) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        furnish(network, seed);
        const bool first = seed % 2 == 0;
        Host& rival = network.add();
        const auto come = [&] {
            rival.plug(2, 0);
            rival.want_name("alpha");
        };
        if (first) come();
        if (first) network.run(20s);
        Home home(network, 1);
        network.run(20s);
        if (!first) come();
        network.run(30s);
        EXPECT_EQ(rival.host_name.label(), first ? "alpha" : "alpha-2");
        EXPECT_EQ(home.us.host_name.label(), first ? "alpha-2" : "alpha");
        expect_unique_names(network);
        expect_allowed(network);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
