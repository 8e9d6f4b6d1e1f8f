// mdns/engine/name_table.hpp: values kept by domain name, found by its (keyed) hash.
// A place in the table is a small number that stays the same until erase().
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <limits>
#include <vector>

#include "mdns/wire/name.hpp"

namespace mdns::engine {

template <class Value>
class NameTable {
public:
    using Place = std::uint32_t;
    static constexpr Place none = std::numeric_limits<Place>::max();

    /// \param name  wire::Name or wire::NameView whose hash is given
    template <class AnyName>
    Place find(std::uint64_t hash, const AnyName& name) const {
        const auto first = index_.find(hash);
        for (Place at = first == index_.end() ? none : first->second; at != none;
             at = nodes_[at].next) {
            if (same(name, nodes_[at].name)) return at;
        }
        return none;
    }

    /// The place of name, made if there is none.
    Place intern(std::uint64_t hash, const wire::Name& name) {
        if (const Place found = find(hash, name); found != none) return found;
        const Place at = take_node();
        const auto [first, fresh] = index_.try_emplace(hash, none);
        nodes_[at] = Node{name, hash, fresh ? none : first->second, Value{}};
        first->second = at;
        return at;
    }

    void erase(Place at) {
        const auto first = index_.find(nodes_[at].hash);
        if (first->second == at) {
            first->second = nodes_[at].next;
            if (first->second == none) index_.erase(first);
        } else {
            Place before = first->second;
            while (nodes_[before].next != at) before = nodes_[before].next;
            nodes_[before].next = nodes_[at].next;
        }
        nodes_[at] = Node{};
        free_.push_back(at);
    }

    Value& operator[](Place at) { return nodes_[at].value; }
    const Value& operator[](Place at) const { return nodes_[at].value; }
    const wire::Name& name(Place at) const { return nodes_[at].name; }
    std::uint64_t hash(Place at) const { return nodes_[at].hash; }
    std::size_t size() const { return nodes_.size() - free_.size(); }
    /// Places are below this; those not in use hold an empty Value.
    Place end() const { return static_cast<Place>(nodes_.size()); }

private:
    struct Node {
        wire::Name name;
        std::uint64_t hash = 0;
        Place next = none;  // another name with this very hash
        Value value{};
    };

    static bool same(const wire::Name& left, const wire::Name& right) { return left == right; }
    static bool same(const wire::NameView& left, const wire::Name& right) {
        return left.equals(right);
    }

    Place take_node() {
        if (free_.empty()) {
            nodes_.emplace_back();
            return static_cast<Place>(nodes_.size() - 1);
        }
        const Place at = free_.back();
        free_.pop_back();
        return at;
    }

    boost::unordered_flat_map<std::uint64_t, Place> index_;
    std::vector<Node> nodes_;
    std::vector<Place> free_;
};

}  // namespace mdns::engine
