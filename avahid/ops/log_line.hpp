// avahid/ops/log_line.hpp: how a log line looks. Pure; log.hpp writes it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "avahid/ops/log.hpp"

namespace avahid::log {

enum class Style {
    plain,    // "12:34:56.789 warning: text"
    journal,  // "<4>text", sd-daemon(3)
};

/// The longest line with its end: what a pipe takes in one piece (PIPE_BUF).
constexpr std::size_t max_line = 4096;

/// One line, its end included, escaped and cut to max_line.
std::string make_line(Level level, Style style, std::chrono::system_clock::time_point now,
                      std::string_view text);

/// Control characters (C0, DEL, C1), line and paragraph separators, characters that turn the
/// writing direction and bytes that are no UTF-8 become \xNN; all else stays.
std::string escaped(std::string_view text);

}  // namespace avahid::log
