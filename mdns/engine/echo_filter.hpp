// mdns/engine/echo_filter.hpp: recognises our own multicasts when the kernel loops them back.
// Every multicast we send comes back once; a second stack on this machine shares our address and
// may send the very same bytes, so a datagram is ours only if its bytes are and once per copy sent.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

class EchoFilter {
public:
    void on_sent(Instant now, std::span<const std::uint8_t> bytes) {
        // A ring, oldest next; it grows only while that one still waits: a quiet link needs few.
        if (next_ >= sent_.size()) next_ = 0;
        const bool full = sent_.empty() || waits(now, sent_[next_]);
        if (full && sent_.size() < most)
            sent_.insert(sent_.begin() + static_cast<std::ptrdiff_t>(next_), Sent{});
        sent_[next_++] = {now, digest(bytes), true};
    }

    /// \return true once for each datagram sent within the last two seconds
    bool take(Instant now, std::span<const std::uint8_t> bytes) {
        const std::size_t wanted = digest(bytes);
        for (Sent& sent : sent_) {
            if (sent.digest == wanted && waits(now, sent)) {
                sent.awaited = false;
                return true;
            }
        }
        return false;
    }

private:
    struct Sent {
        Instant at{};
        std::size_t digest = 0;
        bool awaited = false;
    };
    static bool waits(Instant now, const Sent& sent) {
        return sent.awaited && now - sent.at <= std::chrono::seconds(2);
    }
    static std::size_t digest(std::span<const std::uint8_t> bytes) {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    static constexpr std::size_t most = 256;
    std::vector<Sent> sent_;
    std::size_t next_ = 0;
};

}  // namespace mdns::engine
