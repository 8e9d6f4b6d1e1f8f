// mdns/engine/respond.hpp: answering. RFC 6762 §6: what matches, what is denied (§6.1), by which
// way and when; known-answer suppression (§7.1, §7.2), duplicate answers (§7.4), direct unicast and
// legacy queries (§5.5, §6.7).
#pragma once

#include <vector>

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Respond {
public:
    explicit Respond(Room& room) : room_(room) {}

    void on_query(Instant now, const Source& from, const wire::Message& query);
    void on_legacy_query(Instant now, const Source& from, const wire::Message& query);
    /// §7.4: what a peer multicasts we need not say; §6.6: unless it says it with too short a life.
    void on_peer_answer(Instant now, const Source& from, const wire::Message& response);

private:
    void match(const wire::Message& query, bool probe);
    void match_question(const wire::Question& question, bool unicast, bool defends);
    void suppress_known(const wire::Message& query);
    void spare_whole_sets();
    Window window(Instant now, const wire::Message& query) const;
    void plan(Instant now, const Source& from, const Match& match, Window window);
    bool multicast_lately(Instant now, const Answer& item) const;

    Room& room_;
    std::vector<Match>& matches_{room_.host.scratch.matches};
};

}  // namespace mdns::engine
