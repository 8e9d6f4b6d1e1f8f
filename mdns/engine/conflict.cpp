#include "mdns/engine/conflict.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

constexpr auto late_echo_time = std::chrono::seconds(20);
constexpr auto max_pause = std::chrono::minutes(10);

}  // namespace

Conflicts::Contradicted Conflicts::on_claim(Instant now, const wire::Message& response) {
    Contradicted found;
    for (const auto& seen : response.records()) {  // §9: "in any section"
        if (seen.ttl == 0) continue;               // a goodbye claims nothing
        const NamePlace name = room_.host.zone.find(seen.name);
        if (name != Zone::no_name) on_claim(now, seen, name, found);
    }
    return found;
}

Conflicts::Contradicted Conflicts::on_sibling_claim(std::span<const PublicationId> reset) {
    Contradicted found;
    for (const PublicationId id : reset) silence(id, found);
    return found;
}

void Conflicts::on_claim(Instant now, const wire::RecordView& seen, NamePlace name,
                         Contradicted& found) {
    const Zone& zone = room_.host.zone;
    if (zone.is_ours(now, seen)) {
        if (seen.cache_flush) announce_ours_too(now, seen, name);
        return;
    }
    const bool contradicts = std::ranges::any_of(zone.at(name), [&](RecordIndex index) {
        // Names known to be ours without probing (reverse names) cannot be lost by a claim.
        return zone[index].sharing == Sharing::unique && room_.records.active(index) &&
               zone[index].type == seen.type && zone[index].klass == seen.klass;
    });
    if (contradicts) contradict(name, found);
}

/// The name as a whole is in doubt: everyone of ours who holds a unique record of it probes again.
void Conflicts::contradict(NamePlace name, Contradicted& found) {
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : zone.at(name)) {
        if (zone[index].sharing != Sharing::unique || !room_.records.active(index)) continue;
        for (const PublicationId holder : zone[index].holders) silence(holder, found);
    }
}

void Conflicts::silence(PublicationId id, Contradicted& found) {
    const Zone& zone = room_.host.zone;
    const Claim* const claim = room_.claims.find(id);
    // One that probes a name anew may hold others that it has verified.
    if (!claim || claim->state == ClaimState::lost) return;
    if (std::ranges::find(found.reset, id) == found.reset.end()) found.reset.push_back(id);
    for (const RecordIndex index : zone.entry(id)->records) {
        if (zone[index].sharing != Sharing::unique || !room_.records.active(index)) continue;
        room_.outbox.forget(index);
        room_.outbox.forget_name(zone[index].owner);
        room_.records[index].state = RecordState::tentative;
        found.silenced.push_back(index);
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
    if (here || std::ranges::none_of(all, same_set) || !may_announce_again(now, name)) return;
    for (const RecordIndex index : all) {
        if (!same_set(index) || room_.records.sent_within(index, now, record_interval)) continue;
        room_.outbox.answer(now, {index}, {now, now}, nullptr, record_interval,
                            Reason::announcement);
    }
}

/// Behind a reflector that is slow, what we say here comes back there and makes us speak again:
/// each time after twice the pause, until it has been quiet for long.
bool Conflicts::may_announce_again(Instant now, NamePlace name) {
    const auto [found, first] = echoed_.try_emplace(name, Echoed{now, record_interval});
    if (first) return true;
    Echoed& last = found->second;
    if (now - last.at < last.pause) return false;
    const bool quiet = now - last.at > 4 * last.pause + late_echo_time;
    last = {now, quiet ? Duration(record_interval) : std::min<Duration>(2 * last.pause, max_pause)};
    return true;
}

}  // namespace mdns::engine
