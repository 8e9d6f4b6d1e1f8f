// mdns/engine/holders.hpp: which publications hold a record. Nearly always one, so that one takes
// no memory of its own; thousands hold the record that lists their service type.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

class Holders {
public:
    std::size_t size() const { return all_ ? all_->size() : only_ == none ? 0 : 1; }
    bool empty() const { return size() == 0; }
    const PublicationId* begin() const { return all_ ? all_->data() : &only_; }
    const PublicationId* end() const { return begin() + size(); }
    bool contains(PublicationId id) const { return std::binary_search(begin(), end(), id); }

    /// Does nothing when it is there already.
    void add(PublicationId id) {
        if (contains(id)) return;
        if (empty()) {
            only_ = id;
            return;
        }
        if (!all_) all_ = std::make_unique<std::vector<PublicationId>>(1, only_);
        all_->insert(std::ranges::upper_bound(*all_, id), id);  // mostly the end: ids grow
    }
    void remove(PublicationId id) {
        if (!all_) {
            if (only_ == id) only_ = none;
            return;
        }
        std::erase(*all_, id);
        if (all_->size() > 1) return;
        only_ = all_->front();
        all_.reset();
    }

private:
    static constexpr PublicationId none{};  // no publication has this id

    PublicationId only_ = none;
    std::unique_ptr<std::vector<PublicationId>> all_;  // two and more, in order
};

}  // namespace mdns::engine
