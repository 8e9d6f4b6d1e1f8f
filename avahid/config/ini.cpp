#include "avahid/config/ini.hpp"

#include <fmt/format.h>

#include "avahid/config/text.hpp"

namespace avahid::config {
namespace {

class Parser {
public:
    explicit Parser(std::string_view file) : diagnostics_(file) {}

    void line(std::string_view raw) {
        ++line_;
        const auto text = trim(raw);
        if (text.empty() || text[0] == '#' || text[0] == '%' || text[0] == ';') return;
        if (!is_utf8(text)) return error("not valid UTF-8; the line is ignored");
        if (text.find('\0') != text.npos) return error("a zero byte; the line is ignored");
        if (text[0] == '[') return section(text);
        assignment(text);
    }

    IniFile finish() {
        file_.diagnostics = diagnostics_.take();
        return std::move(file_);
    }

private:
    void section(std::string_view text) {
        // What follows a broken heading must not land in the section before it.
        state_ = State::broken_section;
        if (text.back() != ']') return error(fmt::format("{} lacks its ']'", quote(text)));
        const auto name = trim(text.substr(1, text.size() - 2));
        if (name.empty()) return error("a section needs a name");
        state_ = State::in_section;
        file_.sections.push_back({std::string(name), line_});
    }

    void assignment(std::string_view text) {
        const auto equals = text.find('=');
        if (equals == text.npos)
            return error(fmt::format("expected key=value, found {}", quote(text)));
        const auto key = trim(text.substr(0, equals));
        if (key.empty()) return error("a value without a key");
        if (state_ == State::broken_section) return;  // told once, at the heading
        if (state_ == State::no_section)
            return error(fmt::format("{} stands before any [section]", quote(key)));
        file_.entries.push_back({file_.sections.back().name, std::string(key),
                                 std::string(trim(text.substr(equals + 1))), line_});
    }

    void error(std::string message) { diagnostics_.error(line_, std::move(message)); }

    enum class State { no_section, in_section, broken_section };
    IniFile file_;
    Diagnostics diagnostics_;
    State state_ = State::no_section;
    int line_ = 0;
};

}  // namespace

IniFile parse_ini(std::string_view text, std::string_view file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
        text.remove_prefix(byte_order_mark.size());

    Parser parser{file};
    while (!text.empty()) {
        const auto end = text.find('\n');
        parser.line(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return parser.finish();
}

}  // namespace avahid::config
