#include "tools/avahictl/browse_rows.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace avahictl {

namespace {

using Families = std::set<std::string>;

Families without(const Families& left, const Families& right) {
    Families out;
    std::ranges::set_difference(left, right, std::inserter(out, out.end()));
    return out;
}

/// What all links of one interface say of the service, together.
Service merge(const Service& found, const std::map<std::string, Service>& data) {
    Service merged = found;
    for (const auto& [family, resolved] : data) {
        auto addresses = merged.addresses;
        merged = resolved;
        for (const auto& address : resolved.addresses) {
            if (std::ranges::find(addresses, address) == addresses.end()) {
                addresses.push_back(address);
            }
        }
        merged.addresses = addresses;
    }
    return merged;
}

void sort(std::vector<BrowseRow>& rows) {
    std::ranges::sort(rows, {}, [](const BrowseRow& row) {
        const Service& service = row.service;
        return std::tie(service.type, service.name, service.interface);
    });
}

}  // namespace

BrowseRows::Entry& BrowseRows::touch(Instant now, const Service& service) {
    Entry& entry = entries_[{service.interface, service.name}];
    if (!entry.changed) entry.changed = now;
    return entry;
}

void BrowseRows::on_found(Instant now, const Service& service) {
    Entry& entry = touch(now, service);
    entry.service = service;
    entry.present.insert(service.family);
}

void BrowseRows::on_lost(Instant now, const Service& service) {
    Entry& entry = touch(now, service);
    entry.present.erase(service.family);
    entry.data.erase(service.family);
    entry.failed.erase(service.family);
}

void BrowseRows::on_resolved(Instant now, const Service& service) {
    Entry& entry = touch(now, service);
    entry.data[service.family] = service;
    entry.failed.erase(service.family);
}

void BrowseRows::on_resolve_failed(Instant now, const Service& service) {
    touch(now, service).failed.insert(service.family);
}

bool BrowseRows::is_ready(const Entry& entry) const {
    if (!resolve_) return true;
    return std::ranges::all_of(entry.present, [&entry](const std::string& family) {
        return entry.data.contains(family) || entry.failed.contains(family);
    });
}

void BrowseRows::show(Entry& entry, std::vector<BrowseRow>& rows) const {
    BrowseRow row{.families = without(entry.present, entry.shown),
                  .service = merge(entry.service, entry.data),
                  .resolved = resolve_ && !entry.data.empty(),
                  .failed = resolve_ && entry.data.empty() && !entry.present.empty()};
    const auto gone = without(entry.shown, entry.present);
    if (!gone.empty()) {
        rows.push_back({.mark = '-', .families = gone, .service = row.service});
    }
    const std::string now_known = row.resolved ? details(row.service) : std::string();
    const bool changed = now_known != entry.shown_details && !entry.present.empty();
    if (row.families.empty() && changed) {
        row.mark = '=';
        row.families = entry.present;
    }
    if (!row.families.empty()) rows.push_back(row);
    entry.shown = entry.present;
    entry.shown_details = now_known;
    entry.changed.reset();
}

void BrowseRows::forget_the_gone() {
    std::erase_if(entries_, [](const auto& item) {
        return item.second.present.empty() && item.second.shown.empty();
    });
}

std::vector<BrowseRow> BrowseRows::due(Instant now) {
    std::vector<BrowseRow> rows;
    for (auto& [key, entry] : entries_) {
        if (entry.changed && *entry.changed + gathering <= now && is_ready(entry)) {
            show(entry, rows);
        }
    }
    forget_the_gone();
    return rows;
}

std::vector<BrowseRow> BrowseRows::rest() {
    std::vector<BrowseRow> rows;
    for (auto& [key, entry] : entries_) {
        if (entry.changed) show(entry, rows);
    }
    forget_the_gone();
    sort(rows);
    return rows;
}

std::vector<BrowseRow> BrowseRows::shown() const {
    std::vector<BrowseRow> rows;
    for (const auto& [key, entry] : entries_) {
        if (entry.shown.empty()) continue;
        rows.push_back({.families = entry.shown,
                        .service = merge(entry.service, entry.data),
                        .resolved = resolve_ && !entry.data.empty(),
                        .failed = resolve_ && entry.data.empty() && !entry.failed.empty()});
    }
    sort(rows);
    return rows;
}

std::optional<BrowseRows::Instant> BrowseRows::deadline() const {
    std::optional<Instant> first;
    for (const auto& [key, entry] : entries_) {
        if (!entry.changed || !is_ready(entry)) continue;
        const Instant at = *entry.changed + gathering;
        if (!first || at < *first) first = at;
    }
    return first;
}

}  // namespace avahictl
