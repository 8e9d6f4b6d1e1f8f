// tests/sim/network.hpp: segments that lose, double, delay and reorder packets, all from one seed,
// and a clock that jumps from event to event. Same seed, same run.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <random>

#include "tests/sim/host.hpp"
#include "tests/sim/watch.hpp"

namespace sim {

/// What a segment does to each copy of a packet, and a host to its timers.
struct Weather {
    int loss_percent = 0;
    int double_percent = 0;
    Duration delay_min = 100us;
    Duration delay_max = 2ms;  // much above delay_min: packets overtake each other
    Duration late_max = 0us;   // of a host that is busy with something else
};

/// Repeats every multicast of one segment on another, or on the same, under its own address.
struct Reflector {
    int from = 0;
    int to = 0;
    Duration delay_max = 10ms;
};

class Network {
public:
    Network(std::uint64_t seed, const Weather& sky) : weather(sky), random_(seed) {}

    Host& add();
    Host& host(int index) const { return *hosts[static_cast<std::size_t>(index)]; }
    /// From now on what is said on one segment is heard on the other, too; hosts notice nothing.
    void join(int segment, int other);
    void run(Duration time);
    /// Somebody who is no host of ours, and may say anything, has sent it; it arrives now.
    void inject(Host& to, LinkId link, const mdns::engine::Source& source, const Octets& bytes);

    Instant now() const { return now_; }
    Duration since_start() const { return now_ - start_; }
    Duration between(Duration low, Duration high);
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
    /// How old a packet may be that is still underway.
    Duration reach() const;

    std::size_t packets_since(Duration since) const;
    /// What was sent and done since then, one line each and one for each thing in a packet.
    /// \param limit  of packets; the last ones count
    std::string trace(std::size_t limit = 200) const;
    void note(int host, const std::string& what);

    Weather weather;
    std::vector<Reflector> reflectors;
    std::vector<std::unique_ptr<Host>> hosts;
    std::vector<Packet> packets;
    Watch watch{*this};
    /// Replaces what is delivered of a packet, if set.
    std::function<Bytes(const Packet&)> rewrite;

private:
    friend class Host;
    struct Arrival {
        Instant at;
        std::uint64_t order;  // of those at the same time
        int host;
        LinkId link;
        mdns::engine::Source source;
        Bytes bytes;
        bool operator>(const Arrival& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    struct Wake {
        Instant at;
        int host;
        auto operator<=>(const Wake&) const = default;
    };
    struct Note {
        std::size_t before;  // which packet
        Instant at;
        int host;
        std::string what;
    };

    void send(Host& from, const mdns::engine::SendDatagram& datagram);
    void reflect(const Packet& packet, const Bytes& bytes);
    void deliver(const Packet& packet, const Bytes& bytes, Host& to, LinkId link);
    void put(Host& to, LinkId link, const mdns::engine::Source& source, const Bytes& bytes,
             Duration delay);
    void rearm(Host& host);
    void deliver_due();
    void wake_due();
    void wake(Host& host);

    const Instant start_ = Instant{} + 1000h;
    Instant now_ = start_;
    std::mt19937_64 random_;
    std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> arrivals_;
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
    std::uint64_t next_order_ = 0;
    std::vector<Note> notes_;
};

}  // namespace sim
