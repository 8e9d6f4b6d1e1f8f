// mdns/engine/asked_unicast.hpp: the names we asked about of late with the QU bit, on any link. By
// unicast, only what answers about them is accepted (§6).
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "mdns/constants.hpp"
#include "mdns/engine/types.hpp"

namespace mdns::engine {

class AskedUnicast {
public:
    /// \param name  its hash
    void note(Instant now, LinkId link, std::uint64_t name) {
        forget_old(now);
        asked_[key(link, name)] = last_ = now;
    }
    bool recently(Instant now, LinkId link, std::uint64_t name) const {
        const auto found = asked_.find(key(link, name));
        return found != asked_.end() && now - found->second <= unicast_response_window;
    }
    /// When nothing was asked of late, the memory goes too.
    void forget_old(Instant now) {
        if (asked_.empty()) return;
        const auto old = [now](Instant at) { return now - at > unicast_response_window; };
        if (old(last_)) {
            asked_ = {};
            sweep_at_ = least_swept;
        } else if (asked_.size() >= sweep_at_) {
            boost::unordered::erase_if(asked_,
                                       [&old](const auto& entry) { return old(entry.second); });
            sweep_at_ = std::max(least_swept, 2 * asked_.size());
        }
    }

private:
    static constexpr std::size_t least_swept = 64;

    static std::uint64_t key(LinkId link, std::uint64_t name) {
        std::size_t seed = name;
        boost::hash_combine(seed, std::hash<LinkId>{}(link));
        return seed;
    }

    boost::unordered_flat_map<std::uint64_t, Instant> asked_;
    Instant last_{};
    std::size_t sweep_at_ = least_swept;
};

}  // namespace mdns::engine
