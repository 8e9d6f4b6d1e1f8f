#include "mdns/engine/cache.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

constexpr std::uint32_t max_ttl = 7 * 24 * 3600;  // RFC 2181 §8 allows a limit of our own
constexpr std::size_t max_per_name = 20'000;      // looked through one by one
constexpr Cache::Place no_place = std::numeric_limits<Cache::Place>::max();

bool is_pseudo(std::uint16_t type) {  // §10.2: never cached
    return type == 0 || type == wire::type::opt || type == wire::type::tkey ||
           type == wire::type::tsig || type == wire::type::sig;
}

}  // namespace

std::uint32_t CachedRecord::remaining(Instant now) const {
    if (now >= expires) return 0;
    return static_cast<std::uint32_t>(
        std::chrono::ceil<std::chrono::seconds>(expires - now).count());
}

Cache::~Cache() { clear(); }

std::uint64_t digest(const Address& address) {
    // By bytes: an fe80 address is the same with and without its scope id.
    return address.is_v4() ? boost::hash_value(address.to_v4().to_bytes())
                           : boost::hash_value(address.to_v6().to_bytes());
}

std::optional<Cache::Change> Cache::absorb(Instant now, const wire::RecordView& seen,
                                           std::uint64_t hash, std::uint64_t speaker, bool wanted) {
    if (is_pseudo(seen.type) || seen.klass != wire::class_in) return {};
    const std::uint32_t ttl = std::min(seen.ttl, max_ttl);
    const auto owner = names_.find(hash, seen.name);
    seen.canonical_rdata(seen_rdata_);  // names in it are followed once, not once a sibling
    Place place = owner == names_.none ? no_place : find_same(owner, seen);

    if (ttl == 0) {  // §10.1 goodbye: gone in a second, unless somebody rescues it
        if (place == no_place) return {};
        records_[place].expires = std::min(records_[place].expires, now + goodbye_grace);
        schedule(now, place, wanted);
        return {};
    }
    const bool fresh = place == no_place;
    if (fresh) {
        CachedRecord record;
        record.rdata = seen_rdata_;
        const bool crowded = owner != names_.none && names_[owner].records.size() >= max_per_name;
        if (crowded || !make_room(cost(record), wanted)) {
            ++host_.counters.cache_dropped;
            return {};
        }
        record.type = seen.type;
        record.klass = seen.klass;
        record.owner =
            names_.intern(hash, owner == names_.none ? seen.name.to_name() : names_.name(owner));
        host_.cache_bytes += cost(record);
        if (free_.empty()) {
            place = static_cast<Place>(records_.size());
            records_.push_back(std::move(record));
        } else {
            place = free_.back();
            free_.pop_back();
            records_[place] = std::move(record);
        }
        names_[records_[place].owner].records.push_back(place);
    }
    CachedRecord& record = records_[place];
    record.ttl = ttl;
    record.unique = seen.cache_flush;
    record.refreshes = 0;
    record.reconfirming = false;
    record.speaker = speaker;
    record.asked_in_vain.reset();
    record.received = now;
    record.expires = now + std::chrono::seconds(ttl);
    schedule(now, place, wanted);
    if (fresh && record.type != wire::type::nsec) end_denials(now, record.owner, record.type);
    return Change{fresh ? Change::Kind::added : Change::Kind::refreshed, place};
}

/// There is such a record after all: an NSEC that says otherwise is out of date.
void Cache::end_denials(Instant now, NamePlace owner, std::uint16_t type) {
    for (const Place place : names_[owner].records) {
        CachedRecord& other = records_[place];
        if (other.type != wire::type::nsec || wire::nsec_has(other.rdata, type).value_or(true))
            continue;
        other.expires = now;
        schedule(now, place, false);
    }
}

void Cache::flush_others(Instant now, const wire::RecordView& seen, std::uint64_t hash) {
    const auto owner = names_.find(hash, seen.name);
    if (owner == names_.none) return;
    for (const Place place : names_[owner].records) {
        CachedRecord& other = records_[place];
        if (other.type != seen.type || other.klass != seen.klass) continue;
        if (now - other.received <= flush_grace) continue;  // of the same burst
        if (other.expires <= now + flush_grace) continue;
        other.expires = now + flush_grace;
        schedule(now, place, false);
    }
}

