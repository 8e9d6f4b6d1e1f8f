#include "tools/avahictl/screen.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "avahid/varlink/wire/text.hpp"
#include "tools/avahictl/table.hpp"

namespace avahictl {

TerminalSize terminal_size() {
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {};
    return {size.ws_col, size.ws_row};
}

std::string clip(const std::string& text, std::size_t columns) {
    if (display_width(text) <= columns) return text;
    std::string out;
    std::size_t width = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t length =
            std::max<std::size_t>(1, avahid::varlink::wire::utf8_sequence(rest));
        width += display_width(rest.substr(0, length));
        if (width + 1 > columns) break;
        out += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return out + "\u2026";
}

std::string Screen::show(const std::vector<std::string>& lines, const TerminalSize& size) {
    // The line after the last holds the cursor: what has scrolled away cannot be drawn over.
    const std::size_t room = std::max<std::size_t>(3, size.lines) - 1;
    const bool too_many = lines.size() > room;
    const std::size_t count = too_many ? room - 1 : lines.size();
    std::string out = shown_ > 0 ? fmt::format("\x1b[{}A\r\x1b[J", shown_) : "";
    for (const std::string& line : std::span(lines).first(count))
        out += clip(line, size.columns) + "\n";
    if (too_many) out += fmt::format("and {} more\n", lines.size() - count);
    shown_ = count + (too_many ? 1 : 0);
    return out;
}

}  // namespace avahictl
