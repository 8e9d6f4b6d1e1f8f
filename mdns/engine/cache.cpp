#include "mdns/engine/cache.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

constexpr std::uint32_t max_ttl = 7 * 24 * 3600;  // RFC 2181 §8 allows a limit of our own
constexpr int max_tries = 16;                     // to find a record that nobody asks for
static_assert(sizeof(CachedRecord) == 64);

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

Cache::Cache(Context& host, Scheduler& timers)
    : host_(host), timers_(timers), data_(*this, host.key) {
    host_.caches.push_back(this);
}

Cache::~Cache() {
    clear();
    std::erase(host_.caches, this);
}

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
    seen.canonical_rdata(seen_rdata_);
    const auto same = owner == names_.none
                          ? std::nullopt
                          : data_.find({owner, seen.type, seen.klass, seen_rdata_});

    if (ttl == 0) {  // §10.1 goodbye: gone in a second, unless somebody rescues it
        if (!same) return {};
        records_[*same].expires = std::min(records_[*same].expires, now + goodbye_grace);
        schedule(now, *same, wanted);
        return {};
    }
    Place place = same.value_or(0);
    if (!same) {
        CachedRecord record;
        record.type = seen.type;
        record.rdata = Octets(seen_rdata_);
        const wire::Name name = owner == names_.none ? seen.name.to_name() : names_.name(owner);
        const std::size_t bytes = cost(record) + cost(name);
        if (!make_room(now, bytes, speaker, wanted)) {
            ++host_.counters.cache_dropped;
            return {};
        }
        record.owner = names_.intern(hash, name);
        host_.cache_bytes += bytes;
        place = take_place(std::move(record));
        link(place);
        shares_.add(place, speaker, bytes);
    } else {
        shares_.renew(place, speaker, cost(records_[place]) + cost(name(place)));
    }
    CachedRecord& record = records_[place];
    record.ttl = ttl;
    record.unique = seen.cache_flush;
    record.refreshes = 0;
    record.reconfirming = false;
    record.speaker = static_cast<std::uint32_t>(speaker);
    record.asked_after = CachedRecord::none;
    record.received = now;
    record.expires = now + std::chrono::seconds(ttl);
    schedule(now, place, wanted);
    if (record.unique) flushing_.emplace_back(record.owner, record.type);
    if (!same && record.type != wire::type::nsec) end_denials(now, record.owner, record.type);
    return Change{same ? Change::Kind::refreshed : Change::Kind::added, place};
}

Cache::Place Cache::take_place(CachedRecord&& record) {
    if (free_.empty()) {
        records_.push_back(std::move(record));
        return static_cast<Place>(records_.size() - 1);
    }
    const Place place = free_.back();
    free_.pop_back();
    records_[place] = std::move(record);
    return place;
}

void Cache::link(Place place) {
    CachedRecord& record = records_[place];
    Node& node = names_[record.owner];
    record.before = node.last;
    (node.last == CachedRecord::none ? node.first : records_[node.last].after) = place;
    node.last = place;
    if (record.type == wire::type::nsec) ++node.denials;
    data_.insert(place);
}

void Cache::unlink(Place place) {
    const CachedRecord& record = records_[place];
    Node& node = names_[record.owner];
    data_.erase(place);
    if (record.type == wire::type::nsec) --node.denials;
    (record.before == CachedRecord::none ? node.first : records_[record.before].after) =
        record.after;
    (record.after == CachedRecord::none ? node.last : records_[record.after].before) =
        record.before;
    if (node.first == CachedRecord::none) names_.erase(record.owner);
}

/// There is such a record after all: an NSEC that says otherwise is out of date.
void Cache::end_denials(Instant now, NamePlace owner, std::uint16_t type) {
    if (names_[owner].denials == 0) return;
    for (const Place place : siblings(owner)) {
        CachedRecord& other = records_[place];
        if (other.type != wire::type::nsec || wire::nsec_has(other.rdata, type).value_or(true))
            continue;
        other.expires = now;
        schedule(now, place, false);
    }
}

