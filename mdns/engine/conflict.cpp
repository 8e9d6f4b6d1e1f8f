#include "mdns/engine/conflict.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {

std::vector<PublicationId> Conflicts::on_claim(Instant now, const wire::Message& response) {
    std::vector<PublicationId> reset;
    for (const auto& seen : response.records()) {  // §9: "in any section"
        if (seen.ttl == 0) continue;               // a goodbye claims nothing
        const NamePlace name = room_.host.zone.find(seen.name);
        if (name != Zone::no_name) on_claim(now, seen, name, reset);
    }
    return reset;
}

void Conflicts::on_claim(Instant now, const wire::RecordView& seen, NamePlace name,
                         std::vector<PublicationId>& reset) {
    const Zone& zone = room_.host.zone;
    if (room_.host.zone.is_ours(now, seen)) {
        if (seen.cache_flush) announce_ours_too(now, seen, name);
        return;
    }
    for (const RecordIndex index : zone.at(name)) {
        const ZoneRecord& ours = zone[index];
        // Names known to be ours without probing (reverse names) cannot be lost by a claim.
        if (ours.sharing != Sharing::unique || !room_.records.active(index)) continue;
        if (ours.type == seen.type && ours.klass == seen.klass) contradict(index, reset);
    }
}

void Conflicts::contradict(RecordIndex index, std::vector<PublicationId>& reset) {
    const Zone& zone = room_.host.zone;
    for (const PublicationId holder : zone[index].holders) {
        Claim* const claim = room_.claims.find(holder);
        if (!claim || !claim->verified()) continue;
        if (std::ranges::find(reset, holder) == reset.end()) reset.push_back(holder);
        for (const RecordIndex record : zone.entry(holder)->records) {
            if (zone[record].sharing != Sharing::unique) continue;
            room_.outbox.forget(record);
            room_.records[record].state = RecordState::tentative;
        }
    }
}

/// §10.2: two links of ours are one: what the other announced with the cache-flush bit makes hosts
/// here forget what we announced, unless it is announced again within a second. Once a second at
/// most, so that the two do not answer each other for ever.
void Conflicts::announce_ours_too(Instant now, const wire::RecordView& seen, NamePlace name) {
    const Zone& zone = room_.host.zone;
    const auto same_set = [&](RecordIndex index) {
        return zone[index].type == seen.type && zone[index].sharing != Sharing::shared &&
               room_.records.active(index);
    };
    const auto all = zone.at(name);
    const bool here = std::ranges::any_of(all, [&](RecordIndex index) {
        return same_set(index) && seen.rdata_equals(zone[index].rdata);
    });
    if (here) return;
    for (const RecordIndex index : all) {
        if (!same_set(index) || room_.records.sent_within(index, now, record_interval)) continue;
        room_.outbox.answer(now, {index}, {now, now}, nullptr, record_interval);
    }
}

}  // namespace mdns::engine
