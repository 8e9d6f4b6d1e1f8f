// ipv4ll/engine/reply_limit.hpp: keeps broadcast ARP replies (RFC 3927 §2.5) from becoming a lever:
// at most one per asker and reply_interval, and a bounded number in all.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "ipv4ll/wire/arp.hpp"

namespace ipv4ll::engine {

class ReplyLimit {
public:
    using Instant = std::chrono::steady_clock::time_point;

    /// May `asker` be answered now? If so, it is noted as answered.
    bool allow(Instant now, const wire::Mac& asker);

    /// So many askers are answered within one interval; the kernel's unicast reply serves the rest.
    static constexpr std::size_t capacity = 32;

private:
    struct Answered {
        wire::Mac asker{};
        Instant at;
    };
    std::array<std::optional<Answered>, capacity> answered_;
};

}  // namespace ipv4ll::engine
