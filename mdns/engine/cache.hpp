// mdns/engine/cache.hpp: what others on one link say. RFC 6762 §10 (TTL, goodbye, cache-flush),
// §5.2 (when a record that somebody wants must be asked for again), §6.1 (NSEC as a negative
// answer). Leaves to query.*: who wants what, and telling them.
#pragma once

#include <functional>
#include <iterator>
#include <vector>

#include "mdns/engine/context.hpp"
#include "mdns/engine/data_index.hpp"
#include "mdns/engine/name_table.hpp"
#include "mdns/engine/octets.hpp"
#include "mdns/engine/scheduler.hpp"
#include "mdns/engine/shares.hpp"

namespace mdns::engine {

/// One cache line: there may be a hundred thousand.
struct CachedRecord {
    static constexpr std::uint16_t klass = wire::class_in;  // others are not kept
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    Instant received;
    Instant expires;
    Octets rdata;
    std::uint32_t ttl = 0;             // as received
    std::uint32_t speaker = 0;         // who said it last: part of the digest of the address
    std::uint32_t asked_after = none;  // milliseconds: see asked_in_vain()
    Scheduler::Slot timer = Scheduler::none;
    NamePlace owner = 0;
    std::uint32_t before = none;  // its neighbours among the records of the name
    std::uint32_t after = none;
    std::uint16_t type = 0;          // 0: this place is free
    std::uint8_t refreshes : 3 = 0;  // how many of the four were due already
    bool unique : 1 = false;         // came with the cache-flush bit
    bool reconfirming : 1 = false;

    /// Seconds left, as §7.1 puts them into known answers.
    std::uint32_t remaining(Instant now) const;
    bool said_by(std::uint64_t digest) const {
        return speaker == static_cast<std::uint32_t>(digest);
    }
    /// When a peer asked for it, since it was received, and nobody answered (§10.5).
    std::optional<Instant> asked_in_vain() const {
        if (asked_after == none) return {};
        return received + std::chrono::milliseconds(asked_after);
    }
    void note_asked_in_vain(Instant now) {
        asked_after = static_cast<std::uint32_t>(
            std::chrono::ceil<std::chrono::milliseconds>(now - received).count());
    }
};

std::uint64_t digest(const Address& address);

class Cache {
public:
    using Place = std::uint32_t;  // of a record; stable while it lives

    /// Records of one name, in the order they came; good until one of them is removed.
    class Siblings {
    public:
        class Iterator {
        public:
            using value_type = Place;
            using difference_type = std::ptrdiff_t;
            Iterator() = default;
            Iterator(const Cache* cache, Place at) : cache_(cache), at_(at) {}
            Place operator*() const { return at_; }
            Iterator& operator++() {
                at_ = (*cache_)[at_].after;
                return *this;
            }
            Iterator operator++(int) { return std::exchange(*this, ++Iterator(*this)); }
            bool operator==(const Iterator& other) const { return at_ == other.at_; }

        private:
            const Cache* cache_ = nullptr;
            Place at_ = CachedRecord::none;
        };
        Siblings() = default;
        Siblings(const Cache* cache, Place first) : first_(cache, first) {}
        Iterator begin() const { return first_; }
        Iterator end() const { return {}; }

    private:
        Iterator first_;
    };

    Cache(Context& host, Scheduler& timers);
    ~Cache();
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    struct Change {
        enum class Kind { added, refreshed } kind;
        Place place;
    };
    using Asked = std::function<bool(std::uint64_t hash, const wire::Name&, std::uint16_t type)>;
    /// Does a client ask for such a record? Consulted when there is no room left.
    void set_asked(Asked asked) { asked_ = std::move(asked); }

    /// Takes in one record of a response. Own records must have been sorted out before.
    /// \param speaker  digest() of where it comes from
    /// \param wanted  somebody asks for it: when the cache is full, another gives way
    std::optional<Change> absorb(Instant now, const wire::RecordView& seen, std::uint64_t hash,
                                 std::uint64_t speaker, bool wanted);
    /// §10.2: other records of the name, type and class of each that was absorbed with the
    /// cache-flush bit, older than a second, end in one second. After the last one of a message.
    void flush_others(Instant now);

    /// Unless heard again, it ends then; it is not asked for meanwhile (§10.5).
    void end_by(Instant now, Place place, Instant end);
    /// §10.4: unless heard again, it ends within ten seconds.
    void doubt(Instant now, Place place);
    /// Arms the record's timer for its refresh (when wanted) or its end.
    void schedule(Instant now, Place place, bool wanted);
    void remove(Place place);
    void clear();

    CachedRecord& operator[](Place place) { return records_[place]; }
    const CachedRecord& operator[](Place place) const { return records_[place]; }
    const wire::Name& name(Place place) const { return names_.name(records_[place].owner); }
    std::uint64_t name_hash(Place place) const { return names_.hash(records_[place].owner); }
    wire::Record record(Place place) const;

    template <class AnyName>
    Siblings find(std::uint64_t hash, const AnyName& name) const {
        return siblings(names_.find(hash, name));
    }
    /// The record of this name, type and data.
    template <class AnyName>
    std::optional<Place> find(std::uint64_t hash, const AnyName& name, std::uint16_t type,
                              wire::Bytes rdata) const {
        const auto owner = names_.find(hash, name);
        if (owner == names_.none) return {};
        return data_.find({owner, type, wire::class_in, rdata});
    }
    DataKey data_key(Place place) const {
        const CachedRecord& record = records_[place];
        return {record.owner, record.type, record.klass, record.rdata};
    }
    /// Has its owner said that this name has no record of the type (§6.1)?
    bool denied(Instant now, std::uint64_t hash, const wire::Name& name, std::uint16_t type) const;

    std::size_t size() const { return records_.size() - free_.size(); }
    std::vector<Place> all() const;

private:
    struct Node {
        Place first = CachedRecord::none;
        Place last = CachedRecord::none;
        std::uint32_t denials = 0;  // how many of them are NSEC records
    };
    Siblings siblings(NamePlace owner) const {
        return owner == names_.none ? Siblings() : Siblings(this, names_[owner].first);
    }
    Place take_place(CachedRecord&& record);
    void link(Place place);
    void unlink(Place place);
    void end_denials(Instant now, NamePlace owner, std::uint16_t type);
    static std::size_t cost(const CachedRecord& record);
    static std::size_t cost(const wire::Name& name);
    bool make_room(Instant now, std::size_t bytes, std::uint64_t speaker, bool wanted);
    bool make_more_room(Instant now, std::uint64_t speaker, bool wanted);
    // Who gives way when all caches together are full; each: false when nothing could go.
    bool take_from(std::uint64_t source);
    bool take_wanted_from(Instant now, std::uint64_t source);
    bool take_from_anyone();
    void drop(Place place);

    Context& host_;
    Scheduler& timers_;
    NameTable<Node> names_;
    std::vector<CachedRecord> records_;
    std::vector<Place> free_;
    DataIndex<Cache> data_;
    Shares shares_;
    Asked asked_ = [](auto&&...) { return false; };
    Place hand_ = 0;          // goes round when nobody in particular is to give way
    wire::Rdata seen_rdata_;  // scratch: what absorb() takes in
    std::vector<std::pair<NamePlace, std::uint16_t>> flushing_;  // what flush_others() is to do
};

}  // namespace mdns::engine
