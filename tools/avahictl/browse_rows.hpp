// tools/avahictl/browse_rows.hpp: events of a browse to rows for people.
// A service is usually heard by IPv4 and IPv6 within moments: one row says both. So each waits a
// moment, and until it is resolved when that was asked for, before it is shown.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/avahictl/service.hpp"

namespace avahictl {

struct BrowseRow {
    char mark = '+';  // '+' found, '-' lost, '=' its data changed
    std::set<std::string> families;
    Service service;
    bool resolved = false;  // there is more to tell
    bool failed = false;    // nobody tells more
};

class BrowseRows {
public:
    using Instant = std::chrono::steady_clock::time_point;
    static constexpr auto gathering = std::chrono::milliseconds(250);

    /// \param resolve  rows wait for the data of their services
    explicit BrowseRows(bool resolve) : resolve_(resolve) {}

    void on_found(Instant now, const Service& service);
    void on_lost(Instant now, const Service& service);
    void on_resolved(Instant now, const Service& service);
    void on_resolve_failed(Instant now, const Service& service);

    /// Rows whose time has come.
    std::vector<BrowseRow> due(Instant now);
    /// All that is not shown yet, sorted by type, name and interface.
    std::vector<BrowseRow> rest();
    std::optional<Instant> deadline() const;
    /// All that due() and rest() have told of and not taken back, in the same order.
    std::vector<BrowseRow> shown() const;

private:
    using Key = std::pair<std::string, std::string>;  // interface, whole name
    struct Entry {
        std::set<std::string> present;        // families it is heard by
        std::set<std::string> shown;          // families a row has told of
        std::map<std::string, Service> data;  // by family
        std::set<std::string> failed;
        Service service;  // as found
        std::string shown_details;
        std::optional<Instant> changed;  // since then something waits to be shown
    };
    Entry& touch(Instant now, const Service& service);
    bool is_ready(const Entry& entry) const;
    void show(Entry& entry, std::vector<BrowseRow>& rows) const;
    void forget_the_gone();

    bool resolve_;
    std::map<Key, Entry> entries_;
};

}  // namespace avahictl
