// avahid/ops/notify.hpp: sd_notify(3). Without a service manager every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace avahid::ops::notify {

void ready(std::string_view status);
void status(std::string_view text);  // one line, for `systemctl status`
void reloading();                    // followed by ready() when done
void stopping();
void watchdog();  // alive; at least twice within watchdog_interval()

/// How long the manager waits for watchdog() before it restarts us; empty: for ever.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace avahid::ops::notify
