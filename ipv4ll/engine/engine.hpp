// ipv4ll/engine/engine.hpp: claims and keeps one 169.254/16 address on one interface (RFC 3927 §2).
// Pure: give it an input, drain poll(), re-arm at deadline(). It never asks for the time or sends.
// Whether the interface should have such an address at all is policy.hpp's question.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>

#include "ipv4ll/constants.hpp"
#include "ipv4ll/engine/candidate.hpp"
#include "ipv4ll/engine/random.hpp"
#include "ipv4ll/engine/reply_limit.hpp"
#include "ipv4ll/wire/arp.hpp"

namespace ipv4ll::engine {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// ---- what is to be done, in order ----
struct SendArp {  // broadcast on this link; on failure call on_send_failed()
    wire::ArpPacket packet;
};
struct Assign {  // put on the interface, then call on_assigned() or on_refused()
    Ipv4 address;
};
struct Release {  // take off the interface, or stop putting it there
    Ipv4 address;
    bool for_good = false;  // it will not be tried again: reset its connections (§2.5)
};
// ---- what has happened ----
struct Acquired {  // on the interface and announced: it may be used and remembered
    Ipv4 address;
};
struct Conflicted {  // somebody else claims our address
    enum class Outcome { moved_on, defended, yielded };
    Ipv4 address;
    Mac who;
    Outcome outcome;
};
using Action = std::variant<SendArp, Assign, Release, Acquired, Conflicted>;

enum class State {
    down,        // no link, or not wanted
    paused,      // too many conflicts (§2.2.1), or the system refused: waiting to try again
    probing,     // §2.2.1, the random wait before the first probe included
    assigning,   // nobody objected; waiting for the kernel to have the address
    announcing,  // §2.4: ours and in use, the last announcement still to come
    bound,       // ours
};

/// What outlives an engine: who switches an interface off and on again is not let out of the rate
/// limit (§2.2.1), nor back to addresses that others have.
struct History {
    Mac mac{};
    Candidates candidates;
    Ipv4 candidate;
    int conflicts = 0;
    Instant not_before;
};

struct Config {
    Mac mac{};                           // of this interface
    std::uint64_t seed = 0;              // §2.1: seed_of(mac): hosts differ, reboots repeat
    std::optional<Ipv4> last_used = {};  // §2.1: the last good address is tried first
    double probe_scale = 1.0;  // the times of a claim times this; within min_ and max_probe_scale
    std::optional<History> history = {};  // of an engine that was here before, with the same MAC
};

struct Status {
    State state = State::down;
    Ipv4 address;       // held, being claimed, or to be tried next
    Instant since;      // when this state was entered
    int conflicts = 0;  // §2.2.1; forgotten after conflict_memory in peace
    std::optional<Instant> deadline;
};

class Engine {
public:
    explicit Engine(const Config& config);

    /// One ARP packet seen on the link; our own echoes are recognised and ignored (§2.2.1, §2.5).
    /// \param now   monotonic, never earlier than in the call before
    /// \param seen  Ethernet/IPv4 only: wire::decode_arp has refused all else
    /// While probing, a claim or a peer's probe moves us to a new candidate; later, a claim is
    /// answered once per defend_interval; a second one within it makes us release and start over.
    void on_arp(Instant now, const wire::ArpPacket& seen);
    void on_link(Instant now, bool up);  // up probes the last address again, down releases
    void on_assigned(Instant now);       // the kernel has the address: only now announce it
    void on_refused(Instant now);        // it will not have it: pause, then another one
    void on_removed(Instant now,
                    Ipv4 address);             // somebody took it off the interface: claim it again
    void on_send_failed(Instant now);          // an unsent probe proves nothing: probe again later
    void on_mac(Instant now, const Mac& mac);  // start over with the new one, same address first
    void on_time(Instant now);                 // does what is due; an early call does nothing
    void renew(Instant now);                   // give up the address for another one, on request
    void refresh(Instant now);                 // announce the address again, on request

    std::optional<Action> poll();             // next action, in order; empty: drained
    std::optional<Instant> deadline() const;  // empty: nothing is planned
    State state() const { return state_; }
    Status status() const { return {state_, candidate_, since_, conflicts_, deadline()}; }
    History history() const {
        return {config_.mac, candidates_, candidate_, conflicts_, not_before_};
    }

private:
    // One per thing that can happen.
    void begin(Instant now);
    void send_probe(Instant now);
    void assign(Instant now);
    void announce(Instant now);
    void move_on(Instant now, const Mac& who);
    void defend_or_yield(Instant now, const Mac& who);
    void answer(Instant now, const wire::ArpPacket& question);
    void release(bool for_good);
    void count_conflict(const Mac& who, Conflicted::Outcome outcome);
    void take_next_candidate(Instant now);

    bool claims_ours(const wire::ArpPacket& seen) const;
    bool probes_ours(const wire::ArpPacket& seen) const;
    bool has_asked_for_address() const { return state_ >= State::assigning; }
    bool holds_address() const { return state_ >= State::announcing; }

    void enter(Instant now, State state);
    Duration scaled(Duration time) const;
    Duration between(Duration lo, Duration hi);  // the one place that turns random_ into time

    Config config_;
    Candidates
        candidates_;  // apart from random_: the addresses do not depend on what happened when
    Random random_;
    ReplyLimit replies_;

    State state_ = State::down;
    Instant since_;
    Ipv4 candidate_;
    int sent_ = 0;                          // probes or announcements of this series
    int conflicts_ = 0;                     // §2.2.1
    std::optional<Instant> last_conflict_;  // with the address we hold (§2.5)
    Instant not_before_ = Instant::min();   // no probe before (§2.2.1 rate limit, refusals)
    std::optional<Instant> step_at_;        // the next step of the series
    std::optional<Instant> forget_conflicts_at_;
    std::deque<Action> actions_;
};

}  // namespace ipv4ll::engine
