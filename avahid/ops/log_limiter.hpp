// avahid/ops/log_limiter.hpp: keeps one noisy cause from filling the log. Pure: it is told the
// time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace avahid::log {

/// At most `burst` lines per key and interval. Keys may be chosen by others: at most max_keys are
/// kept, and what is new beyond them shares one allowance.
class Limiter {
public:
    using Instant = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;
    static constexpr std::size_t max_keys = 1024;

    Limiter(std::uint32_t burst, Duration interval) : burst_(burst), interval_(interval) {}

    /// Whether to write this line.
    /// \param now  monotonic, never earlier than in the call before
    /// \return empty: no; else how many lines of this key were kept back since the last one written
    std::optional<std::uint64_t> admit(Instant now, std::string_view key);

    std::size_t size() const { return windows_.size(); }

private:
    struct Window {
        Instant begin;
        std::uint32_t written = 0;
        std::uint64_t kept_back = 0;
    };
    Window& window_of(Instant now, std::string_view key);
    void forget_ended(Instant now);

    std::uint32_t burst_;
    Duration interval_;
    std::unordered_map<std::string, Window> windows_;
    Window others_;
    Instant next_forgetting_;
};

}  // namespace avahid::log
