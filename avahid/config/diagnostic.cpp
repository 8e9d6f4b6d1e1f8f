#include "avahid/config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avahid::config {

std::string to_text(const Diagnostic& diagnostic) {
    if (diagnostic.line == 0) return fmt::format("{}: {}", diagnostic.file, diagnostic.message);
    return fmt::format("{}:{}: {}", diagnostic.file, diagnostic.line, diagnostic.message);
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void Diagnostics::add(Severity severity, int line, std::string message) {
    if (full()) return;
    if (list_.size() == most) {  // an error, so that what is cut off cannot turn 'bad' into 'good'
        list_.push_back({Severity::error, file_, line, "too many problems; the rest is not shown"});
        return;
    }
    list_.push_back({severity, file_, line, std::move(message)});
}

}  // namespace avahid::config
