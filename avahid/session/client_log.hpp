// avahid/session/client_log.hpp: the lines about clients that were turned away or given up. They
// may come again a thousand times a second: of each user only the first few in a while are written.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

namespace avahid::session {

class ClientLog {
public:
    using Instant = std::chrono::steady_clock::time_point;
    using Write = std::function<void(const std::string& line)>;
    static constexpr std::uint32_t burst = 10;  // lines of one user …
    static constexpr auto interval = std::chrono::seconds(60);
    static constexpr std::size_t max_users = 1024;  // those beyond share one allowance

    explicit ClientLog(Write write) : write_(std::move(write)) {}

    /// \param now  monotonic, never earlier than in the call before
    void say(Instant now, uid_t user, const std::string& line);

    std::size_t users() const { return windows_.size(); }

private:
    struct Window {
        Instant begin;
        std::uint32_t written = 0;
        std::uint64_t kept_back = 0;
    };
    Window& window_of(Instant now, uid_t user);
    void forget_ended(Instant now);

    Write write_;
    std::unordered_map<uid_t, Window> windows_;
    Window others_;
    Instant next_forgetting_;
};

}  // namespace avahid::session
