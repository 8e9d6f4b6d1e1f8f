#include "mdns/engine/announce.hpp"

#include <boost/container/small_vector.hpp>

#include "mdns/constants.hpp"

namespace mdns::engine {

std::vector<RecordIndex> Announce::start(Instant now, Claim& claim) {
    std::vector<RecordIndex> fresh;
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : zone.entry(claim.id)->records) {
        LinkRecord& record = room_.records[index];
        if (record.state == RecordState::active) continue;
        record.state = RecordState::active;
        room_.host.zone.note_said(index);
        record.announcements_left = zone[index].announce ? announce_count : 0;
        room_.records.remember(index);
        fresh.push_back(index);
    }
    claim.state = ClaimState::announcing;
    room_.timers.arm(claim.timer, Timer::announce, static_cast<std::uint64_t>(claim.id), now);
    return fresh;
}

void Announce::on_timer(Instant now, Claim& claim) {
    claim.timer = Scheduler::none;
    room_.host.progressed.push_back(claim.id);
    bool more = false;
    boost::container::small_vector<RecordIndex, 8> ready;
    for (const RecordIndex index : room_.host.zone.entry(claim.id)->records) {
        const LinkRecord& record = room_.records.peek(index);
        if (record.announcements_left == 0) continue;
        // On its way for another publication: one packet is one announcement.
        const bool leaving = record.pending != LinkRecord::not_pending;
        if (!leaving) ready.push_back(index);
        more = more || leaving || record.announcements_left > 1;
    }
    for (const RecordIndex index : ready) {
        --room_.records[index].announcements_left;
        announce_set(now, index);
    }
    if (more) {
        room_.timers.arm(claim.timer, Timer::announce, static_cast<std::uint64_t>(claim.id),
                         now + announce_interval);
    } else {
        claim.state = ClaimState::established;
    }
}

/// §10.2: the cache-flush bit speaks for the whole set, so the whole set goes out together.
void Announce::announce_set(Instant now, RecordIndex member) {
    const Zone& zone = room_.host.zone;
    room_.outbox.answer(now, {member}, {now, now}, nullptr, record_interval, Reason::announcement);
    if (zone[member].sharing == Sharing::shared) return;
    for (const RecordIndex other : zone.at(zone[member].owner)) {
        if (other == member || zone[other].type != zone[member].type ||
            !room_.records.active(other))
            continue;
        room_.outbox.answer(now, {other}, {now, now}, nullptr, record_interval,
                            Reason::announcement);
    }
}

}  // namespace mdns::engine
