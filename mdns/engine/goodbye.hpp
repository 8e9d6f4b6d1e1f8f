// mdns/engine/goodbye.hpp: records of ours that end. RFC 6762 §10.1, §8.4.
#pragma once

#include <span>
#include <vector>

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Goodbye {
public:
    explicit Goodbye(Room& room) : room_(room) {}

    enum class Why {
        changed,    // the publication has others now
        withdrawn,  // and all of its records
        contested,  // the name is a rival's, perhaps: shared records that we say goodbye to might
                    // be his, word for word
    };
    /// These records of the publication end; those that others publish too are left alone.
    /// \return members of the same unique sets that stay: announcing them does what a goodbye
    ///         would (§8.4), and better; where it cannot be done at once, both are
    std::vector<RecordIndex> say(Instant now, std::span<const RecordIndex> ending, Why why);

private:
    bool wait(Instant now, std::span<const RecordIndex> staying) const;
    bool has_other_twin(RecordIndex index, std::span<const RecordIndex> ending) const;
    void survivors(RecordIndex index, std::span<const RecordIndex> ending,
                   std::vector<RecordIndex>& found) const;
    Room& room_;
};

}  // namespace mdns::engine
