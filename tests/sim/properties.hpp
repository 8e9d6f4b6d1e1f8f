// tests/sim/properties.hpp: runs a property over many seeds, and what most properties share.
#pragma once

#include <gmock/gmock.h>

#include "tests/sim/network.hpp"

namespace sim {

/// A hundred seeds; a thousand with AVAHID_LONG=1; AVAHID_SEED=7: that one alone.
class Seeds {
public:
    Seeds();
    std::uint64_t first = 1;
    std::uint64_t last = 100;
    bool alone = false;
};

/// On failure says how to run that seed again, with what was sent and done. Alone: all of it.
void report(const Network& network, std::uint64_t seed);

template <class Run>
void for_each_seed(Run&& run) {
    const Seeds seeds;
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        run(seed);
        if (testing::Test::HasFailure()) return;
    }
}

bool clear_weather(std::uint64_t seed);  // nothing is lost
Weather weather_of(std::uint64_t seed);

/// 2-12 hosts, small networks more often than large ones.
int some_hosts(Network& network);
/// All want to be called alpha, to publish a Website, and browse for such; they come one by one
/// within five seconds.
void boot(Network& network, int count, bool both = true);

std::set<std::string> all_services(const Network& network);
/// On all living hosts: host names and service names are established, and no two are the same.
void expect_unique_names(const Network& network);
/// Each browsing host lists on each link what living hosts publish there, and nothing else.
void expect_all_found(const Network& network);
/// Where packets are lost, one that lives may be thought dead (§10.5) until somebody asks again,
/// which is within the hour.
void expect_all_found_in_time(Network& network);
/// No host did what RFC 6762 forbids.
void expect_allowed(const Network& network);
/// Not one packet for half an hour, once nobody browses any more.
void expect_silence(Network& network);

}  // namespace sim
