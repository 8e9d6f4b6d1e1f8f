// avahid/keeper/pace.hpp: a client gone mad makes the keeper slow, not the machine: every change of
// an address is told to all who listen to netlink.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace avahid::keeper {

class Pace {
public:
    // More than any start with hundreds of interfaces asks for at once; then so many a second.
    static constexpr int burst = 2000;
    static constexpr std::chrono::microseconds gap{5'000};

    /// Before each request: returns when it is due.
    void wait() {
        const auto now = Clock::now();
        free_at_ = std::max(free_at_, now - burst * gap) + gap;
        if (free_at_ > now) ::usleep(static_cast<useconds_t>(gap.count()));
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point free_at_ = Clock::now() - burst * gap;
};

}  // namespace avahid::keeper
