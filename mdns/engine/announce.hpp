// mdns/engine/announce.hpp: telling everybody. RFC 6762 §8.3 (at least two announcements, a second
// apart), §8.4 (changed data), §10.2 (unique sets in full).
#pragma once

#include <vector>

#include "mdns/constants.hpp"
#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Announce {
public:
    explicit Announce(Room& room) : room_(room) {}

    /// The publication's names are verified: its records are ours to answer with.
    /// \return the records that were not active before
    std::vector<RecordIndex> start(Instant now, Claim& claim);
    void on_timer(Instant now, Claim& claim);
    /// A member of this record's set has gone: the rest is announced, and the cache-flush bit does
    /// what a goodbye would (§8.4).
    void again(RecordIndex index) { room_.records[index].announcements_left = announce_count; }

private:
    void announce_set(Instant now, RecordIndex member);

    Room& room_;
};

}  // namespace mdns::engine
