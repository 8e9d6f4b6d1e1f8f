#include "mdns/engine/link.hpp"

#include <algorithm>

namespace mdns::engine {
namespace {

constexpr auto late_answer_time = std::chrono::milliseconds(150);

}  // namespace

void Link::on_datagram(Instant now, const Source& source, std::span<const std::uint8_t> bytes) {
    Counters& counters = room_.host.counters;
    if (source.to_group && own_address(room_.info, source.from.address) &&
        room_.echoes.take(now, bytes)) {
        ++counters.own_echoes;
        return;
    }
    ++packets_in_;
    wire::Message& message = room_.host.message;
    if (message.decode(bytes) != wire::Errc::ok) {
        ++counters.malformed;
        return;
    }
    counters.bad_records += message.bad_records();
    switch (classify(room_, now, source, message)) {
        case Kind::bad_header:
            ++counters.bad_header;
            break;
        case Kind::bad_port:
            ++counters.bad_port;
            break;
        case Kind::off_link:
            ++counters.off_link;
            break;
        case Kind::unsolicited:
            ++counters.unsolicited;
            break;
        case Kind::query:
            room_.outbox.on_query(now, bytes.size());
            on_query(now, source, message);
            break;
        case Kind::legacy:
            respond_.on_legacy_query(now, source, message);
            break;
        case Kind::response:
            on_response(now, source, message);
            break;
    }
}

void Link::on_query(Instant now, const Source& from, const wire::Message& query) {
    probe_.on_peer_probe(now, query);  // §8.2 both want the name: who wins?
    if (from.to_group) {
        query_.on_peer_question(now, query);          // §7.3 someone already asks this
        observe_.on_peer_question(now, from, query);  // §10.5 will nobody answer it?
    }
    respond_.on_query(now, from, query);  // §6   plan answers, less the known ones
}

void Link::on_response(Instant now, const Source& from, const wire::Message& response) {
    probe_.on_claim(now, from, response);  // §8.1 the name is taken
    const auto contradicted =
        conflict_.on_claim(now, response);  // §9 a record of ours is contradicted
    for (const PublicationId id : contradicted.reset) {
        probe_.note_conflict(now);
        ++room_.host.counters.conflicts;
        room_.host.contradicted.push_back(id);
    }
    probe_again(now, contradicted);
    if (from.to_group)
        respond_.on_peer_answer(now, from, response);  // §7.4 someone already answered this
    absorb(now, from, response);                       // §10  what we now know
}

void Link::absorb(Instant now, const Source& from, const wire::Message& response) {
    const std::uint64_t speaker = digest(from.from.address);
    for (const auto& seen : response.records()) {
        if (room_.host.zone.was_said(now, seen)) continue;
        if (seen.ttl == 0) room_.host.heard_goodbye = true;
        const std::uint64_t hash = wire::hash(seen.name, room_.host.key);
        const auto change =
            room_.cache.absorb(now, seen, hash, speaker, query_.wanted(hash, seen.name, seen.type));
        if (change) query_.on_change(now, *change);
    }
    room_.cache.flush_others(now);  // §10.2
}

void Link::probe_again(Instant now, const Conflicts::Contradicted& contradicted) {
    for (const RecordIndex index : contradicted.silenced) query_.on_own_record(now, index, false);
    // What the rival said before it heard of us may still be on its way: it would pass for an
    // answer to our first probe, and both would give up the name.
    for (const PublicationId id : contradicted.reset) {
        Claim& again = *room_.claims.find(id);
        room_.timers.disarm(again.timer);
        if (!probe_.start(now, again, late_answer_time)) announce(now, again);
    }
}

/// A host that loses its last address of a family cannot say goodbye over that family any more, and
/// says it over the other: what IPv4 and IPv6 of one interface hold is of the same physical link.
void Link::on_sibling_goodbyes(Instant now, const Source& from, const wire::Message& response) {
    const std::uint64_t speaker = digest(from.from.address);
    for (const auto& seen : response.records()) {
        if (seen.ttl == 0)
            room_.cache.absorb(now, seen, wire::hash(seen.name, room_.host.key), speaker, false);
    }
}

void Link::on_time(Instant now) {
    while (const auto due = room_.timers.pop_due(now)) dispatch(now, *due);
    room_.outbox.flush(now, room_.may_ask_unicast());  // §6.4 one packet where one will do
}

void Link::dispatch(Instant now, const Scheduler::Due& due) {
    switch (due.timer) {
        case Timer::probe: {
            Claim& claim = *room_.claims.find(static_cast<PublicationId>(due.id));
            if (probe_.on_timer(now, claim)) announce(now, claim);
            break;
        }
        case Timer::announce:
            announce_.on_timer(now, *room_.claims.find(static_cast<PublicationId>(due.id)));
            break;
        case Timer::ask:
            query_.on_series_timer(now, due.id);
            break;
        case Timer::record:
            query_.on_record_timer(now, static_cast<Cache::Place>(due.id));
            break;
        case Timer::outbox:
            room_.outbox.on_timer();
            break;
        case Timer::update:
        case Timer::settled:
            break;  // the engine's own
    }
}

// ---- publishing ----

void Link::publish(Instant now, PublicationId id) {
    if (room_.info.publish) claim(now, room_.claims.make(id));
}

void Link::claim(Instant now, Claim& claim) {
    room_.timers.disarm(claim.timer);
    if (!probe_.start(now, claim)) announce(now, claim);
}

void Link::announce(Instant now, Claim& claim) {
    for (const RecordIndex fresh : announce_.start(now, claim))
        query_.on_own_record(now, fresh, true);
}

void Link::update(Instant now, PublicationId id, const Zone::Update& update) {
    Claim* const found = room_.claims.find(id);
    if (!found) return;
    const auto survivors = goodbye_.say(now, update.removed, Goodbye::Why::changed);
    if (found->state != ClaimState::lost) {
        // Before the old records end: a name that they have verified needs no probing (§8.4).
        if (found->verified() || probe_.has_new_name(id, update.added)) {
            for (const RecordIndex survivor : survivors) announce_.again(survivor);
            claim(now, *found);
        } else {  // the new records join the series that runs
            for (const RecordIndex added : update.added)
                room_.records[added].state = RecordState::tentative;
        }
    }
    end(now, update.removed);
}

/// Its name is a rival's, or may turn out to be.
bool Link::contested(const Claim& claim) const {
    if (claim.state == ClaimState::lost) return true;
    const Zone& zone = room_.host.zone;
    return std::ranges::any_of(zone.entry(claim.id)->records, [&](RecordIndex index) {
        return zone[index].sharing == Sharing::unique && room_.records.silenced(index);
    });
}

void Link::withdraw(Instant now, PublicationId id) {
    Claim* const claim = room_.claims.find(id);
    if (!claim) return;
    room_.timers.disarm(claim->timer);
    const auto& records = room_.host.zone.entry(id)->records;
    goodbye_.say(now, records, contested(*claim) ? Goodbye::Why::contested : Goodbye::Why::withdrawn);
    end(now, records);
    room_.claims.erase(id);
}

/// These records are no longer answered with, unless another publication holds them too.
void Link::end(Instant now, std::span<const RecordIndex> ending) {
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : ending) {
        if (zone[index].holders.size() > 1) continue;
        const bool was_active = room_.records.active(index);
        room_.outbox.forget(index);
        room_.records.forget(now, index);
        if (was_active) query_.on_own_record(now, index, false);
        const auto siblings = zone.at(zone[index].owner);
        const bool last = std::ranges::all_of(
            siblings, [&](RecordIndex other) { return room_.records.absent(other); });
        if (last) room_.outbox.forget_name(zone[index].owner);
    }
}

}  // namespace mdns::engine
