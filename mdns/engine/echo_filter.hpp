// mdns/engine/echo_filter.hpp: recognises our own multicasts when the kernel loops them back.
// Every multicast we send comes back once; a second stack on this machine shares our address and
// may send the very same bytes, so a datagram is ours only if its bytes are and once per copy sent.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

class EchoFilter {
public:
    void on_sent(Instant now, std::span<const std::uint8_t> bytes) {
        sent_[next_++ % sent_.size()] = {now, digest(bytes), true};
    }

    /// \return true once for each datagram sent within the last two seconds
    bool take(Instant now, std::span<const std::uint8_t> bytes) {
        const std::size_t wanted = digest(bytes);
        for (Sent& sent : sent_) {
            if (sent.awaited && sent.digest == wanted && now - sent.at <= std::chrono::seconds(2)) {
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
    static std::size_t digest(std::span<const std::uint8_t> bytes) {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    std::array<Sent, 256> sent_{};
    std::size_t next_ = 0;
};

}  // namespace mdns::engine
