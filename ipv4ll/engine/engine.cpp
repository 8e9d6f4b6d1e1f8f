#include "ipv4ll/engine/engine.hpp"

#include <algorithm>
#include <utility>

namespace ipv4ll::engine {
namespace {

Config checked(Config config) {
    // The negation also catches a NaN.
    if (!(config.probe_scale >= min_probe_scale)) config.probe_scale = min_probe_scale;
    config.probe_scale = std::min(config.probe_scale, max_probe_scale);
    // §2.1: the first and last 256 addresses are reserved, whoever stored one.
    if (config.last_used && !claimable(config.last_used->to_uint())) config.last_used.reset();
    return config;
}

}  // namespace

Engine::Engine(const Config& config)
    : config_(checked(config)), candidates_(config_.seed), random_(~config_.seed) {
    if (const auto& past = config_.history; past && past->mac == config_.mac) {
        candidates_ = past->candidates;
        candidate_ = past->candidate;
        conflicts_ = past->conflicts;
        not_before_ = past->not_before;
        return;
    }
    candidate_ = config_.last_used ? *config_.last_used : candidates_.next();
}

// ---- inputs ----

void Engine::on_arp(Instant now, const wire::ArpPacket& seen) {
    // Hubs and access points echo. Another interface of ours on the same link is a stranger (§3.4).
    if (seen.sender_mac == config_.mac) return;
    switch (state_) {
        case State::down:
        case State::paused:
            break;
        case State::probing:  // §2.2.1: a claim, or a peer that probes for the same address
            if (claims_ours(seen) || probes_ours(seen)) move_on(now, seen.sender_mac);
            break;
        case State::assigning:  // a peer's probe is answered by the announcement, any moment now
            if (claims_ours(seen)) move_on(now, seen.sender_mac);
            break;
        case State::announcing:
        case State::bound:
            if (claims_ours(seen)) {
                defend_or_yield(now, seen.sender_mac);
            } else if (seen.operation == wire::Operation::request && seen.target_ip == candidate_) {
                answer(now, seen);
            }
            break;
    }
}

void Engine::on_link(Instant now, bool up) {
    if (up == (state_ != State::down)) return;
    if (up) {
        begin(now);
        return;
    }
    release(false);
    forget_conflicts_at_.reset();
    enter(now, State::down);
}

void Engine::on_assigned(Instant now) {
    if (state_ != State::assigning) return;
    enter(now, State::announcing);
    sent_ = 0;
    last_conflict_.reset();
    if (conflicts_ > 0) forget_conflicts_at_ = now + conflict_memory;
    announce(now);
    actions_.push_back(Acquired{candidate_});
}

void Engine::on_refused(Instant now) {
    if (!has_asked_for_address()) return;
    release(true);
    take_next_candidate(now);
    not_before_ = std::max(not_before_, now + scaled(refused_pause));
    begin(now);
}

void Engine::on_removed(Instant now, Ipv4 address) {
    if (!holds_address() || address != candidate_) return;
    release(false);
    begin(now);
}

void Engine::on_send_failed(Instant now) {
    if (state_ != State::probing) return;
    not_before_ = std::max(not_before_, now + scaled(refused_pause));
    begin(now);
}

void Engine::on_mac(Instant now, const Mac& mac) {
    if (mac == config_.mac) return;
    config_.mac = mac;
    candidates_ = Candidates{seed_of(mac)};
    if (state_ == State::down) return;
    release(false);
    begin(now);
}

void Engine::renew(Instant now) {
    release(true);
    take_next_candidate(now);
    if (state_ != State::down) begin(now);
}

void Engine::refresh(Instant now) {
    if (state_ != State::bound) return;  // else that is about to happen anyway
    enter(now, State::announcing);
    sent_ = 0;
    announce(now);
}

void Engine::on_time(Instant now) {
    if (forget_conflicts_at_ && now >= *forget_conflicts_at_) {
        forget_conflicts_at_.reset();
        conflicts_ = 0;
    }
    if (!step_at_ || now < *step_at_) return;
    step_at_.reset();
    switch (state_) {
        case State::paused:
            begin(now);
            break;
        case State::probing:
            if (sent_ < probe_num) {
                send_probe(now);
            } else {
                assign(now);
            }
            break;
        case State::announcing:
            announce(now);
            break;
        case State::down:
        case State::assigning:
        case State::bound:
            break;
    }
}

// ---- outputs ----

std::optional<Action> Engine::poll() {
    if (actions_.empty()) return std::nullopt;
    Action action = actions_.front();
    actions_.pop_front();
    return action;
}

std::optional<Instant> Engine::deadline() const {
    if (step_at_ && forget_conflicts_at_) return std::min(*step_at_, *forget_conflicts_at_);
    return step_at_ ? step_at_ : forget_conflicts_at_;
}

// ---- what can happen ----

void Engine::begin(Instant now) {  // §2.2.1, or the pause before it
    sent_ = 0;
    forget_conflicts_at_.reset();
    if (now < not_before_) {
        enter(now, State::paused);
        step_at_ = not_before_;
        return;
    }
    enter(now, State::probing);
    step_at_ = now + between(Duration::zero(), probe_wait);
}

void Engine::send_probe(Instant now) {  // §2.2.1
    actions_.push_back(SendArp{wire::make_probe(config_.mac, candidate_)});
    ++sent_;
    step_at_ = now + (sent_ < probe_num ? between(probe_min, probe_max) : scaled(announce_wait));
}

void Engine::assign(Instant now) {
    enter(now, State::assigning);
    actions_.push_back(Assign{candidate_});
}

void Engine::announce(Instant now) {  // §2.4
    actions_.push_back(SendArp{wire::make_announcement(config_.mac, candidate_)});
    if (++sent_ < announce_num) {
        step_at_ = now + scaled(announce_interval);
    } else {
        enter(now, State::bound);
    }
}

void Engine::move_on(Instant now, const Mac& who) {  // §2.2.1
    count_conflict(who, Conflicted::Outcome::moved_on);
    release(true);
    take_next_candidate(now);
    begin(now);
}

void Engine::defend_or_yield(Instant now, const Mac& who) {  // §2.5 (b)
    const bool again = last_conflict_ && now - *last_conflict_ < defend_interval;
    last_conflict_ = now;
    if (again) {
        count_conflict(who, Conflicted::Outcome::yielded);
        release(true);
        take_next_candidate(now);
        begin(now);
        return;
    }
    count_conflict(who, Conflicted::Outcome::defended);
    forget_conflicts_at_ = now + conflict_memory;
    actions_.push_back(SendArp{wire::make_announcement(config_.mac, candidate_)});
}

/// §2.5: a reply with a link-local sender is broadcast, so that a conflict shows after two links
/// were joined. The kernel's own unicast reply goes out beside it.
void Engine::answer(Instant now, const wire::ArpPacket& question) {
    if (!replies_.allow(now, question.sender_mac)) return;
    actions_.push_back(SendArp{{wire::Operation::reply, config_.mac, candidate_,
                                question.sender_mac, question.sender_ip}});
}

void Engine::release(bool for_good) {
    if (has_asked_for_address()) actions_.push_back(Release{candidate_, for_good});
}

void Engine::count_conflict(const Mac& who, Conflicted::Outcome outcome) {
    // Saturates: the count is shown to people, and nobody conflicts that often by accident.
    conflicts_ = std::min(conflicts_ + 1, 1'000'000);
    actions_.push_back(Conflicted{candidate_, who, outcome});
}

void Engine::take_next_candidate(Instant now) {
    candidates_.avoid(candidate_);
    candidate_ = candidates_.next();
    if (conflicts_ < max_conflicts) return;
    // §2.2.1: "it MUST limit the rate at which it probes for new addresses", whatever the reason
    // for the new one. Neither this nor defend_interval is scaled: they protect the others on the
    // link.
    not_before_ = std::max(not_before_, now + rate_limit_interval);
}

// ---- small questions ----

bool Engine::claims_ours(const wire::ArpPacket& seen) const { return seen.sender_ip == candidate_; }

bool Engine::probes_ours(const wire::ArpPacket& seen) const {
    return wire::is_probe(seen) && seen.target_ip == candidate_;
}

void Engine::enter(Instant now, State state) {
    state_ = state;
    since_ = now;
    step_at_.reset();
}

Duration Engine::scaled(Duration time) const {
    return std::chrono::duration_cast<Duration>(time * config_.probe_scale);
}

Duration Engine::between(Duration lo, Duration hi) {
    const auto spread = static_cast<std::uint64_t>((hi - lo).count()) + 1;
    return scaled(lo + Duration{static_cast<Duration::rep>(random_.below(spread))});
}

}  // namespace ipv4ll::engine
