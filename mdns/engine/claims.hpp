// mdns/engine/claims.hpp: how far each publication has got on one link.
// Written by probe, conflict and announce, each its own steps.
#pragma once

#include <unordered_map>

#include "mdns/engine/scheduler.hpp"

namespace mdns::engine {

enum class ClaimState : std::uint8_t {
    waiting,      // before the first probe (§8.1), or after a lost tie-break (§8.2)
    probing,      // between the first probe and 250 ms after the third
    announcing,   // verified; the first announcement is out (§8.3)
    established,  // all announcements are out
    lost,         // a name of it belongs to somebody else
};

struct Claim {
    PublicationId id{};
    ClaimState state = ClaimState::waiting;
    int probes_sent = 0;
    Scheduler::Slot timer = Scheduler::none;

    bool verified() const {
        return state == ClaimState::announcing || state == ClaimState::established;
    }
};

class Claims {
public:
    Claim& make(PublicationId id) {
        Claim& claim = claims_[static_cast<std::uint64_t>(id)];
        claim.id = id;
        return claim;
    }
    Claim* find(PublicationId id) {
        const auto found = claims_.find(static_cast<std::uint64_t>(id));
        return found == claims_.end() ? nullptr : &found->second;
    }
    const Claim* find(PublicationId id) const { return const_cast<Claims*>(this)->find(id); }
    void erase(PublicationId id) { claims_.erase(static_cast<std::uint64_t>(id)); }

private:
    std::unordered_map<std::uint64_t, Claim> claims_;
};

}  // namespace mdns::engine
