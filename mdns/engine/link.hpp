// mdns/engine/link.hpp: one (interface, family), RFC 6762's table of contents. Routes each input to
// the activities and carries results between them; decides nothing itself.
#pragma once

#include "mdns/engine/announce.hpp"
#include "mdns/engine/conflict.hpp"
#include "mdns/engine/goodbye.hpp"
#include "mdns/engine/ingress.hpp"
#include "mdns/engine/observe.hpp"
#include "mdns/engine/probe.hpp"
#include "mdns/engine/query.hpp"
#include "mdns/engine/respond.hpp"
#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Link {
public:
    Link(Context& host, LinkId id, const LinkInfo& info) : room_(host, id, info) {
        room_.cache.set_asked(
            [this](std::uint64_t hash, const wire::Name& name, std::uint16_t type) {
                return query_.wanted(hash, name, type);
            });
    }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void on_info(const LinkInfo& info) { room_.info = info; }
    void on_datagram(Instant now, const Source& source, std::span<const std::uint8_t> bytes);
    /// The interface's link of the other family has heard this response.
    void on_sibling_goodbyes(Instant now, const Source& from, const wire::Message& response);
    /// It has heard that these are in doubt.
    void on_sibling_contradicted(Instant now, std::span<const PublicationId> reset) {
        probe_again(now, conflict_.on_sibling_claim(reset));
    }
    void on_time(Instant now);
    /// It is going: clients are told, nothing is sent.
    void on_gone() { query_.tell_all_gone(); }

    void publish(Instant now, PublicationId id);
    /// The zone holds both what is added and what is removed.
    void update(Instant now, PublicationId id, const Zone::Update& update);
    void withdraw(Instant now, PublicationId id);
    void subscribe(Instant now, QueryId id, const Query& query, bool replay) {
        query_.subscribe(now, id, query, replay);
    }
    void unsubscribe(QueryId id) { query_.unsubscribe(id); }
    bool recall(Instant now, const Query& query, const Recalled& tell) const {
        return query_.recall(now, query, tell);
    }
    void reconfirm(Instant now, const wire::Record& record) { query_.reconfirm(now, record); }
    void flush_cache(Instant now) { query_.forget_cache(now); }
    void requery(Instant now) { query_.begin_again(now); }

    const Room& room() const { return room_; }
    Scheduler::Slot& wake_up() { return wake_up_; }  // the engine's: when to look here again
    std::uint64_t packets_in() const { return packets_in_; }

private:
    void on_query(Instant now, const Source& from, const wire::Message& query);
    void on_response(Instant now, const Source& from, const wire::Message& response);
    void absorb(Instant now, const Source& from, const wire::Message& response);
    void dispatch(Instant now, const Scheduler::Due& due);
    void probe_again(Instant now, const Conflicts::Contradicted& contradicted);
    void claim(Instant now, Claim& claim);
    void announce(Instant now, Claim& claim);
    bool contested(const Claim& claim) const;
    void end(Instant now, std::span<const RecordIndex> ending);

    Room room_;
    Probe probe_{room_};
    Announce announce_{room_};
    Respond respond_{room_};
    Asking query_{room_};
    Observe observe_{room_};
    Conflicts conflict_{room_};
    Goodbye goodbye_{room_};
    std::uint64_t packets_in_ = 0;
    Scheduler::Slot wake_up_ = Scheduler::none;
};

}  // namespace mdns::engine
