#include "mdns/engine/scheduler.hpp"

namespace mdns::engine {

std::string_view to_string(Timer timer) {
    switch (timer) {
        case Timer::probe:
            return "probe";
        case Timer::announce:
            return "announce";
        case Timer::ask:
            return "ask";
        case Timer::record:
            return "record";
        case Timer::update:
            return "update";
        case Timer::settled:
            return "settled";
        case Timer::outbox:
            return "outbox";
    }
    return "?";
}

void Scheduler::arm(Slot& slot, Timer timer, std::uint64_t id, Instant at) {
    if (slot == none) {
        if (free_.empty()) {
            slot = static_cast<Slot>(position_.size());
            position_.push_back(0);
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        heap_.emplace_back();
        sift_up(heap_.size() - 1, {at, slot, timer, id});
        return;
    }
    const std::size_t position = position_[slot];
    const bool earlier = at < heap_[position].at;
    const Entry entry{at, slot, timer, id};
    if (earlier) {
        sift_up(position, entry);
    } else {
        sift_down(position, entry);
    }
}

void Scheduler::disarm(Slot& slot) {
    if (slot == none) return;
    remove(position_[slot]);
    slot = none;
}

std::optional<Scheduler::Due> Scheduler::pop_due(Instant now) {
    if (heap_.empty() || heap_.front().at > now) return {};
    const Due due{heap_.front().timer, heap_.front().id};
    remove(0);
    return due;
}

std::optional<Instant> Scheduler::next() const {
    if (heap_.empty()) return {};
    return heap_.front().at;
}

std::optional<Timer> Scheduler::next_timer() const {
    if (heap_.empty()) return {};
    return heap_.front().timer;
}

void Scheduler::place(std::size_t position, const Entry& entry) {
    heap_[position] = entry;
    position_[entry.slot] = static_cast<std::uint32_t>(position);
}

void Scheduler::sift_up(std::size_t position, Entry entry) {
    while (position > 0) {
        const std::size_t parent = (position - 1) / 2;
        if (heap_[parent].at <= entry.at) break;
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, entry);
}

void Scheduler::sift_down(std::size_t position, Entry entry) {
    for (;;) {
        std::size_t child = position * 2 + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
        if (entry.at <= heap_[child].at) break;
        place(position, heap_[child]);
        position = child;
    }
    place(position, entry);
}

/// After a burst, such as thousands of services that were probed and announced, few are left.
void Scheduler::give_back_memory() {
    if (heap_.capacity() <= kept || heap_.size() > heap_.capacity() / 4) return;
    heap_.shrink_to_fit();
    if (!heap_.empty()) return;  // else the slots in use are where they are
    position_ = {};
    free_ = {};
}

void Scheduler::remove(std::size_t position) {
    free_.push_back(heap_[position].slot);
    const Entry last = heap_.back();
    heap_.pop_back();
    give_back_memory();
    if (position == heap_.size()) return;
    if (position > 0 && last.at < heap_[(position - 1) / 2].at) {
        sift_up(position, last);
    } else {
        sift_down(position, last);
    }
}

}  // namespace mdns::engine
