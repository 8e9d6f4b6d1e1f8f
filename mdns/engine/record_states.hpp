// mdns/engine/record_states.hpp: what one link has done with each published record.
#pragma once

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <limits>
#include <string_view>

#include "mdns/constants.hpp"
#include "mdns/engine/sparse_array.hpp"
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
    RecordState state = RecordState::absent;
    std::uint8_t announcements_left = 0;  // §8.3

    bool operator==(const LinkRecord&) const = default;
};

class RecordStates {
public:
    explicit RecordStates(const Zone& zone) : zone_(zone) {}

    LinkRecord& operator[](RecordIndex index) { return records_[index]; }
    /// To look at only: takes no memory for a record that this link has nothing to do with.
    const LinkRecord& peek(RecordIndex index) const {
        static constexpr LinkRecord none{};
        const LinkRecord* const found = records_.find(index);
        return found ? *found : none;
    }
    bool active(RecordIndex index) const { return peek(index).state == RecordState::active; }
    /// Announced before, and not answered with now (§9).
    bool silenced(RecordIndex index) const {
        const LinkRecord& record = peek(index);
        return record.state == RecordState::tentative && record.last_multicast != Instant{};
    }
    bool absent(RecordIndex index) const { return peek(index).state == RecordState::absent; }
    /// The record is no longer of this link; when it was last multicast is remembered for a second,
    /// in case the same data comes back (§6).
    void forget(Instant now, RecordIndex index) {
        if (sent_within(index, now, record_interval)) {
            if (departed_.size() >= max_departed) departed_.clear();
            departed_[digest(index)] = peek(index).last_multicast;
            tell_twins(index);
        }
        records_.reset(index);
    }
    void remember(RecordIndex index) {
        if (departed_.empty()) return;
        const auto found = departed_.find(digest(index));
        if (found == departed_.end()) return;
        LinkRecord& record = (*this)[index];
        record.last_multicast = std::max(record.last_multicast, found->second);
        departed_.erase(found);
    }

    /// Was it multicast here less than that long before now?
    bool sent_within(RecordIndex index, Instant now, Duration time) const {
        const Instant last = peek(index).last_multicast;
        return last != Instant{} && now - last < time;
    }

    /// The record of this name and data that is active here.
    std::optional<RecordIndex> find_active(NamePlace place, const wire::RecordView& seen) const {
        const auto same = zone_.find(place, seen);
        if (!same || active(*same)) return same;
        if (!zone_[*same].has_twin) return {};
        for (const RecordIndex index : zone_.at(place)) {
            if (active(index) && mdns::engine::same(zone_.data_key(index), zone_.data_key(*same)))
                return index;
        }
        return {};
    }

    /// The same data, published in another scope, that is active here and comes before this one.
    bool has_earlier_twin(RecordIndex index) const {
        if (!zone_[index].has_twin) return false;
        for (const RecordIndex other : zone_.at(zone_[index].owner)) {
            if (other < index && active(other) && zone_.same_data(other, index)) return true;
        }
        return false;
    }

    /// Do we own this name alone here, for all types (§6.1)?
    bool owns(NamePlace place) const {
        if (!zone_.has_unique(place)) return false;
        for (const RecordIndex index : zone_.at(place)) {
            if (zone_[index].sharing != Sharing::shared && active(index)) return true;
        }
        return false;
    }

private:
    static constexpr std::size_t max_departed = 4096;

    /// The same data stays published in another scope: for it, too, that was the last time.
    void tell_twins(RecordIndex index) {
        if (!zone_[index].has_twin) return;
        for (const RecordIndex other : zone_.at(zone_[index].owner)) {
            LinkRecord* const twin = records_.find(other);
            if (other == index || !twin || !zone_.same_data(other, index)) continue;
            twin->last_multicast = std::max(twin->last_multicast, peek(index).last_multicast);
        }
    }

    std::uint64_t digest(RecordIndex index) const {
        const ZoneRecord& record = zone_[index];
        const std::string_view rdata(reinterpret_cast<const char*>(record.rdata.data()),
                                     record.rdata.size());
        std::size_t seed = zone_.name_hash(record.owner);
        boost::hash_combine(seed, record.type);
        boost::hash_combine(seed, std::hash<std::string_view>{}(rdata));
        return seed;
    }

    const Zone& zone_;
    SparseArray<LinkRecord> records_;
    boost::unordered_flat_map<std::uint64_t, Instant> departed_;
};

}  // namespace mdns::engine
