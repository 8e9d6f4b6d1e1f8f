// avahid/ops/log.hpp: one line per call, to stderr, in one write(2), or to syslog(3). What others
// chose (names, paths, host names) may stand in it: control characters and broken UTF-8 never reach
// the terminal. In the journal each line has its priority in front, else the time of day. The level
// is the one thing in it that is set once for the whole process.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace avahid::log {

enum class Level { error, warning, info, debug };

/// Lines above this level are dropped; info until set.
void set_level(Level level);
bool is_on(Level level);

/// Writes to this descriptor from now on; the journal is recognised by it. stderr until set.
void set_output(int descriptor);

/// To syslog(3) from now on, as this program.
void set_syslog(const std::string& program);

/// Formats and writes; never throws. Prefer error(), warning(), info(), debug().
void write(Level level, fmt::string_view format, fmt::format_args arguments) noexcept;

template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, format, fmt::make_format_args(args...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, format, fmt::make_format_args(args...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, format, fmt::make_format_args(args...));
}
/// The arguments are evaluated even when debug is off: guard what is costly by is_on().
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, format, fmt::make_format_args(args...));
}

}  // namespace avahid::log
