// mdns/engine/answer.hpp: one thing to answer with, and the lists that answering needs.
#pragma once

#include <vector>

#include "mdns/engine/cause.hpp"
#include "mdns/engine/zone.hpp"

namespace mdns::engine {

/// A record of ours, or that a name of ours has no such record (NSEC).
struct Answer {
    RecordIndex record = 0;
    NamePlace denied = Zone::no_name;  // when set: the NSEC of this name
    std::uint32_t denied_ttl = 0;

    bool operator==(const Answer&) const = default;
};

/// What a question of a query found.
struct Match {
    Answer item;
    bool unicast = false;  // the question allows it
    bool defends = false;  // the question is part of a probe
    bool known = false;    // the querier has it
};

/// Filled and used up within one call. Shared by all links: one is at work at a time, and what each
/// would keep for the next time is more than all else it has.
struct Scratch {
    std::vector<Match> matches;        // respond
    std::vector<Answer> items;         // respond
    std::vector<Answer> ready;         // outbox
    std::vector<Cause> causes;         // outbox: of these
    wire::Rdata rdata;                 // query: of a record just seen; packer: of an NSEC
    std::vector<std::uint16_t> types;  // packer: those that a name has
    std::vector<NamePlace> denials;    // packer: names whose NSEC is in this packet

    /// After thousands of services were announced, few answers are due at a time.
    void give_back_memory() {
        if (ready.capacity() <= kept) return;
        ready = {};
        causes = {};
    }
    static constexpr std::size_t kept = 1024;
};

}  // namespace mdns::engine
