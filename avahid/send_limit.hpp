// avahid/send_limit.hpp: ratelimit-interval-usec, ratelimit-burst: how many packets a link may
// send. What is above that is not sent at all, as with Avahi; without the two keys nothing is
// limited.
#pragma once

#include <chrono>
#include <map>

#include "mdns/engine/types.hpp"

namespace avahid {

class SendLimit {
public:
    void set(std::chrono::microseconds interval, std::uint32_t burst) {
        interval_ = interval;
        burst_ = burst;
    }
    enum class Answer { send, drop, drop_and_tell };  // told once an interval
    Answer ask(mdns::engine::Instant now, mdns::engine::LinkId link) {
        if (interval_.count() == 0 || burst_ == 0) return Answer::send;
        Window& window = windows_[link];
        if (now - window.begin >= interval_) window = {now, 0};
        if (++window.sent <= burst_) return Answer::send;
        return window.sent == burst_ + 1 ? Answer::drop_and_tell : Answer::drop;
    }

private:
    struct Window {
        mdns::engine::Instant begin{};
        std::uint64_t sent = 0;
    };
    std::chrono::microseconds interval_{0};
    std::uint32_t burst_ = 0;
    std::map<mdns::engine::LinkId, Window> windows_;
};

}  // namespace avahid
