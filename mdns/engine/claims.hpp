// mdns/engine/claims.hpp: how far each publication has got on one link.
// Written by probe, conflict and announce, each its own steps.
#pragma once

#include "mdns/engine/scheduler.hpp"
#include "mdns/engine/sparse_array.hpp"

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
    std::uint8_t probes_sent = 0;
    Scheduler::Slot timer = Scheduler::none;

    bool verified() const {
        return state == ClaimState::announcing || state == ClaimState::established;
    }
    bool operator==(const Claim&) const = default;
};

class Claims {
public:
    Claim& make(PublicationId id) {
        Claim& claim = claims_[number(id)];
        claim.id = id;
        return claim;
    }
    Claim* find(PublicationId id) {
        Claim* const found = claims_.find(number(id));
        return found && found->id == id ? found : nullptr;
    }
    const Claim* find(PublicationId id) const { return const_cast<Claims*>(this)->find(id); }
    void erase(PublicationId id) { claims_.reset(number(id)); }

private:
    static std::uint64_t number(PublicationId id) { return static_cast<std::uint64_t>(id); }
    SparseArray<Claim> claims_;  // no publication has the id 0
};

}  // namespace mdns::engine
