// mdns/engine/asked_unicast.hpp: the names we asked about of late with the QU bit. By unicast, only
// what answers about them is accepted (§6).
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "mdns/constants.hpp"
#include "mdns/engine/types.hpp"

namespace mdns::engine {

class AskedUnicast {
public:
    /// \param name  its hash
    void note(Instant now, std::uint64_t name) {
        if (asked_.size() >= sweep_at_) {
            boost::unordered::erase_if(asked_, [now](const auto& entry) {
                return now - entry.second > unicast_response_window;
            });
            sweep_at_ = std::max<std::size_t>(64, 2 * asked_.size());
        }
        asked_[name] = now;
    }
    bool recently(Instant now, std::uint64_t name) const {
        const auto found = asked_.find(name);
        return found != asked_.end() && now - found->second <= unicast_response_window;
    }

private:
    boost::unordered_flat_map<std::uint64_t, Instant> asked_;
    std::size_t sweep_at_ = 64;
};

}  // namespace mdns::engine
