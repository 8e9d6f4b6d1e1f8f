// mdns/engine/zone.hpp: what we say. Every published record of this host, once, for all links.
// Owns the publications, their records and the index by name; remembers for a while what was
// withdrawn, since late copies of our own packets are never a rival's (PRODUCT "Own packets").
// What each link has done with a record is the link's (record_states.hpp).
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <span>
#include <vector>

#include "mdns/engine/data_index.hpp"
#include "mdns/engine/holders.hpp"
#include "mdns/engine/name_table.hpp"
#include "mdns/engine/sparse_array.hpp"
#include "mdns/engine/types.hpp"
#include "mdns/wire/message.hpp"

namespace mdns::engine {

using RecordIndex = std::uint32_t;
using NamePlace = std::uint32_t;

struct ZoneRecord {
    NamePlace owner = 0;
    std::uint32_t at = 0;  // its place among the records of its owner
    NamePlace target = 0;  // of PTR and SRV: the name in the rdata; else NameTable::none
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::uint32_t ttl = 0;
    Sharing sharing = Sharing::shared;
    Scope scope;
    bool said = false;  // announced on some link
    Company company = Company::none;
    bool announce = true;
    bool has_twin = false;  // the same data is published in another scope, too, or may be
    wire::Rdata rdata;
    Holders holders;  // empty: this place is free
};

class Zone {
public:
    static constexpr NamePlace no_name = NameTable<int>::none;
    explicit Zone(const wire::HashKey& key) : key_(key), data_(*this, key) {}
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;

    // ---- publications ----

    /// Empty when a unique record collides with another publication's.
    std::optional<PublicationId> add(const Publication& publication);

    bool may_add(const Publication& publication) const;

    struct Update {
        std::vector<RecordIndex> added;
        std::vector<RecordIndex> removed;  // still in the zone until drop()
    };
    /// False when a unique record would collide with another publication's.
    bool may_update(PublicationId id, const std::vector<PublishedRecord>& records) const;
    /// Takes in the new records; those that are no longer wanted wait for drop().
    Update update(PublicationId id, const std::vector<PublishedRecord>& records);
    void drop(Instant now, PublicationId id, std::span<const RecordIndex> records);
    void remove(Instant now, PublicationId id);

    struct Entry {
        Scope scope;
        std::vector<RecordIndex> records;  // in the order given
        bool told_established = false;
        bool exists = false;
        bool operator==(const Entry&) const = default;
    };
    const Entry* entry(PublicationId id) const;
    Entry* entry(PublicationId id);
    template <class Visit>
    void for_each_publication(Visit&& visit) const {
        publications_.for_each([&](std::uint64_t id, const Entry& found) {
            if (found.exists) visit(id, found);
        });
    }

    // ---- records ----

    const ZoneRecord& operator[](RecordIndex index) const { return records_[index]; }
    const wire::Name& owner_name(RecordIndex index) const {
        return names_.name(records_[index].owner);
    }
    wire::Record record(RecordIndex index) const;
    bool same_data(RecordIndex left, RecordIndex right) const;
    DataKey data_key(RecordIndex index) const;
    std::size_t size() const { return records_.size() - free_.size(); }

    // ---- names ----

    template <class AnyName>
    NamePlace find(const AnyName& name) const {
        return names_.find(wire::hash(name, key_), name);
    }
    template <class AnyName>
    NamePlace find(std::uint64_t hash, const AnyName& name) const {
        return names_.find(hash, name);
    }
    std::span<const RecordIndex> at(NamePlace place) const;
    bool has_unique(NamePlace place) const { return place != no_name && names_[place].unique != 0; }
    const wire::Name& name(NamePlace place) const { return names_.name(place); }
    std::uint64_t name_hash(NamePlace place) const { return names_.hash(place); }
    /// One record of this name and data, in any scope.
    std::optional<RecordIndex> find(NamePlace place, const wire::RecordView& seen) const;

    /// Does this equal a record that we publish on any link, or did in the last 10 s?
    bool is_ours(Instant now, const wire::RecordView& seen) const;
    /// The same, and we have announced it: one that we only wanted to, or have lost, is the peer's
    /// who says it.
    bool was_said(Instant now, const wire::RecordView& seen) const;
    void note_said(RecordIndex index) { records_[index].said = true; }
    void note_lost(PublicationId id);

private:
    struct Node {
        boost::container::small_vector<RecordIndex, 4> records;
        std::uint32_t references = 0;  // records owning or naming it
        std::uint32_t unique = 0;      // records of it that are not shared
    };
    struct Withdrawn {
        Instant at;
        std::uint64_t hash;  // of the name
        wire::Record record;
        bool said;
    };
    const Withdrawn* find_withdrawn(Instant now, std::uint64_t hash,
                                    const wire::RecordView& seen) const;
    NamePlace refer(const wire::Name& name);
    void release(NamePlace place);
    bool collides(const PublishedRecord& wanted, const Scope& scope, PublicationId self) const;
    RecordIndex hold(PublicationId id, const PublishedRecord& wanted, const Scope& scope);
    void let_go(Instant now, PublicationId id, RecordIndex index);
    void note_twins(RecordIndex index);
    void take_out(RecordIndex index);
    std::optional<RecordIndex> find_equal(const wire::Record& record, const Scope& scope) const;

    wire::HashKey key_;
    std::uint64_t next_id_ = 1;
    NameTable<Node> names_;
    std::vector<ZoneRecord> records_;  // blocks would waste less, and cost a third of the time
    std::vector<RecordIndex> free_;
    DataIndex<Zone> data_;
    mutable wire::Rdata seen_rdata_;  // scratch of find()
    SparseArray<Entry> publications_;
    std::deque<Withdrawn> withdrawn_;
};

}  // namespace mdns::engine
