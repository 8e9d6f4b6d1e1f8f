// mdns/io/reply_source.hpp: from which of our addresses a unicast reply goes out.
// Who asked one of our addresses directly (§5.5, §6.7) expects the reply to come from there: DNS
// tools drop it otherwise. The engine knows nothing of that; the last few askers are remembered.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "mdns/engine/types.hpp"

namespace mdns::io {

class ReplySources {
public:
    void on_unicast(engine::LinkId link, const engine::Endpoint& asker,
                    const engine::Address& asked) {
        Entry* const known = find(link, asker);
        Entry& entry = known != nullptr ? *known : entries_[next_++ % entries_.size()];
        entry = {link, asker, asked};
    }
    /// Empty: the asker is not known, the kernel may choose.
    std::optional<engine::Address> source_for(engine::LinkId link, const engine::Endpoint& asker) {
        const Entry* const known = find(link, asker);
        return known != nullptr ? std::optional(known->asked) : std::nullopt;
    }

private:
    struct Entry {
        engine::LinkId link;  // ifindex 0: not in use
        engine::Endpoint asker;
        engine::Address asked;
    };
    Entry* find(engine::LinkId link, const engine::Endpoint& asker) {
        for (Entry& entry : entries_) {
            if (entry.link == link && entry.asker == asker) return &entry;
        }
        return nullptr;
    }

    std::array<Entry, 64> entries_;
    std::size_t next_ = 0;
};

}  // namespace mdns::io
