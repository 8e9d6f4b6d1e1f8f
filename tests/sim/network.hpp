// tests/sim/network.hpp: whole hosts (engine, catalogue, host name) on virtual links that lose,
// double, delay and reorder packets, all from one seed; and a clock that jumps from event to event.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "avahid/host/host_name.hpp"
#include "dnssd/catalogue.hpp"

namespace sim {

using namespace std::chrono_literals;
using mdns::engine::Address;
using mdns::engine::Duration;
using mdns::engine::Family;
using mdns::engine::Instant;
using mdns::engine::LinkId;
using Octets = std::vector<std::uint8_t>;

/// What a link does to each copy of a packet.
struct Weather {
    int loss_percent = 0;
    int double_percent = 0;
    Duration delay_min = 100us;
    Duration delay_max = 2ms;  // much above delay_min: packets overtake each other
};

struct Packet {
    Instant at;
    int host = 0;
    LinkId link;
    int times_up = 0;  // of this link: what is new has said nothing yet
    int segment = 0;
    std::optional<mdns::engine::Endpoint> to;
    Octets bytes;
};

class Network;

class Host {
public:
    Host(Network& network, int index, std::uint64_t seed);

    /// One interface with both families, or IPv4 alone.
    void plug(int ifindex, int segment, bool both = true);
    void unplug(int ifindex);
    Address address(int ifindex, Family family) const;

    dnssd::Handle publish(const std::string& instance, const std::string& type, std::uint16_t port,
                          mdns::engine::Scope scope = {});
    void cancel(dnssd::Handle handle);
    void browse(const std::string& type);
    void stop_browsing();

    /// Of services of ours: the names that are established.
    std::set<std::string> published() const;
    /// What a browse on this host lists, on this link.
    std::set<std::string> found(LinkId link) const;
    bool browsing() const { return !browses_.empty(); }
    /// After a call to a part directly: carries its outputs on.
    void pump();
    int renames() const { return renames_; }

    const int index;
    mdns::engine::Engine engine;
    dnssd::Catalogue catalogue;
    avahid::host::HostName host_name;
    std::map<LinkId, int> links;  // to their segments

private:
    friend class Network;
    void take(const mdns::engine::Output& output);
    void take(const dnssd::Event& event);
    std::optional<Instant> deadline() const;

    Network& network_;
    int renames_ = 0;
    int times_up_ = 0;
    std::vector<dnssd::Handle> browses_;
    std::map<dnssd::Handle, std::string> services_;  // empty: not established
    std::map<LinkId, std::set<std::string>> found_;
};

class Network {
public:
    Network(std::uint64_t seed, const Weather& sky) : weather(sky), random_(seed) {}

    Host& add();
    void run(Duration time);
    Instant now() const { return now_; }
    Duration since_start() const { return now_ - start_; }
    Duration between(Duration low, Duration high);
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

    /// The packets that left since then, one line each and one for each thing in them.
    std::string trace(Duration since = {}, std::size_t limit = 2000) const;
    std::size_t packets_since(Duration since) const;
    Instant start() const { return start_; }

    Weather weather;
    std::vector<std::unique_ptr<Host>> hosts;
    std::vector<Packet> packets;
    std::vector<std::string>
        troubles;  // broken rules of the engine itself, such as a deadline that stays

private:
    friend class Host;
    void send(int host, const mdns::engine::SendDatagram& datagram);
    void deliver_copy(const Packet& packet, Host& to, LinkId link);

    struct Arrival {
        int host;
        LinkId link;
        mdns::engine::Source source;
        Octets bytes;
    };
    const Instant start_ = Instant{} + 1000h;
    Instant now_ = start_;
    std::mt19937_64 random_;
    std::multimap<Instant, Arrival> arrivals_;
};

}  // namespace sim
