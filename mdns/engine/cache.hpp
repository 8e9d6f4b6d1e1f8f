// mdns/engine/cache.hpp: what others on one link say. RFC 6762 §10 (TTL, goodbye, cache-flush),
// §5.2 (when a record that somebody wants must be asked for again), §6.1 (NSEC as a negative
// answer). Leaves to query.*: who wants what, and telling them.
#pragma once

#include <boost/container/small_vector.hpp>
#include <functional>
#include <vector>

#include "mdns/engine/context.hpp"
#include "mdns/engine/name_table.hpp"
#include "mdns/engine/scheduler.hpp"

namespace mdns::engine {

struct CachedRecord {
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::uint32_t ttl = 0;       // as received
    bool unique = false;         // came with the cache-flush bit
    std::uint8_t refreshes = 0;  // how many of the four were due already
    bool reconfirming = false;
    std::uint64_t speaker = 0;             // who said it last: a digest of the address
    std::optional<Instant> asked_in_vain;  // by a peer, since it was received (§10.5)
    Instant received;
    Instant expires;
    Scheduler::Slot timer = Scheduler::none;
    NamePlace owner = 0;
    wire::Rdata rdata;

    /// Seconds left, as §7.1 puts them into known answers.
    std::uint32_t remaining(Instant now) const;
};

std::uint64_t digest(const Address& address);

class Cache {
public:
    using Place = std::uint32_t;  // of a record; stable while it lives

    Cache(Context& host, Scheduler& timers) : host_(host), timers_(timers) {}
    ~Cache();
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    struct Change {
        enum class Kind { added, refreshed } kind;
        Place place;
    };
    /// Takes in one record of a response. Own records must have been sorted out before.
    /// \param speaker  digest() of where it comes from
    /// \param wanted  somebody asks for it: it is kept even when the cache is full
    std::optional<Change> absorb(Instant now, const wire::RecordView& seen, std::uint64_t hash,
                                 std::uint64_t speaker, bool wanted);
    /// §10.2: other records of the same name, type and class, older than a second, end in one
    /// second.
    void flush_others(Instant now, const wire::RecordView& seen, std::uint64_t hash);

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

    /// Records of a name, in the order they came.
    template <class AnyName>
    std::span<const Place> find(std::uint64_t hash, const AnyName& name) const {
        const auto at = names_.find(hash, name);
        if (at == names_.none) return {};
        const auto& places = names_[at].records;
        return {places.data(), places.size()};
    }
    /// Has its owner said that this name has no record of the type (§6.1)?
    bool denied(Instant now, std::uint64_t hash, const wire::Name& name, std::uint16_t type) const;

    std::size_t size() const { return records_.size() - free_.size(); }
    std::vector<Place> all() const;

private:
    struct Node {
        boost::container::small_vector<Place, 4> records;
    };
    void end_denials(Instant now, NamePlace owner, std::uint16_t type);
    static std::size_t cost(const CachedRecord& record);
    bool make_room(std::size_t bytes, bool wanted);
    /// Of the data in seen_rdata_.
    Place find_same(NamePlace owner, const wire::RecordView& seen) const;

    Context& host_;
    Scheduler& timers_;
    NameTable<Node> names_;
    std::vector<CachedRecord> records_;
    std::vector<Place> free_;
    wire::Rdata seen_rdata_;  // scratch: what absorb() takes in
};

}  // namespace mdns::engine
