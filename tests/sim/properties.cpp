#include "tests/sim/properties.hpp"

#include <cstdlib>

namespace sim {

using testing::IsEmpty;

Seeds::Seeds() {
    if (std::getenv("AVAHID_LONG")) last = 1000;
    if (const char* const one = std::getenv("AVAHID_SEED")) {
        first = last = std::strtoull(one, nullptr, 10);
        alone = true;
    }
}

void report(const Network& network, std::uint64_t seed) {
    if (!testing::Test::HasFailure()) return;
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    std::printf("%s\nTo replay this run, with all its packets:\n",  // the last ones tell most
                network.trace(Seeds().alone ? network.packets.size() : 100).c_str());
    std::printf("    AVAHID_SEED=%llu test_mdns_sim --gtest_filter=%s.%s\n\n",
                static_cast<unsigned long long>(seed), test->test_suite_name(), test->name());
}

// ---- how runs begin ----

bool clear_weather(std::uint64_t seed) { return seed % 4 == 0; }

Weather weather_of(std::uint64_t seed) {
    switch (seed % 4) {
        case 0:
            return {};
        case 1:
            return {3, 5, 200us, 20ms, 0us};
        case 2:
            return {5, 20, 200us, 80ms, 1ms};
        default:
            return {10, 10, 1ms, 40ms, 5ms};
    }
}

int some_hosts(Network& network) { return 2 + std::min(network.below(11), network.below(11)); }

void boot(Network& network, int count, bool both) {
    for (int at = 0; at < count; ++at) network.add();
    for (const auto& host : network.hosts) {
        network.run(network.between(0ms, network.below(2) ? 700ms : 100ms));
        host->plug(2, 0, both);
        host->want_name("alpha");
        host->browse("_http._tcp");
        host->publish("Website", "_http._tcp", static_cast<std::uint16_t>(8000 + host->index));
    }
}

// ---- what must hold ----

std::set<std::string> all_services(const Network& network) {
    std::set<std::string> all;
    for (const auto& host : network.hosts) {
        if (host->alive()) all.merge(host->published_names());
    }
    return all;
}

void expect_unique_names(const Network& network) {
    std::set<std::string> labels;
    std::set<std::string> services;
    std::size_t published = 0;
    for (const auto& host : network.hosts) {
        if (!host->alive() || host->host_name.wanted().empty()) continue;
        EXPECT_EQ(host->host_name.state(), avahid::host::State::established) << host->index;
        EXPECT_TRUE(labels.insert(host->host_name.label()).second) << host->host_name.label();
        published += host->published().size();
        services.merge(host->published_names());
    }
    EXPECT_EQ(services.size(), published);
}

namespace {

template <class Visit>
void for_each_browsed_link(const Network& network, Visit&& visit) {
    for (const auto& host : network.hosts) {
        if (!host->browsing()) continue;
        for (const auto& [link, segment] : host->links) visit(*host, link);
    }
}

/// What each browse does not list, and of that only what it did not list before either.
std::set<std::string> missing(const Network& network, const std::set<std::string>* before) {
    std::set<std::string> missing;
    const auto all = all_services(network);
    for_each_browsed_link(network, [&](const Host& host, LinkId link) {
        const std::string where = "host" + std::to_string(host.index) +
                                  (link.family == Family::ipv4 ? " v4 " : " v6 ") + "if" +
                                  std::to_string(link.ifindex) + " lacks ";
        for (const auto& name : all) {
            const bool lacked = !before || before->contains(where + name);
            if (lacked && !host.found(link).contains(name)) missing.insert(where + name);
        }
    });
    return missing;
}

}  // namespace

void expect_all_found(const Network& network) {
    const auto all = all_services(network);
    for_each_browsed_link(network, [&](const Host& host, LinkId link) {
        EXPECT_EQ(host.found_names(link), all) << "host" << host.index << " if" << link.ifindex;
    });
}

void expect_all_found_in_time(Network& network) {
    if (network.weather.loss_percent == 0) return expect_all_found(network);
    auto lacking = missing(network, nullptr);
    for (int minute = 0; minute < 65 && !lacking.empty(); ++minute) {
        network.run(1min);
        lacking = missing(network, &lacking);
    }
    EXPECT_THAT(lacking, IsEmpty());
    const auto all = all_services(network);
    for_each_browsed_link(network, [&](const Host& host, LinkId link) {
        EXPECT_THAT(all, testing::IsSupersetOf(host.found_names(link))) << "host" << host.index;
    });
}

void expect_allowed(const Network& network) { EXPECT_THAT(network.watch.troubles, IsEmpty()); }

void expect_silence(Network& network) {
    for (const auto& host : network.hosts) host->stop_asking();
    network.run(10min);
    const Duration quiet = network.since_start();
    network.run(30min);
    EXPECT_EQ(network.packets_since(quiet), 0);
}

}  // namespace sim
