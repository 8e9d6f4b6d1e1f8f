// ipv4ll/engine/policy.hpp: whether one interface should have a link-local address now, and whether
// that address may be advertised (RFC 3927 §1.9). Pure, as engine.hpp; claims nothing itself.
#pragma once

#include <chrono>
#include <optional>

namespace ipv4ll::engine {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

enum class Policy {
    off,       // never
    fallback,  // while there is no routable address
    always,    // whenever there is a carrier
};

struct PolicyConfig {
    Policy policy = Policy::fallback;
    Duration settle_time = std::chrono::seconds{5};     // for a routable address to turn up
    Duration release_after = std::chrono::seconds{10};  // for running connections to end (§1.9)
};

class ClaimPolicy {
public:
    explicit ClaimPolicy(const PolicyConfig& config);

    void on_carrier(Instant now, bool carrier);    // the first one with true is the start
    void on_routable(Instant now, bool routable);  // the interface has a routable IPv4 address
    void on_held(Instant now, bool held);          // the link-local address is on the interface
    void on_policy(Instant now, Policy policy);
    void on_time(Instant now);

    /// Is an address to be claimed and kept?
    bool claiming() const { return claiming_; }
    /// May it be advertised? Never beside a routable one (§1.9: "MUST NOT" continue to).
    bool advertised() const { return !routable_; }
    std::optional<Instant> deadline() const { return deadline_; }
    Instant since() const { return since_; }  // of the present situation
    Policy policy() const { return config_.policy; }
    bool carrier() const { return carrier_; }

private:
    void decide(Instant now);
    void follow_situation(Instant now);
    void decide_fallback(Instant now);

    PolicyConfig config_;
    bool carrier_ = false;
    bool routable_ = false;
    bool held_ = false;
    bool claiming_ = false;
    Instant since_;
    Instant settled_at_;                 // fallback: no claim before
    std::optional<Instant> release_at_;  // fallback: a routable address came while we held ours
    std::optional<Instant> deadline_;
};

}  // namespace ipv4ll::engine
