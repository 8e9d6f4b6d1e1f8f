#include "tools/avahictl/table.hpp"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>

namespace avahictl {

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        utf8proc_int32_t code_point = 0;
        const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                           static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        if (used <= 0) {
            ++width;
            text.remove_prefix(1);
            continue;
        }
        width += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code_point)));
        text.remove_prefix(static_cast<std::size_t>(used));
    }
    return width;
}

void Columns::measure(const std::vector<std::string>& cells) {
    if (widths_.size() < cells.size()) widths_.resize(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        widths_[i] = std::max(widths_[i], display_width(cells[i]));
    }
}

std::string Columns::line(const std::vector<std::string>& cells) {
    measure(cells);
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        out += cells[i];
        out.append(widths_[i] - display_width(cells[i]) + 2, ' ');
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows, bool colour) {
    Columns columns;
    for (const auto& row : rows) columns.measure(row);
    std::string out;
    for (const auto& row : rows) {
        const bool heading = out.empty();
        out += paint(heading ? Colour::bold : Colour::none, columns.line(row), colour) + "\n";
    }
    return out;
}

std::string paint(Colour what, std::string_view text, bool colour) {
    if (!colour || what == Colour::none) return std::string(text);
    const auto code = [what] {
        switch (what) {
            case Colour::red:
                return 31;
            case Colour::green:
                return 32;
            case Colour::yellow:
                return 33;
            default:
                return 1;
        }
    }();
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace avahictl
