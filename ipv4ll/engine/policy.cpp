#include "ipv4ll/engine/policy.hpp"

namespace ipv4ll::engine {

ClaimPolicy::ClaimPolicy(const PolicyConfig& config) : config_(config) {}

void ClaimPolicy::on_carrier(Instant now, bool carrier) {
    if (carrier && !carrier_) settled_at_ = now + config_.settle_time;
    if (carrier != carrier_) since_ = now;
    carrier_ = carrier;
    decide(now);
}

void ClaimPolicy::on_routable(Instant now, bool routable) {
    // There was an address, there is none: nothing to wait for.
    if (routable_ && !routable) settled_at_ = now;
    if (routable != routable_) since_ = now;
    routable_ = routable;
    decide(now);
}

void ClaimPolicy::on_held(Instant now, bool held) {
    held_ = held;
    decide(now);
}

void ClaimPolicy::on_policy(Instant now, Policy policy) {
    if (policy != config_.policy) since_ = now;
    config_.policy = policy;
    decide(now);
}

void ClaimPolicy::on_time(Instant now) {
    if (deadline_ && now >= *deadline_) decide(now);
}

void ClaimPolicy::decide(Instant now) {
    const bool before = claiming_;
    follow_situation(now);
    if (claiming_ != before) since_ = now;
}

void ClaimPolicy::follow_situation(Instant now) {
    deadline_.reset();
    if (config_.policy == Policy::fallback && carrier_) {
        decide_fallback(now);
        return;
    }
    release_at_.reset();
    claiming_ = carrier_ && config_.policy == Policy::always;
}

void ClaimPolicy::decide_fallback(Instant now) {
    if (!routable_) {
        release_at_.reset();
        // What is claimed stays claimed: the settle time is for the start only.
        claiming_ = claiming_ || now >= settled_at_;
        if (!claiming_) deadline_ = settled_at_;
        return;
    }
    // §1.9: an address in use stays for a while; one not yet in use is not wanted any more.
    if (!claiming_ || !held_) {
        claiming_ = false;
        return;
    }
    if (!release_at_) release_at_ = now + config_.release_after;
    claiming_ = now < *release_at_;
    if (claiming_) deadline_ = release_at_;
}

}  // namespace ipv4ll::engine
