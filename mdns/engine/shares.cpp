#include "mdns/engine/shares.hpp"

#include <algorithm>

namespace mdns::engine {

void Shares::add(Place place, std::uint64_t source, std::size_t bytes) {
    if (place >= entries_.size()) entries_.resize(place + std::size_t{1});
    link(place, holder_of(source), bytes);
}

void Shares::renew(Place place, std::uint64_t source, std::size_t bytes) {
    const Index holder = entries_[place].holder;
    if (holders_[holder].source == source) return spare(place);
    const bool moves = held(source) < holders_[holder].bytes;
    const std::uint64_t belongs_to = moves ? source : holders_[holder].source;
    unlink(place, bytes);
    link(place, holder_of(belongs_to), bytes);
}

void Shares::remove(Place place, std::size_t bytes) { unlink(place, bytes); }

void Shares::spare(Place place) {
    Holder& holder = holders_[entries_[place].holder];
    if (holder.youngest == place) return;
    Entry& entry = entries_[place];
    entries_[entry.younger].older = entry.older;
    (entry.older == none ? holder.oldest : entries_[entry.older].younger) = entry.younger;
    entry.older = holder.youngest;
    entry.younger = none;
    entries_[holder.youngest].younger = place;
    holder.youngest = place;
}

void Shares::clear() { *this = {}; }

std::size_t Shares::held(std::uint64_t source) const {
    const auto found = index_.find(source);
    return found == index_.end() ? 0 : holders_[found->second].bytes;
}

Shares::Place Shares::oldest(std::uint64_t source) const {
    const auto found = index_.find(source);
    return found == index_.end() ? none : holders_[found->second].oldest;
}

/// Who grows past the largest takes its place at once, so all are looked at only after it shrank.
std::optional<std::uint64_t> Shares::larger_than(std::size_t bytes) {
    if (largest_ == none) return {};
    if (holders_[largest_].bytes <= bytes && shrunk_) {
        const auto found = std::ranges::max_element(holders_, {}, &Holder::bytes);
        largest_ = static_cast<Index>(found - holders_.begin());
        shrunk_ = false;
    }
    if (holders_[largest_].bytes <= bytes) return {};
    return holders_[largest_].source;
}

Shares::Index Shares::holder_of(std::uint64_t source) {
    const auto [found, fresh] = index_.try_emplace(source, none);
    if (!fresh) return found->second;
    if (free_.empty()) {
        found->second = static_cast<Index>(holders_.size());
        holders_.emplace_back();
    } else {
        found->second = free_.back();
        free_.pop_back();
    }
    holders_[found->second] = Holder{.source = source};
    return found->second;
}

void Shares::link(Place place, Index index, std::size_t bytes) {
    Holder& holder = holders_[index];
    entries_[place] = {.older = holder.youngest, .holder = index};
    (holder.youngest == none ? holder.oldest : entries_[holder.youngest].younger) = place;
    holder.youngest = place;
    holder.bytes += bytes;
    if (largest_ == index || (largest_ != none && holders_[largest_].bytes >= holder.bytes)) return;
    // A larger one may be hidden behind a largest that shrank; it is looked for when it matters.
    largest_ = index;
}

void Shares::unlink(Place place, std::size_t bytes) {
    const Entry entry = entries_[place];
    Holder& holder = holders_[entry.holder];
    (entry.older == none ? holder.oldest : entries_[entry.older].younger) = entry.younger;
    (entry.younger == none ? holder.youngest : entries_[entry.younger].older) = entry.older;
    holder.bytes -= bytes;
    shrunk_ = shrunk_ || entry.holder == largest_;
    entries_[place] = {};
    if (holder.oldest != none) return;
    index_.erase(holder.source);
    holder = {};
    free_.push_back(entry.holder);
}

}  // namespace mdns::engine
