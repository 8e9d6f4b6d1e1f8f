#include "avahid/ops/log.hpp"

#include <sys/stat.h>
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
};

Output& output() {
    static Output output;
    return output;
}

}  // namespace

void set_level(Level level) { output().level = level; }

bool is_on(Level level) { return level <= output().level; }

void set_output(int descriptor) {
    output().descriptor = descriptor;
    output().style = leads_to_journal(descriptor) ? Style::journal : Style::plain;
}

void write(Level level, fmt::string_view format, fmt::format_args arguments) noexcept {
    if (!is_on(level)) return;
    try {
        const auto text = fmt::vformat(format, arguments);
        const auto line = make_line(level, output().style, std::chrono::system_clock::now(), text);
        // A log that cannot be written has nobody to be told.
        [[maybe_unused]] const auto written =
            ::write(output().descriptor, line.data(), line.size());
    } catch (...) {  // out of memory, or a run-time format error: the line is lost, not the daemon
    }
}

}  // namespace avahid::log
