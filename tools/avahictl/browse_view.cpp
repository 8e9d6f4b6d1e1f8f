#include "tools/avahictl/browse_view.hpp"

#include <fmt/core.h>

#include <sstream>

#include "avahid/varlink/wire/message.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/parsable.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

// A list that goes on looks even from its first line.
const std::vector<std::size_t> usual_widths = {8, 9, 24, 16, 5};

std::string json_line(const std::string& event, json service) {
    service["event"] = event;
    return printable_json(avahid::varlink::wire::to_text(service)) + "\n";
}

std::vector<std::string> cells(const BrowseRow& row) {
    std::string families;
    for (const auto& family : row.families) {
        families += families.empty() ? "" : " ";
        families += family == "ipv4" ? "IPv4" : "IPv6";
    }
    return {std::string(1, row.mark) + " " + printable(row.service.interface), families,
            escape_text(row.service.instance), printable(row.service.type),
            printable(row.service.domain)};
}

Colour colour_of(char mark) {
    if (mark == '-') return Colour::red;
    return mark == '+' ? Colour::green : Colour::yellow;
}

}  // namespace

BrowseView::BrowseView(const Common& common, bool resolve, bool live)
    : json_(common.json),
      parsable_(common.parsable),
      colour_(common.colour),
      live_(live),
      in_place_(live && common.in_place && !common.json && !common.parsable),
      rows_(resolve),
      columns_(live ? usual_widths : std::vector<std::size_t>{}) {}

/// avahi-browse resolves each service once: of later changes it says nothing.
std::string BrowseView::parsable(const std::string& event, const Service& service) {
    const std::pair key{service.family + service.interface, service.name};
    if (event == "found") return parsable_line('+', service) + "\n";
    if (event == "lost") {
        resolved_.erase(key);
        return parsable_line('-', service) + "\n";
    }
    const bool first = event == "resolved" && resolved_.insert(key).second;
    return first ? parsable_resolved(service) + "\n" : "";
}

std::string BrowseView::on_event(Instant now, const std::string& event, const json& service) {
    if (json_) return json_line(event, service);
    const Service values = service_from_json(service);
    if (parsable_) return parsable(event, values);
    if (event == "found") rows_.on_found(now, values);
    if (event == "lost") rows_.on_lost(now, values);
    if (event == "resolved") rows_.on_resolved(now, values);
    if (event == "resolve_failed") rows_.on_resolve_failed(now, values);
    return {};
}

std::string BrowseView::due(Instant now) {
    if (!live_) return {};
    const auto rows = rows_.due(now);
    if (!in_place_) return print(rows);
    return rows.empty() ? "" : draw();
}

std::string BrowseView::rest() {
    const auto rows = rows_.rest();
    if (!in_place_) return print(rows);
    return rows.empty() ? "" : draw();
}

/// The whole list, in place of what was there.
std::string BrowseView::draw() {
    std::vector<std::string> lines;
    columns_ = {};
    const auto rows = rows_.shown();
    for (const auto& row : rows) columns_.measure(cells(row));
    lines.push_back(fmt::format("{} services", rows.size()));
    for (const auto& row : rows) {
        lines.push_back(columns_.line(cells(row)));
        std::istringstream more(row.resolved ? details(row.service) : "");
        for (std::string line; std::getline(more, line);) lines.push_back(line);
    }
    return screen_.show(lines, terminal_size());
}

std::optional<BrowseView::Instant> BrowseView::deadline() const {
    return live_ ? rows_.deadline() : std::nullopt;
}

std::string BrowseView::print(const std::vector<BrowseRow>& rows) {
    for (const auto& row : rows) columns_.measure(cells(row));
    std::string out;
    for (const auto& row : rows) out += print(row);
    return out;
}

std::string BrowseView::print(const BrowseRow& row) {
    const std::string line = columns_.line(cells(row));
    std::string out =
        paint(colour_of(row.mark), line.substr(0, 1), colour_) + line.substr(1) + "\n";
    if (row.mark != '-' && row.resolved) out += details(row.service);
    if (row.mark != '-' && row.failed) out += "    not resolved: nobody answers\n";
    return out;
}

}  // namespace avahictl
