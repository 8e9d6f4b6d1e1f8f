// Properties of N hosts that want the same names, over many seeds. A failing seed prints its
// packets.
#include <gmock/gmock.h>

#include <cstdlib>

#include "mdns/constants.hpp"
#include "tests/sim/network.hpp"
#include "tests/support/dns.hpp"

namespace sim {
namespace {

using testing::IsEmpty;

std::uint64_t seeds() { return std::getenv("AVAHID_LONG") ? 500 : 50; }

/// AVAHID_SEED=7 runs that one alone.
template <class Run>
void for_each_seed(Run&& run) {
    const char* const one = std::getenv("AVAHID_SEED");
    const std::uint64_t first = one ? std::strtoull(one, nullptr, 10) : 1;
    const std::uint64_t last = one ? first : seeds();
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        SCOPED_TRACE("AVAHID_SEED=" + std::to_string(seed));
        run(seed);
        if (testing::Test::HasFailure()) return;
    }
}

Weather weather_of(std::uint64_t seed) {
    switch (seed % 3) {
        case 0:
            return {};
        case 1:
            return {3, 5, 200us, 20ms};
        default:
            return {5, 20, 200us, 80ms};
    }
}

// ---- what must hold ----

/// RFC 6762 §6: a record is multicast once a second at most; against a probe every 250 ms.
std::vector<std::string> too_often(const Network& network) {
    std::vector<std::string> found;
    std::map<std::string, Instant> last;    // by host, link and record
    std::map<std::string, Instant> probed;  // by segment, family and name
    for (const Packet& packet : network.packets) {
        if (packet.to) continue;
        mdns::wire::Message message;
        if (message.decode(packet.bytes) != mdns::wire::Errc::ok) continue;
        const std::string family = packet.link.family == Family::ipv4 ? "v4 " : "v6 ";
        const std::string where = std::to_string(packet.segment) + family;
        if (!message.header().response) {
            for (const auto& record : message.authorities()) {
                probed[where + record.name.to_text()] = packet.at;
            }
            continue;
        }
        const std::string who = std::to_string(packet.host) + " if" +
                                std::to_string(packet.link.ifindex) + family + "#" +
                                std::to_string(packet.times_up) + " ";
        for (const auto& view : message.records()) {
            const auto record = view.to_record();
            const std::string text = record.name.to_text() + " " +
                                     mdns::wire::type_name(record.type) + " " +
                                     mdns::wire::rdata_to_text(record.type, record.rdata);
            const auto before = last.find(who + text);
            if (record.ttl == 0) {  // withdrawn: what comes after is another publication
                if (before != last.end()) last.erase(before);
                continue;
            }
            if (record.type != mdns::wire::type::nsec && before != last.end()) {
                const auto probe = probed.find(where + record.name.to_text());
                const bool defence =
                    probe != probed.end() &&
                    packet.at - probe->second <= network.weather.delay_max + mdns::defence_interval;
                const Duration least = defence ? Duration(mdns::defence_interval) : Duration(1s);
                if (packet.at - before->second < least) {
                    const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(
                        packet.at - before->second);
                    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(
                        packet.at - network.start());
                    found.push_back(std::to_string(at.count()) + " ms: host" + who + text +
                                    " again after " + std::to_string(gap.count()) + " ms");
                }
            }
            last[who + text] = packet.at;
        }
    }
    return found;
}

void expect_unique_names(const Network& network) {
    std::set<std::string> labels;
    std::set<std::string> services;
    std::size_t published = 0;
    for (const auto& host : network.hosts) {
        EXPECT_EQ(host->host_name.state(), avahid::host::State::established) << host->index;
        EXPECT_TRUE(labels.insert(host->host_name.label()).second) << host->host_name.label();
        published += host->published().size();
        services.merge(host->published());
    }
    EXPECT_EQ(services.size(), published);
}

std::set<std::string> all_services(const Network& network) {
    std::set<std::string> all;
    for (const auto& host : network.hosts) all.merge(host->published());
    return all;
}

void expect_all_found(const Network& network) {
    const auto all = all_services(network);
    for (const auto& host : network.hosts) {
        if (!host->browsing()) continue;
        for (const auto& [link, segment] : host->links) {
            EXPECT_EQ(host->found(link), all) << "host" << host->index << " if" << link.ifindex;
        }
    }
}

void expect_sane(const Network& network) {
    EXPECT_THAT(network.troubles, IsEmpty());
    EXPECT_THAT(too_often(network), IsEmpty());
}

void print_if_failed(const Network& network, Duration since = {}) {
    if (testing::Test::HasFailure()) std::printf("%s\n", network.trace(since).c_str());
}

/// All want the same names; they come one by one within five seconds.
void boot(Network& network, int count, bool both = true) {
    for (int at = 0; at < count; ++at) network.add();
    for (const auto& host : network.hosts) {
        network.run(network.between(0ms, network.below(2) ? 1500ms : 100ms));
        host->plug(2, 0, both);
        host->host_name.set_wanted(network.now(), "alpha");
        host->browse("_http._tcp");
        host->publish("Website", "_http._tcp", static_cast<std::uint16_t>(8000 + host->index));
    }
}

TEST(Sim, NamesBecomeUniqueAndEverybodyKnowsEveryService) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, 2 + network.below(7), seed % 2 == 0);
        network.run(90s);
        expect_unique_names(network);
        EXPECT_EQ(all_services(network).size(), network.hosts.size());
        expect_all_found(network);
        expect_sane(network);
        print_if_failed(network);
    });
}