void Cache::flush_others(Instant now) {
    std::ranges::sort(flushing_);
    for (auto begin = flushing_.begin(); begin != flushing_.end();) {
        const NamePlace owner = begin->first;
        const auto end = std::find_if(begin, flushing_.end(),
                                      [&](const auto& one) { return one.first != owner; });
        // Each name is walked once, however many records of it the message has.
        for (const Place place : siblings(owner)) {
            CachedRecord& other = records_[place];
            if (now - other.received <= flush_grace) continue;  // of the same burst
            if (other.expires <= now + flush_grace) continue;
            if (!std::binary_search(begin, end, std::pair(owner, other.type))) continue;
            other.expires = now + flush_grace;
            schedule(now, place, false);
        }
        begin = end;
    }
    flushing_.clear();
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
    const std::size_t bytes = cost(record) + cost(name(place));
    host_.cache_bytes -= bytes;
    shares_.remove(place, bytes);
    unlink(place);
    record = CachedRecord{};
    free_.push_back(place);
}

void Cache::clear() {
    for (Place place = 0; place < records_.size(); ++place) {
        CachedRecord& record = records_[place];
        timers_.disarm(record.timer);
        if (record.type != 0) host_.cache_bytes -= cost(record) + cost(name(place));
    }
    data_.clear();
    records_.clear();
    free_.clear();
    shares_.clear();
    names_ = {};
}

wire::Record Cache::record(Place place) const {
    const CachedRecord& found = records_[place];
    return {name(place), found.type, found.klass, found.ttl,
            wire::Rdata(found.rdata.begin(), found.rdata.end())};
}

bool Cache::denied(Instant now, std::uint64_t hash, const wire::Name& name,
                   std::uint16_t type) const {
    const auto owner = names_.find(hash, name);
    if (type == wire::type::any || owner == names_.none || names_[owner].denials == 0) return false;
    bool denied = false;
    for (const Place place : siblings(owner)) {
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
        std::ranges::copy(siblings(at), std::back_inserter(places));
    }
    return places;
}

/// With what the heap, its timer and its share take.
std::size_t Cache::cost(const CachedRecord& record) {
    const std::size_t heap = record.rdata.heap_size();
    return sizeof(CachedRecord) + heap + (heap == 0 ? 0 : 16) + 48;
}

/// As if each record had a name of its own: whoever fills the cache says different names.
std::size_t Cache::cost(const wire::Name& name) { return name.wire().size() + 100; }

// ---- a full cache ----

bool Cache::make_room(Instant now, std::size_t bytes, std::uint64_t speaker, bool wanted) {
    while (host_.cache_bytes + bytes > host_.config.cache_memory_max) {
        const std::size_t before = host_.cache_bytes;
        if (!make_more_room(now, speaker, wanted)) return false;
        if (host_.cache_bytes == before) break;  // what goes is on its way
    }
    return true;
}

/// PRODUCT "Caches": a source with more than an eighth loses its own oldest unasked record first.
/// Where many hold little, only what a client waits for is worth another's record.
bool Cache::make_more_room(Instant now, std::uint64_t speaker, bool wanted) {
    const std::size_t share = host_.config.cache_memory_max / 8;
    if (shares_.held(speaker) > share) return take_from(speaker);
    for (Cache* const cache : host_.caches) {
        const auto large = cache->shares_.larger_than(share);
        if (large && cache->take_from(*large)) return true;
    }
    if (const auto large = shares_.larger_than(share); large && take_wanted_from(now, *large))
        return true;
    return wanted && std::ranges::any_of(host_.caches,
                                         [](Cache* cache) { return cache->take_from_anyone(); });
}

bool Cache::take_from(std::uint64_t source) {
    for (int tries = 0; tries < max_tries; ++tries) {
        const Place place = shares_.oldest(source);
        if (place == Shares::none) return false;
        if (!asked_(name_hash(place), name(place), records_[place].type)) {
            drop(place);
            return true;
        }
        shares_.spare(place);
    }
    return false;
}

/// Clients hear that it is gone: as if it had expired.
bool Cache::take_wanted_from(Instant now, std::uint64_t source) {
    const Place place = shares_.oldest(source);
    if (place == Shares::none) return false;
    shares_.spare(place);
    records_[place].expires = now;
    schedule(now, place, false);
    ++host_.counters.cache_dropped;
    return true;
}

bool Cache::take_from_anyone() {
    for (int tries = 0; tries < max_tries && !records_.empty(); ++tries) {
        if (++hand_ >= records_.size()) hand_ = 0;
        if (records_[hand_].type == 0) continue;
        if (asked_(name_hash(hand_), name(hand_), records_[hand_].type)) continue;
        drop(hand_);
        return true;
    }
    return false;
}

void Cache::drop(Place place) {
    ++host_.counters.cache_dropped;
    remove(place);
}

}  // namespace mdns::engine
