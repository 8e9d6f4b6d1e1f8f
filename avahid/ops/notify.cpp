#include "avahid/ops/notify.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>
#include <string>

namespace avahid::ops::notify {
namespace {

// The environment is kept: the same process notifies again and again.
void send(const std::string& state) { ::sd_notify(/*unset_environment=*/0, state.c_str()); }

/// A line end would begin another assignment.
std::string one_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

}  // namespace

void ready(std::string_view status) { send("READY=1\nSTATUS=" + one_line(status)); }

void status(std::string_view text) { send("STATUS=" + one_line(text)); }

void reloading() {
    // systemd 253 and newer match the end of a reload to its begin by this time stamp.
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    send(
        fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void stopping() { send("STOPPING=1"); }

void watchdog() { send("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(/*unset_environment=*/0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::microseconds{microseconds};
}

}  // namespace avahid::ops::notify