TEST(Sim, TheLinkFallsSilent) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, 2 + network.below(3), false);
        network.run(120s);
        network.hosts[0]->unplug(2);
        network.run(network.between(10ms, 3s));
        network.hosts[0]->plug(2, 0, false);
        network.run(120s);
        const bool asking = seed % 2 == 0;
        if (!asking) {
            for (const auto& host : network.hosts) host->stop_browsing();
        }
        network.run(30min);
        const Duration quiet = network.since_start();
        network.run(30min);
        // §5.2: with a browse running each host asks once in its series and once for a refresh in
        // this time, and both may be answered by each.
        EXPECT_LE(network.packets_since(quiet),
                  asking ? network.hosts.size() * 2 * (1 + network.hosts.size()) : 0);
        expect_unique_names(network);
        if (asking) expect_all_found(network);
        expect_sane(network);
        print_if_failed(network);
    });
}

TEST(Sim, AGoodbyeIsHeardWithinTwoSeconds) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, {0, 20, 200us, 50ms});
        boot(network, 2 + network.below(4));
        auto& leaving = *network.hosts[0];
        const auto extra = leaving.publish("Leaving", "_http._tcp", 99);
        network.run(30s + network.between(0s, 3s));
        expect_all_found(network);
        leaving.cancel(extra);
        network.run(2s);
        expect_all_found(network);
        network.run(120s);
        expect_all_found(network);
        expect_sane(network);
        print_if_failed(network);
    });
}

TEST(Sim, TwoLinksOfOneHostOnOneSegmentKeepTheirName) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        network.weather.loss_percent = 0;
        Host& us = network.add();
        us.plug(2, 0);
        us.plug(3, network.below(2));
        us.host_name.set_wanted(network.now(), "alpha");
        us.publish("Website", "_http._tcp", 80);
        Host& peer = network.add();
        peer.plug(2, 0);
        peer.host_name.set_wanted(network.now(), "beta");
        peer.browse("_http._tcp");
        network.run(network.between(0s, 3s));
        us.unplug(3);
        network.run(network.between(0s, 3s));
        us.plug(3, 0);  // bridged
        network.run(60s);
        EXPECT_EQ(us.host_name.label(), "alpha");
        EXPECT_EQ(us.renames(), 0);
        EXPECT_THAT(us.published(), testing::ElementsAre("Website._http._tcp"));
        expect_all_found(network);
        peer.stop_browsing();
        network.run(60s);
        const Duration quiet = network.since_start();
        network.run(30min);
        EXPECT_EQ(network.packets_since(quiet), 0);
        expect_sane(network);
        print_if_failed(network);
    });
}

/// A port for each host: what one says is never what another said ten seconds ago ("Own packets").
/// Whatever programs do, the engine comes to rest, and the rest of the network agrees with it.
TEST(Sim, ChurnSettles) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        boot(network, 3, seed % 2 == 0);
        std::vector<std::vector<dnssd::Handle>> held(3);
        for (int step = 0; step < 120; ++step) {
            const int who = network.below(3);
            Host& host = *network.hosts[static_cast<std::size_t>(who)];
            auto& handles = held[static_cast<std::size_t>(who)];
            switch (network.below(8)) {
                case 0:
                case 1:
                    handles.push_back(
                        host.publish(network.below(2) ? "Printer" : "Website",
                                     network.below(2) ? "_http._tcp" : "_ipp._tcp",
                                     static_cast<std::uint16_t>(7 + who),
                                     {network.below(2) ? std::optional(2) : std::nullopt, {}}));
                    break;
                case 2:
                    if (handles.empty()) break;
                    host.cancel(handles.back());
                    handles.pop_back();
                    break;
                case 3:
                    if (handles.empty()) break;
                    host.catalogue.update_txt(network.now(), handles[0],
                                              {"a=" + std::to_string(network.below(3))});
                    host.pump();
                    network.run(1s);  // §8.4: no more often
                    break;
                case 4:
                    host.unplug(2);
                    break;
                case 5:
                    host.plug(2, 0, seed % 2 == 0);
                    break;
                case 6:
                    host.host_name.set_wanted(network.now(), network.below(2) ? "alpha" : "gamma");
                    break;
                case 7:
                    host.engine.flush_cache(network.now());
                    break;
            }
            host.pump();  // what the calls above made leaves now, not with the next deadline
            network.run(network.between(0ms, network.below(3) ? 300ms : 3s));
        }
        for (const auto& host : network.hosts) {
            if (host->links.empty()) host->plug(2, 0, seed % 2 == 0);
        }
        network.run(150s);
        expect_unique_names(network);
        expect_sane(network);
        for (const auto& host : network.hosts) host->stop_browsing();
        network.run(600s);
        const Duration quiet = network.since_start();
        network.run(30min);
        EXPECT_EQ(network.packets_since(quiet), 0);
        print_if_failed(network);
    });
}

}  // namespace
}  // namespace sim
