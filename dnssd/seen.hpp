// dnssd/seen.hpp: several records may name one thing (our own and a peer's, two letter cases): what
// a client sees is the first that came and the last that went.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "mdns/engine/types.hpp"

namespace dnssd {

class Seen {
public:
    /// \return true for the first
    bool add(mdns::engine::LinkId link, const std::string& key) {
        return ++count_[{link, key}] == 1;
    }
    /// \return true for the last
    bool remove(mdns::engine::LinkId link, const std::string& key) {
        const auto found = count_.find({link, key});
        if (found == count_.end() || --found->second > 0) return false;
        count_.erase(found);
        return true;
    }

private:
    std::map<std::pair<mdns::engine::LinkId, std::string>, int> count_;
};

}  // namespace dnssd
