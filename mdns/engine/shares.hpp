// mdns/engine/shares.hpp: whose records fill one link's cache, and who gives way when it is full
// (PRODUCT.md, "Caches"). Each record belongs to one source, oldest first; all at a constant price.
// What a record is, and whether a client asks for it, is the cache's to know.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace mdns::engine {

class Shares {
public:
    using Place = std::uint32_t;  // of a record in the cache
    static constexpr Place none = std::numeric_limits<Place>::max();

    void add(Place place, std::uint64_t source, std::size_t bytes);
    /// Heard again: it is the youngest now. Heard from somebody else it belongs to whoever holds
    /// less, so that repeating the records of others does not make them fall with one's own.
    void renew(Place place, std::uint64_t source, std::size_t bytes);
    void remove(Place place, std::size_t bytes);
    /// Its turn to go comes last again.
    void spare(Place place);
    void clear();

    std::size_t held(std::uint64_t source) const;
    /// The record that the source was heard to say longest ago, or none.
    Place oldest(std::uint64_t source) const;
    /// The source of a record, for held() and oldest().
    std::uint64_t source(Place place) const { return holders_[entries_[place].holder].source; }
    /// A source that holds more than this, if there is one.
    std::optional<std::uint64_t> larger_than(std::size_t bytes);

private:
    using Index = std::uint32_t;  // of a holder
    struct Entry {
        Place older = none;
        Place younger = none;
        Index holder = none;
    };
    struct Holder {
        std::uint64_t source = 0;
        std::size_t bytes = 0;
        Place oldest = none;
        Place youngest = none;
    };
    Index holder_of(std::uint64_t source);
    void link(Place place, Index holder, std::size_t bytes);
    void unlink(Place place, std::size_t bytes);

    std::vector<Entry> entries_;  // by place
    std::vector<Holder> holders_;
    std::vector<Index> free_;
    boost::unordered_flat_map<std::uint64_t, Index> index_;
    Index largest_ = none;  // of all holders, unless it has lost something since
    bool shrunk_ = false;   // it has
};

}  // namespace mdns::engine
