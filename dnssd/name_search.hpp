// dnssd/name_search.hpp: how long a free name has been looked for (RFC 6762 §9: after a minute,
// that is an error worth telling).
#pragma once

#include <optional>

#include "mdns/engine/types.hpp"

namespace dnssd {

class NameSearch {
public:
    /// Another name was taken.
    /// \return true once a search, when it has lasted for a minute
    bool failed(mdns::engine::Instant now) {
        if (!since_) since_ = now;
        if (told_ || now - *since_ < std::chrono::minutes(1)) return false;
        return told_ = true;
    }
    void found() { *this = {}; }

private:
    std::optional<mdns::engine::Instant> since_;
    bool told_ = false;
};

}  // namespace dnssd
