#include "mdns/engine/goodbye.hpp"

#include <algorithm>

namespace mdns::engine {

std::vector<RecordIndex> Goodbye::say(Instant now, std::span<const RecordIndex> ending, Why why) {
    std::vector<RecordIndex> remaining;
    const Zone& zone = room_.host.zone;
    for (const RecordIndex index : ending) {
        if (zone[index].holders.size() > 1 || has_other_twin(index, ending)) continue;
        if (why == Why::contested && zone[index].sharing == Sharing::shared) continue;
        // Only what was announced (§10.1-05): a name still being probed was never ours.
        const bool announced = room_.records.peek(index).last_multicast != Instant{};
        if (!announced) continue;
        const std::size_t before = remaining.size();
        // What stays of a set when a publication goes is of others, who do not announce it again.
        const bool of_others = why != Why::changed && zone[index].company == Company::any;
        if (zone[index].sharing != Sharing::shared && !of_others)
            survivors(index, ending, remaining);
        const auto staying = std::span(remaining).subspan(before);
        if (staying.empty() || wait(now, staying)) room_.outbox.goodbye(zone.record(index));
    }
    return remaining;
}

/// Multicast within the last second, they may not be announced at once (§6); and should they end
/// meanwhile, they never are, and those before them had no goodbye.
bool Goodbye::wait(Instant now, std::span<const RecordIndex> staying) const {
    return std::ranges::any_of(staying, [&](RecordIndex index) {
        room_.records.remember(index);
        return room_.records.sent_within(index, now, record_interval);
    });
}

/// Published in another scope too, and that stays: others may keep it.
bool Goodbye::has_other_twin(RecordIndex index, std::span<const RecordIndex> ending) const {
    const Zone& zone = room_.host.zone;
    if (!zone[index].has_twin) return false;
    return std::ranges::any_of(zone.at(zone[index].owner), [&](RecordIndex other) {
        return other != index && room_.records.active(other) && zone.same_data(other, index) &&
               std::ranges::find(ending, other) == ending.end();
    });
}

void Goodbye::survivors(RecordIndex index, std::span<const RecordIndex> ending,
                        std::vector<RecordIndex>& found) const {
    const Zone& zone = room_.host.zone;
    for (const RecordIndex other : zone.at(zone[index].owner)) {
        const bool same_set = other != index && zone[other].type == zone[index].type &&
                              zone[other].klass == zone[index].klass &&
                              zone[other].scope.contains(room_.id);
        if (same_set && std::ranges::find(ending, other) == ending.end()) found.push_back(other);
    }
}

}  // namespace mdns::engine
