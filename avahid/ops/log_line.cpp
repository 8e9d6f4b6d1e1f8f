#include "avahid/ops/log_line.hpp"

#include <utf8proc.h>

#include <ctime>

namespace avahid::log {
namespace {

/// A character that could forge a line, move the cursor or make text read otherwise than it is.
bool is_unsafe(utf8proc_int32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) ||  // C0, DEL, C1
           c == 0x200E || c == 0x200F ||            // direction marks
           (c >= 0x2028 && c <= 0x202E) ||          // separators, direction overrides
           (c >= 0x2066 && c <= 0x2069);            // direction isolates
}

void append_hex(std::string& out, std::string_view bytes) {
    for (const char byte : bytes)
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(byte));
}

std::string_view word(Level level) {
    switch (level) {
        case Level::error:
            return "error: ";
        case Level::warning:
            return "warning: ";
        case Level::debug:
            return "debug: ";
        case Level::info:
            break;  // the common case needs no word
    }
    return "";
}

int journal_priority(Level level) {
    switch (level) {
        case Level::error:
            return 3;
        case Level::warning:
            return 4;
        case Level::info:
            return 6;
        case Level::debug:
            break;
    }
    return 7;
}

std::string time_of_day(std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    const auto whole = floor<seconds>(now);
    const auto millis = duration_cast<milliseconds>(now - whole).count();
    const std::time_t since_epoch = system_clock::to_time_t(whole);
    std::tm local{};
    ::localtime_r(&since_epoch, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:03} ", local.tm_hour, local.tm_min, local.tm_sec,
                       millis);
}

/// Cut between characters; escaped text is UTF-8, so a first byte is never 10xxxxxx.
void cut(std::string& text, std::size_t size) {
    if (text.size() <= size) return;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80u) --size;
    text.resize(size);
    text += "...";
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        utf8proc_int32_t character = 0;
        const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                           static_cast<utf8proc_ssize_t>(text.size()), &character);
        const auto size = used > 0 ? static_cast<std::size_t>(used) : 1;
        const auto bytes = text.substr(0, size);
        if (used <= 0 || is_unsafe(character)) {
            append_hex(out, bytes);
        } else {
            out += bytes;
        }
        text.remove_prefix(size);
    }
    return out;
}

std::string make_line(Level level, Style style, std::chrono::system_clock::time_point now,
                      std::string_view text) {
    auto line = style == Style::journal ? fmt::format("<{}>", journal_priority(level))
                                        : time_of_day(now).append(word(level));
    line += escaped(text.substr(0, max_line));
    cut(line, max_line - 4);  // "...", and the end of the line
    line += '\n';
    return line;
}

}  // namespace avahid::log
