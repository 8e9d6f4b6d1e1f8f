#include "tools/avahictl/link_local_table.hpp"

#include <fmt/core.h>

#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/table.hpp"

namespace avahictl {

namespace {

std::string next_text(const nlohmann::json& state) {
    return state.contains("next") ? "in " + duration_text(real_of(state, "next")) : "";
}

std::vector<std::string> cells(const nlohmann::json& state) {
    std::vector<std::string> row = {
        printable(text_of(state, "interface")),
        printable(text_of(state, "policy")),
        printable(text_of(state, "state")),
        printable(text_of(state, "address")),
        duration_text(real_of(state, "since")),
        fmt::format("{}", number_of(state, "conflicts")),
        next_text(state),
    };
    if (row[3].empty()) row[3] = "-";
    return row;
}

}  // namespace

std::string duration_text(double seconds) {
    if (!(seconds < 1e12)) return "forever";  // not a number, too
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long long>(seconds);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min", whole / 60);
    if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string link_local_table(const nlohmann::json& states, bool colour) {
    std::vector<std::vector<std::string>> rows = {
        {"IPV4LL", "POLICY", "STATE", "ADDRESS", "SINCE", "CONFLICTS", "NEXT STEP"}};
    for (const auto& state : states) rows.push_back(cells(state));
    return table(rows, colour);
}

}  // namespace avahictl
