#include "avahid/ops/log_limiter.hpp"

#include <utility>

namespace avahid::log {

std::optional<std::uint64_t> Limiter::admit(Instant now, std::string_view key) {
    Window& window = window_of(now, key);
    if (now - window.begin >= interval_) {
        window.begin = now;
        window.written = 0;
    }
    if (window.written >= burst_) {
        ++window.kept_back;
        return std::nullopt;
    }
    ++window.written;
    return std::exchange(window.kept_back, 0);
}

Limiter::Window& Limiter::window_of(Instant now, std::string_view key) {
    std::string owned{key};
    if (const auto found = windows_.find(owned); found != windows_.end()) return found->second;
    if (windows_.size() >= max_keys) forget_ended(now);
    if (windows_.size() >= max_keys) return others_;
    return windows_.emplace(std::move(owned), Window{.begin = now}).first->second;
}

void Limiter::forget_ended(Instant now) {
    if (now < next_forgetting_) return;  // else every new key of a flood would walk all of them
    next_forgetting_ = now + interval_;
    std::erase_if(windows_,
                  [&](const auto& entry) { return now - entry.second.begin >= interval_; });
}

}  // namespace avahid::log
