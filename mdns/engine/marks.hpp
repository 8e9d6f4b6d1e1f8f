// mdns/engine/marks.hpp: which records were dealt with already, in the message at hand. One number
// a record for all links together, since one message is at hand at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "mdns/engine/zone.hpp"

namespace mdns::engine {

class Marks {
public:
    void begin() { ++round_; }  // another message: no record is marked
    bool has(RecordIndex index) const { return index < rounds_.size() && rounds_[index] == round_; }
    void set(RecordIndex index) {
        if (index >= rounds_.size()) rounds_.resize(index + std::size_t{1});
        rounds_[index] = round_;
    }

private:
    std::uint32_t round_ = 1;
    std::vector<std::uint32_t> rounds_;  // by RecordIndex: when it was marked last
};

}  // namespace mdns::engine