void Cache::end_by(Instant now, Place place, Instant end) {
    if (records_[place].expires <= end) return;
    records_[place].expires = end;
    schedule(now, place, false);
}

void Cache::doubt(Instant now, Place place) {
    CachedRecord& record = records_[place];
    record.reconfirming = true;
    record.expires = std::min(record.expires, now + reconfirm_time);
    timers_.arm(record.timer, Timer::record, place,
                std::min(record.expires, now + reconfirm_interval));
}

void Cache::schedule(Instant now, Place place, bool wanted) {
    CachedRecord& record = records_[place];
    Instant at = record.expires;
    const bool full_life = record.expires == record.received + std::chrono::seconds(record.ttl);
    if (wanted && full_life) {
        // §5.2: at 80, 85, 90 and 95 % of the TTL, plus up to 2 % so that hosts do not ask together
        const auto percent = std::chrono::milliseconds(record.ttl * std::uint64_t{10});
        while (record.refreshes < std::size(refresh_percents) &&
               record.received + percent * refresh_percents[record.refreshes] < now) {
            ++record.refreshes;
        }
        if (record.refreshes < std::size(refresh_percents)) {
            at = record.received + percent * refresh_percents[record.refreshes] +
                 host_.random.between(Duration::zero(), percent * refresh_jitter_percent);
        }
    }
    timers_.arm(record.timer, Timer::record, place, at);
}

void Cache::remove(Place place) {
    CachedRecord& record = records_[place];
    timers_.disarm(record.timer);
    host_.cache_bytes -= cost(record);
    auto& siblings = names_[record.owner].records;
    siblings.erase(std::ranges::find(siblings, place));
    if (siblings.empty()) names_.erase(record.owner);
    record = CachedRecord{};
    free_.push_back(place);
}

void Cache::clear() {
    for (CachedRecord& record : records_) {
        timers_.disarm(record.timer);
        if (record.type != 0) host_.cache_bytes -= cost(record);
    }
    records_.clear();
    free_.clear();
    names_ = {};
}

wire::Record Cache::record(Place place) const {
    const CachedRecord& found = records_[place];
    return {name(place), found.type, found.klass, found.ttl, found.rdata};
}

bool Cache::denied(Instant now, std::uint64_t hash, const wire::Name& name,
                   std::uint16_t type) const {
    if (type == wire::type::any) return false;
    bool denied = false;
    for (const Place place : find(hash, name)) {
        const CachedRecord& record = records_[place];
        if (record.expires <= now) continue;
        if (record.type == type || record.type == wire::type::cname)
            return false;  // the positive answer wins
        if (record.type == wire::type::nsec) {
            denied = denied || !wire::nsec_has(record.rdata, type).value_or(true);
        }
    }
    return denied;
}

std::vector<Cache::Place> Cache::all() const {
    std::vector<Place> places;
    places.reserve(size());
    for (auto at = NamePlace{0}; at < names_.end(); ++at) {
        places.insert(places.end(), names_[at].records.begin(), names_[at].records.end());
    }
    return places;
}

std::size_t Cache::cost(const CachedRecord& record) {
    return sizeof(CachedRecord) + record.rdata.size() + 64;  // 64: its part of the name's node
}

bool Cache::make_room(std::size_t bytes, bool wanted) {
    // Whoever floods us with records nobody wants fills the room and then talks to the wall; what a
    // client waits for has as much room again.
    const std::size_t limit = host_.config.cache_memory_max * (wanted ? 2 : 1);
    return host_.cache_bytes + bytes <= limit;
}

Cache::Place Cache::find_same(NamePlace owner, const wire::RecordView& seen) const {
    for (const Place place : names_[owner].records) {
        const CachedRecord& other = records_[place];
        if (other.type == seen.type && other.klass == seen.klass &&
            wire::same_rdata(seen.type, seen_rdata_, other.rdata))
            return place;
    }
    return no_place;
}

}  // namespace mdns::engine
