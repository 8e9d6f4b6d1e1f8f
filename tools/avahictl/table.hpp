// tools/avahictl/table.hpp: text in columns, by the width it has on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avahictl {

/// Cells of a terminal that the text takes: wide characters two, combining ones none.
std::size_t display_width(std::string_view text);

/// Columns that grow with what they have seen: measure all rows first for a table, or none for a
/// list that goes on.
class Columns {
public:
    Columns() = default;
    explicit Columns(std::vector<std::size_t> least) : widths_(std::move(least)) {}

    void measure(const std::vector<std::string>& cells);
    /// One line, without its end; two spaces between columns, none at the end.
    std::string line(const std::vector<std::string>& cells);

private:
    std::vector<std::size_t> widths_;
};

/// Rows under each other, each with its line end. The first one is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows, bool colour);

enum class Colour { none, bold, red, green, yellow };
/// \param colour  false: text as it is
std::string paint(Colour what, std::string_view text, bool colour);

}  // namespace avahictl
