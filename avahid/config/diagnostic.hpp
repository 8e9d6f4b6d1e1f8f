// avahid/config/diagnostic.hpp: what is wrong in a file a person wrote, and where. A value: the
// reader goes on, and whoever asked decides what to print and whether to stop.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace avahid::config {

enum class Severity {
    note,     // nothing to mend: a feature that is not there yet
    warning,  // taken as it is, but others may not understand it
    error,    // left out; --check-config ends with 1
};

struct Diagnostic {
    Severity severity = Severity::error;
    std::string file;
    int line = 0;  // from 1; 0: the file as a whole
    std::string message;
    bool operator==(const Diagnostic&) const = default;
};

/// "FILE:LINE: message", or "FILE: message" for the file as a whole.
std::string to_text(const Diagnostic& diagnostic);

bool has_errors(std::span<const Diagnostic> diagnostics);

/// Collects the diagnostics of one file, at most `most` of them, so that a file of random bytes
/// does not become a million log lines.
class Diagnostics {
public:
    static constexpr std::size_t most = 100;

    explicit Diagnostics(std::string_view file) : file_(file) {}
    void add(Severity severity, int line, std::string message);
    void note(int line, std::string message) { add(Severity::note, line, std::move(message)); }
    void warning(int line, std::string message) {
        add(Severity::warning, line, std::move(message));
    }
    void error(int line, std::string message) { add(Severity::error, line, std::move(message)); }

    /// So many that nothing more is taken: whoever reads on may stop.
    bool full() const { return list_.size() > most; }
    bool has_errors() const { return config::has_errors(list_); }
    std::vector<Diagnostic> take() { return std::move(list_); }

private:
    std::string file_;
    std::vector<Diagnostic> list_;
};

}  // namespace avahid::config
