#include "mdns/engine/probe.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

/// What §8.2 compares of a record: class without the cache-flush bit, type, canonical rdata.
struct Tentative {
    std::uint16_t klass;
    std::uint16_t type;
    wire::Rdata rdata;

    int compare(const Tentative& other) const {
        if (klass != other.klass) return klass < other.klass ? -1 : 1;
        if (type != other.type) return type < other.type ? -1 : 1;
        return wire::compare_rdata(rdata, other.rdata);
    }
};

/// §8.2.1: both lists sorted, compared pair by pair; the list that runs out first is the earlier
/// one.
int compare_lists(std::vector<Tentative>& ours, std::vector<Tentative>& theirs) {
    const auto earlier = [](const Tentative& left, const Tentative& right) {
        return left.compare(right) < 0;
    };
    std::ranges::sort(ours, earlier);
    std::ranges::sort(theirs, earlier);
    for (std::size_t at = 0; at < std::min(ours.size(), theirs.size()); ++at) {
        if (const int order = ours[at].compare(theirs[at]); order != 0) return order;
    }
    if (ours.size() == theirs.size()) return 0;
    return ours.size() < theirs.size() ? -1 : 1;
}

}  // namespace

bool Probe::start(Instant now, Claim& claim, Duration least) {
    if (unverified_names(claim).empty()) return false;
    for (const RecordIndex index : room_.host.zone.entry(claim.id)->records) {
        LinkRecord& record = room_.records[index];
        if (record.state == RecordState::absent) record.state = RecordState::tentative;
    }
    claim.state = ClaimState::waiting;
    claim.probes_sent = 0;
    room_.host.progressed.push_back(claim.id);
    if (batch_ <= now + least) {  // §8.1: 0-250 ms; whoever comes meanwhile shares the packets
        batch_ = now + room_.host.random.between(least, probe_wait_max);
        // "before each successive additional probe attempt": until the window is free of conflicts
        if (!conflicts_.empty() && now - conflicts_.back() > conflict_window) conflicts_.clear();
        if (conflicts_.size() >= conflict_limit) batch_ = now + conflict_pause;
    }
    room_.timers.arm(claim.timer, Timer::probe, static_cast<std::uint64_t>(claim.id), batch_);
    return true;
}

bool Probe::on_timer(Instant now, Claim& claim) {
    claim.timer = Scheduler::none;
    if (claim.probes_sent == probe_count) return true;
    claim.state = ClaimState::probing;
    ++claim.probes_sent;
    for (const NamePlace name : unverified_names(claim)) {
        room_.outbox.probe(name);
        if (!room_.may_ask_unicast()) continue;
        room_.host.asked_unicast.note(now, room_.id, room_.host.zone.name_hash(name));
    }
    room_.timers.arm(claim.timer, Timer::probe, static_cast<std::uint64_t>(claim.id),
                     now + probe_interval);
    return false;
}

/// The names with unique records that this link has not verified.
Probe::Names Probe::unverified_names(const Claim& claim) const {
    Names names;
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : zone.entry(claim.id)->records) {
        const NamePlace name = zone[index].owner;
        if (zone[index].sharing != Sharing::unique || room_.records.owns(name)) continue;
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

bool Probe::has_new_name(PublicationId id, const std::vector<RecordIndex>& added) const {
    const Zone& zone = room_.host.zone;
    return std::ranges::any_of(added, [&](RecordIndex index) {
        return std::ranges::none_of(zone.entry(id)->records, [&](RecordIndex other) {
            return zone[other].owner == zone[index].owner &&
                   std::ranges::find(added, other) == added.end();
        });
    });
}

// ---- what others say meanwhile ----

void Probe::on_claim(Instant now, const Source& from, const wire::Message& response) {
    for (const auto& seen : response.records()) {
        // A goodbye gives the name up; an NSEC may be our own, sent on another link.
        if (seen.ttl == 0 || seen.type == wire::type::nsec || seen.type == wire::type::opt)
            continue;
        const NamePlace name = room_.host.zone.find(seen.name);
        if (name == Zone::no_name) continue;
        // §8.1: with qtype ANY a record of any type at the name means that it is taken.
        while (Claim* claim = probing_claim(name)) {
            if (room_.host.zone.is_ours(now, seen)) break;
            note_conflict(now);
            lose(*claim, name, from.from);
        }
    }
}

Claim* Probe::probing_claim(NamePlace name) {
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : zone.at(name)) {
        if (zone[index].sharing != Sharing::unique || room_.records.active(index)) continue;
        for (const PublicationId holder : zone[index].holders) {
            Claim* const claim = room_.claims.find(holder);
            if (claim && claim->state == ClaimState::probing) return claim;
        }
    }
    return nullptr;
}

void Probe::lose(Claim& claim, NamePlace name, const Endpoint& peer) {
    room_.timers.disarm(claim.timer);
    claim.state = ClaimState::lost;
    room_.host.zone.note_lost(claim.id);
    ++room_.host.counters.conflicts;
    room_.host.progressed.push_back(claim.id);
    room_.host.outputs.event(Conflict{claim.id, room_.id, room_.host.zone.name(name), peer});
}

void Probe::note_conflict(Instant now) {
    conflicts_.push_back(now);
    if (conflicts_.size() > conflict_limit) conflicts_.erase(conflicts_.begin());
}

void Probe::on_peer_probe(Instant now, const wire::Message& query) {
    for (const auto& question : query.questions()) {
        const NamePlace name = room_.host.zone.find(question.name);
        if (name == Zone::no_name || !probing_claim(name)) continue;
        if (loses_tie_break(now, name, query)) wait_and_retry(now, name);
    }
}

bool Probe::loses_tie_break(Instant now, NamePlace name, const wire::Message& query) {
    const Zone& zone = room_.host.zone;
    std::vector<Tentative> theirs;
    bool foreign = false;
    for (const auto& seen : query.authorities()) {
        if (!seen.name.equals(zone.name(name))) continue;
        theirs.push_back({seen.klass, seen.type, {}});
        seen.canonical_rdata(theirs.back().rdata);
        foreign = foreign || !zone.is_ours(now, seen);
    }
    if (!foreign) return false;  // our own, from another link or late: nobody to lose against
    std::vector<Tentative> ours;
    for (const RecordIndex index : zone.at(name)) {
        if (zone[index].sharing == Sharing::shared || !zone[index].scope.contains(room_.id))
            continue;
        ours.push_back({zone[index].klass, zone[index].type, zone[index].rdata});
    }
    return compare_lists(ours, theirs) < 0;
}

/// §8.2: "it defers to the winning host by waiting one second, and then begins probing for this
/// record again", with the same name: if the other probe was a stale one of our own, nobody will
/// answer.
void Probe::wait_and_retry(Instant now, NamePlace name) {
    while (Claim* claim = probing_claim(name)) {
        claim->state = ClaimState::waiting;
        claim->probes_sent = 0;
        room_.timers.arm(claim->timer, Timer::probe, static_cast<std::uint64_t>(claim->id),
                         now + tie_break_wait);
    }
}

}  // namespace mdns::engine
