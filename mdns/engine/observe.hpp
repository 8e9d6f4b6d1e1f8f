// mdns/engine/observe.hpp: RFC 6762 §10.5, passive observation of failures. Others ask for what is
// in our cache and nobody answers: its owner has gone without a goodbye, and the record goes, too.
// Nothing is sent for it: who asks in vain does so for all.
#pragma once

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Observe {
public:
    explicit Observe(Room& room) : room_(room) {}

    /// A peer's query to the group.
    void on_peer_question(Instant now, const Source& from, const wire::Message& query);

private:
    void expect_answer(Instant now, Cache::Place place);

    Room& room_;
};

}  // namespace mdns::engine
