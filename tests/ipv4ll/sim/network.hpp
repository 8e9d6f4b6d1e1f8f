// tests/ipv4ll/sim/network.hpp: thousands of engines on one broadcast link that loses and delays
// frames, and a clock that jumps from event to event. Same seed, same run.
// A frame reaches only engines to which it can mean anything: those that probe for or hold one of
// its addresses. The rest is counted.
#pragma once

#include <deque>
#include <map>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ipv4ll/engine/engine.hpp"
#include "tests/ipv4ll/sim/duplicates.hpp"

namespace ipv4ll::sim {

using namespace std::chrono_literals;
using engine::Duration;
using engine::Engine;
using engine::Instant;
using engine::State;
using wire::ArpPacket;
using wire::Ipv4;
using wire::Mac;

struct Weather {
    int loss_percent = 0;  // of each copy of a frame
    Duration delay_min = 50us;
    Duration delay_max = 2ms;
};

struct Host {
    explicit Host(const engine::Config& config) : engine(config) {}
    Engine engine;
    int segment = 0;
    Instant started;
    std::optional<Instant> first_address_at;
    std::optional<Ipv4> held;
    Ipv4 known_for;  // where it stands in the index of who hears of what
    Instant wake = Instant::max();
};

class Network {
public:
    Network(std::uint64_t seed, const Weather& weather) : weather_(weather), random_(seed) {}

    /// One more host, switched on now.
    void add(const engine::Config& config, int segment = 0);
    /// From now on, what is said on one segment is heard on all.
    void join();
    /// Each host that has an address asks for that of another, at a time of its own in each minute.
    void let_them_talk();
    void run(Duration time);

    int size() const { return static_cast<int>(hosts_.size()); }
    const Host& host(int index) const { return hosts_[static_cast<std::size_t>(index)]; }
    Instant now() const { return now_; }
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    /// Frames that carried one of the addresses, and what hosts did about them; one line each.
    std::string trace(const std::set<Ipv4>& about) const;

    struct Traffic {
        std::uint64_t frames = 0;
        std::uint64_t probes = 0;
        std::uint64_t delivered = 0;    // to an engine
        std::uint64_t lost = 0;         // on the way to one
        std::uint64_t meaningless = 0;  // to a host that neither probes nor holds the address
        std::uint64_t conflicts = 0;    // that engines have reported
    };
    Traffic traffic;
    Duplicates duplicates;

private:
    enum class What { wake, arrival, assigned, question };
    struct Event {
        Instant at;
        std::uint64_t order;  // of those at the same time
        What what;
        int host;
        ArpPacket packet;
        bool operator>(const Event& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    struct Note {
        Instant at;
        int host;
        std::string what;
        ArpPacket packet;
    };

    Host& at(int index) { return hosts_[static_cast<std::size_t>(index)]; }
    void plan(Instant when, What what, int host, const ArpPacket& packet = {});
    void happen(const Event& event);
    void settle(int host);
    void perform(int host, const engine::Action& action);
    void index(int host);
    void hold(int host, std::optional<Ipv4> address);
    void send(int host, const ArpPacket& packet);
    void arrive(int from, const ArpPacket& packet);
    void deliver(int from, int to, const ArpPacket& packet);
    void ask(int host);
    Duration between(Duration low, Duration high);
    void note(int host, std::string what, const ArpPacket& packet);

    Weather weather_;
    std::mt19937_64 random_;
    Instant now_ = Instant{} + 1000h;
    const Instant start_ = now_;
    std::deque<Host> hosts_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::uint64_t next_order_ = 0;
    std::map<Ipv4, std::set<int>> hearers_;  // who probes for it or holds it
    std::vector<Note> notes_;
};

}  // namespace ipv4ll::sim
