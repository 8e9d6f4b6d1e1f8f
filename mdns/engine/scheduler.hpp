// mdns/engine/scheduler.hpp: the one ordered list of what happens when, of one link.
// A binary heap that knows where each timer stands, so arming again moves it instead of leaving a
// stale copy behind: what a peer sends cannot make the list grow.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

/// Every wake-up there is.
enum class Timer : std::uint8_t {
    probe,     // §8.1 first, next, or end of the third probe's wait; §8.2 after a lost tie-break
    announce,  // §8.3 the next announcement
    ask,       // §5.2 the next query of a series
    record,    // §10, §5.2 a cached record expires, wants refreshing, or is in doubt (§10.4)
    update,    // §8.4 a change that had to wait
    settled,   // a query's first answers are in (AllForNow)
    outbox,    // §6 answers whose delay ends
};
std::string_view to_string(Timer timer);

class Scheduler {
public:
    /// What an owner keeps of its timer. The owner sets it back to none when the timer fires.
    using Slot = std::uint32_t;
    static constexpr Slot none = std::numeric_limits<Slot>::max();

    struct Due {
        Timer timer;
        std::uint64_t id;  // what the owner armed it with
    };

    /// Arms, or moves, the timer in slot.
    void arm(Slot& slot, Timer timer, std::uint64_t id, Instant at);
    void disarm(Slot& slot);

    /// Takes the earliest timer that is due.
    std::optional<Due> pop_due(Instant now);
    std::optional<Instant> next() const;
    std::optional<Timer> next_timer() const;
    std::uint64_t next_id() const { return heap_.front().id; }  // of a scheduler that is not empty
    std::size_t size() const { return heap_.size(); }

private:
    static constexpr std::size_t kept = 64;  // entries

    struct Entry {
        Instant at;
        Slot slot;
        Timer timer;
        std::uint64_t id;
    };
    void place(std::size_t position, const Entry& entry);
    void sift_up(std::size_t position, Entry entry);
    void sift_down(std::size_t position, Entry entry);
    void remove(std::size_t position);
    void give_back_memory();

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> position_;  // by slot
    std::vector<Slot> free_;
};

}  // namespace mdns::engine
