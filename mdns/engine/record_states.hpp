// mdns/engine/record_states.hpp: what one link has done with each published record.
#pragma once

#include <limits>
#include <vector>

#include "mdns/engine/zone.hpp"

namespace mdns::engine {

enum class RecordState : std::uint8_t {
    absent,     // not of this link
    tentative,  // its name is not yet verified: never in an answer (§8.1)
    active,     // answered, announced, said goodbye to
};

struct LinkRecord {
    static constexpr std::uint32_t not_pending = std::numeric_limits<std::uint32_t>::max();

    Instant last_multicast{};             // epoch: never
    std::uint32_t pending = not_pending;  // its place among the outbox's answers
    std::uint32_t packet = 0;             // the last packet it was put into
    RecordState state = RecordState::absent;
    std::uint8_t announcements_left = 0;  // §8.3
};

class RecordStates {
public:
    explicit RecordStates(const Zone& zone) : zone_(zone) {}

    LinkRecord& operator[](RecordIndex index) {
        if (index >= states_.size()) states_.resize(index + 1);
        return states_[index];
    }
    bool active(RecordIndex index) const {
        return index < states_.size() && states_[index].state == RecordState::active;
    }
    void forget(RecordIndex index) {
        if (index < states_.size()) states_[index] = {};
    }

    /// Was it multicast here less than that long before now?
    bool sent_within(RecordIndex index, Instant now, Duration time) const {
        return index < states_.size() && states_[index].last_multicast != Instant{} &&
               now - states_[index].last_multicast < time;
    }

    /// The record of this name and data that is active here.
    std::optional<RecordIndex> find_active(NamePlace place, const wire::RecordView& seen) const {
        for (const RecordIndex index : zone_.at(place)) {
            const ZoneRecord& ours = zone_[index];
            const bool same_key =
                active(index) && ours.type == seen.type && ours.klass == seen.klass;
            if (same_key && seen.rdata_equals(ours.rdata)) return index;
        }
        return {};
    }

    /// Do we own this name alone here, for all types (§6.1)?
    bool owns(NamePlace place) const {
        for (const RecordIndex index : zone_.at(place)) {
            if (zone_[index].sharing != Sharing::shared && active(index)) return true;
        }
        return false;
    }

private:
    const Zone& zone_;
    std::vector<LinkRecord> states_;  // by RecordIndex
};

}  // namespace mdns::engine
