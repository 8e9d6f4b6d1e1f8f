// mdns/engine/update_limit.hpp: RFC 6762 §8.4, "not more than ten times per minute".
#pragma once

#include <array>

#include "mdns/constants.hpp"
#include "mdns/engine/types.hpp"

namespace mdns::engine {

/// Of one publication: when its data were changed, and when they may be again.
class UpdateLimit {
public:
    /// In the past: at once.
    Instant next() const {
        return made_[oldest_] == Instant{} ? Instant{} : made_[oldest_] + update_window;
    }
    void note(Instant now) {
        made_[oldest_] = now;
        oldest_ = (oldest_ + 1) % made_.size();
    }

private:
    std::array<Instant, update_limit> made_{};  // a ring; epoch: none
    std::size_t oldest_ = 0;
};

}  // namespace mdns::engine
