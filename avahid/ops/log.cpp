#include "avahid/ops/log.hpp"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "avahid/ops/log_line.hpp"

namespace avahid::log {
namespace {

/// systemd.exec(5): JOURNAL_STREAM holds device and inode of the journal's end of our stderr; a
/// program that redirects stderr inherits the variable but not the file.
bool leads_to_journal(int descriptor) {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat info {};
    return stream && ::fstat(descriptor, &info) == 0 &&
           fmt::format("{}:{}", info.st_dev, info.st_ino) == stream;
}

struct Output {
    int descriptor = STDERR_FILENO;
    Style style = leads_to_journal(STDERR_FILENO) ? Style::journal : Style::plain;
    Level level = Level::info;
    std::string syslog_name;  // empty: not there
};

Output& output() {
    static Output output;
    return output;
}

int priority_of(Level level) {
    switch (level) {
        case Level::error:
            return LOG_ERR;
        case Level::warning:
            return LOG_WARNING;
        case Level::info:
            return LOG_INFO;
        case Level::debug:
            return LOG_DEBUG;
    }
    return LOG_INFO;
}

}  // namespace

void set_level(Level level) { output().level = level; }

bool is_on(Level level) { return level <= output().level; }

void set_output(int descriptor) {
    output().descriptor = descriptor;
    output().style = leads_to_journal(descriptor) ? Style::journal : Style::plain;
}

void set_syslog(const std::string& program) {
    output().syslog_name = program;  // openlog() keeps the pointer
    ::openlog(output().syslog_name.c_str(), LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void write(Level level, fmt::string_view format, fmt::format_args arguments) noexcept {
    if (!is_on(level)) return;
    try {
        const auto text = fmt::vformat(format, arguments);
        if (!output().syslog_name.empty())
            return ::syslog(priority_of(level), "%s", escaped(text).c_str());
        const auto line = make_line(level, output().style, std::chrono::system_clock::now(), text);
        // A log that cannot be written has nobody to be told.
        [[maybe_unused]] const auto written =
            ::write(output().descriptor, line.data(), line.size());
    } catch (...) {  // out of memory, or a run-time format error: the line is lost, not the daemon
    }
}

}  // namespace avahid::log
