// mdns/engine/data_index.hpp: finds a record by owner, type and data, where one name may have tens
// of thousands of them (every PTR of a popular type). Holds places only: the store has the records.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>

#include "mdns/wire/rdata.hpp"
#include "mdns/wire/siphash.hpp"

namespace mdns::engine {

/// Of one record. Names in the data compare without letter case.
struct DataKey {
    std::uint32_t owner = 0;  // its place in a NameTable
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    wire::Bytes rdata;  // canonical
};

inline bool same(const DataKey& left, const DataKey& right) {
    return left.owner == right.owner && left.type == right.type && left.klass == right.klass &&
           wire::same_rdata(left.type, left.rdata, right.rdata);
}

/// \tparam Store  has data_key(place), for each place that is in the index
template <class Store>
class DataIndex {
public:
    using Place = std::uint32_t;

    /// \param key  of the hash: nobody can aim at one bucket
    DataIndex(const Store& store, const wire::HashKey& key)
        : places_(0, Hash{&store, key}, Same{&store}) {}

    std::optional<Place> find(const DataKey& data) const {
        const auto found = places_.find(data);
        return found == places_.end() ? std::nullopt : std::optional(*found);
    }
    /// Of records that are the same, only the first is kept.
    void insert(Place place) { places_.insert(place); }
    /// Takes it out, unless another stands for it. \return whether it was in
    bool erase(Place place) {
        const auto found = places_.find(place);
        if (found == places_.end() || *found != place) return false;
        places_.erase(found);
        return true;
    }
    void clear() { places_.clear(); }

private:
    struct Hash {
        using is_transparent = void;
        const Store* store;
        wire::HashKey key;

        std::size_t operator()(Place place) const { return (*this)(store->data_key(place)); }
        std::size_t operator()(const DataKey& data) const {
            const std::uint64_t where =
                std::uint64_t{data.owner} << 32 | std::uint64_t{data.type} << 16 | data.klass;
            return wire::siphash13_folded(data.rdata, {key.k0 ^ where, key.k1});
        }
    };
    struct Same {
        using is_transparent = void;
        const Store* store;

        bool operator()(Place left, Place right) const {
            return same(store->data_key(left), store->data_key(right));
        }
        bool operator()(const DataKey& left, Place right) const {
            return same(left, store->data_key(right));
        }
        bool operator()(Place left, const DataKey& right) const { return (*this)(right, left); }
    };

    boost::unordered_flat_set<Place, Hash, Same> places_;
};

}  // namespace mdns::engine
