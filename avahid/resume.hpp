// avahid/resume.hpp: notices that the machine slept. CLOCK_MONOTONIC stands still in suspend and
// CLOCK_BOOTTIME does not, so their difference grows (PRODUCT "Clock").
#pragma once

#include <chrono>
#include <ctime>

namespace avahid {

class ResumeDetector {
public:
    ResumeDetector() : slept_(slept()) {}

    /// \return true once after each sleep of more than a second
    bool resumed() {
        const auto now = slept();
        const bool woke = now - slept_ > std::chrono::seconds(1);
        if (woke) slept_ = now;
        return woke;
    }

private:
    static std::chrono::nanoseconds read(clockid_t clock) {
        timespec time{};
        ::clock_gettime(clock, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
    static std::chrono::nanoseconds slept() { return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC); }

    std::chrono::nanoseconds slept_;
};

}  // namespace avahid
