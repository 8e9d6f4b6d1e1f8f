#include "avahid/session/client_log.hpp"

#include <utility>

namespace avahid::session {

void ClientLog::say(Instant now, uid_t user, const std::string& line) {
    Window& window = window_of(now, user);
    if (now - window.begin >= interval) {
        window.begin = now;
        window.written = 0;
    }
    if (window.written >= burst) {
        ++window.kept_back;
        return;
    }
    ++window.written;
    const std::uint64_t before = std::exchange(window.kept_back, 0);
    write_(before == 0 ? line : line + " (and " + std::to_string(before) + " more before)");
}

ClientLog::Window& ClientLog::window_of(Instant now, uid_t user) {
    if (const auto found = windows_.find(user); found != windows_.end()) return found->second;
    if (windows_.size() >= max_users) forget_ended(now);
    if (windows_.size() >= max_users) return others_;
    return windows_.emplace(user, Window{.begin = now}).first->second;
}

void ClientLog::forget_ended(Instant now) {
    if (now < next_forgetting_) return;  // else every new user of a flood would walk all of them
    next_forgetting_ = now + interval;
    std::erase_if(windows_,
                  [&](const auto& entry) { return now - entry.second.begin >= interval; });
}

}  // namespace avahid::session
