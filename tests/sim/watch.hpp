// tests/sim/watch.hpp: hears every packet as it leaves and holds it against what RFC 6762 allows
// any host to send: how often a record (§6), a probe (§8.1), a question (§5.2); nothing before it
// was probed (§8.1); whole unique sets (§10.2). It knows only what was on the wire.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mdns/engine/types.hpp"
#include "mdns/wire/message.hpp"

namespace sim {

using mdns::engine::Duration;
using mdns::engine::Family;
using mdns::engine::Instant;
using mdns::engine::LinkId;
using Octets = std::vector<std::uint8_t>;
using Bytes = std::shared_ptr<const Octets>;

struct Packet {
    Instant at;
    int host = 0;
    LinkId link;
    int times_up = 0;  // of the host's links so far
    int actions = 0;   // of programs on the host so far
    int segment = 0;
    std::optional<mdns::engine::Endpoint> to;
    Bytes bytes;
};

class Network;

/// What one host has sent.
struct Traffic {
    std::size_t packets = 0;
    std::size_t bytes = 0;
    std::size_t queries = 0;
    std::size_t questions = 0;
    std::size_t probes = 0;  // packets
    std::size_t answers = 0;
};

class Watch {
public:
    explicit Watch(const Network& network) : network_(network) {}

    void on_packet(const Packet& packet);
    /// It may say what it likes; but hosts may act on it.
    void on_stranger(Instant now, Family family, const Octets& bytes);
    Traffic traffic(int host) const;
    Traffic total() const;

    /// Records that hosts have announced on links they are still on, and not said goodbye to; but
    /// not those of a name that a stranger claims.
    std::vector<std::string> without_goodbye() const;

    /// One line for each breach.
    std::vector<std::string> troubles;

private:
    using Key = std::uint64_t;
    struct Probing {
        Instant last{};
        int in_a_row = 0;
        int ever = 0;
    };
    struct Series {
        Instant last{};
        int sent = 0;
    };
    struct Announced {  // a set of records
        std::string owner;
        int host = 0;
        LinkId link;
        int times_up = 0;
        Instant at{};
        std::set<std::string> rdata;
    };
    struct Sighting {
        Instant at;
        Duration ttl;
    };

    void on_query(const Packet& packet);
    void on_probe(const Packet& packet, const mdns::wire::NameView& name);
    void on_question(const Packet& packet, const mdns::wire::Question& question);
    void on_response(const Packet& packet);
    void on_record(const Packet& packet, const mdns::wire::RecordView& record);
    void on_claim(Instant now, Family family, const mdns::wire::RecordView& record);
    void check_spacing(const Packet& packet, const mdns::wire::RecordView& record);
    void note_announced(const Packet& packet, const mdns::wire::RecordView& record);
    void check_probed(const Packet& packet, const mdns::wire::RecordView& record);
    bool refreshes(const Packet& packet, const mdns::wire::Question& question) const;
    bool seen_since(const Packet& packet, const mdns::wire::Question& question, Instant at) const;
    const std::deque<Sighting>* sightings(const Packet& packet, Key name, std::uint16_t type) const;
    Key link_key(const Packet& packet) const;
    void trouble(const Packet& packet, const std::string& what);

    const Network& network_;
    mdns::wire::Message message_;
    mdns::wire::Rdata rdata_;
    std::vector<Traffic> traffic_;
    boost::unordered_flat_map<Key, Instant> multicast_;    // by link and record
    boost::unordered_flat_map<Key, Announced> announced_;  // by link, name and type
    boost::unordered_flat_set<std::string> strange_;       // names that strangers claim
    boost::unordered_flat_map<Key, Instant> settled_;      // by name: a stranger's last word on it
    boost::unordered_flat_map<Key, Instant> challenged_;   // by name: the last probe of anyone
    boost::unordered_flat_map<Key, Instant> claimed_;      // by name: the last answer of anyone
    boost::unordered_flat_map<Key, Probing> probing_;      // by link and name
    boost::unordered_flat_map<Key, Series> series_;        // by link and question
    boost::unordered_flat_map<Key, std::deque<Sighting>> sightings_;  // by name and type
};

}  // namespace sim
