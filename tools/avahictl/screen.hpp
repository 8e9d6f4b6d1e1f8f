// tools/avahictl/screen.hpp: a list that changes in place on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace avahictl {

struct TerminalSize {
    std::size_t columns = 80;
    std::size_t lines = 24;
};
/// Of standard output.
TerminalSize terminal_size();

/// Text cut to so many cells of a terminal.
std::string clip(const std::string& text, std::size_t columns);

class Screen {
public:
    /// \param lines  the first is the heading; plain text without line ends
    /// \return what to print: it takes the place of what was printed before. Lines are cut to the
    ///         width; when there are more than the height, the last one says how many are left out
    std::string show(const std::vector<std::string>& lines, const TerminalSize& size);

private:
    std::size_t shown_ = 0;
};

}  // namespace avahictl
