// tools/avahictl/browse_view.hpp: what a browse prints: JSON, avahi-browse's format, or rows.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tools/avahictl/browse_rows.hpp"
#include "tools/avahictl/options.hpp"
#include "tools/avahictl/screen.hpp"
#include "tools/avahictl/table.hpp"

namespace avahictl {

class BrowseView {
public:
    using Instant = std::chrono::steady_clock::time_point;

    /// \param live  rows appear as things happen; else all at the end, in order
    BrowseView(const Common& common, bool resolve, bool live);

    /// \param event  "found", "lost", "resolved", "resolve_failed"
    /// \return what to print now
    std::string on_event(Instant now, const std::string& event, const nlohmann::json& service);
    std::string due(Instant now);
    std::string rest();
    std::optional<Instant> deadline() const;

private:
    std::string print(const std::vector<BrowseRow>& rows);
    std::string print(const BrowseRow& row);
    std::string draw();
    std::string parsable(const std::string& event, const Service& service);

    bool json_;
    bool parsable_;
    bool colour_;
    bool live_;
    bool in_place_;
    BrowseRows rows_;
    Columns columns_;
    Screen screen_;
    std::set<std::pair<std::string, std::string>> resolved_;  // by family and interface, and name
};

}  // namespace avahictl
