// avahictl query: records as they come and go.
#include <fmt/core.h>

#include <map>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/follow.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/screen.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

class Printer {
public:
    /// \param live  on a terminal, show what there is now, in place of what there was
    Printer(const Common& common, bool live) : common_(common), live_(live) {}

    void print(const json& parameters) {
        const json& record = object_of(parameters, "record");
        if (common_.json) {
            json object = record;
            object["event"] = text_of(parameters, "event");
            object["local"] = flag_of(parameters, "local");
            return print_json(object);
        }
        const bool added = text_of(parameters, "event") == "added";
        if (common_.in_place && live_) return draw(added, record);
        const std::string line = columns_.line(cells(added ? '+' : '-', record));
        print_line(paint(added ? Colour::green : Colour::red, line.substr(0, 1), common_.colour) +
                   line.substr(1));
    }

private:
    void draw(bool added, const json& record) {
        auto row = cells(' ', record);
        auto key = row;
        key[3].clear();  // the same record with another TTL is the same one
        if (added) {
            present_[key] = row;
        } else {
            present_.erase(key);
        }
        Columns columns;
        for (const auto& [ignored, one] : present_) columns.measure(one);
        std::vector<std::string> lines{fmt::format("{} records", present_.size())};
        for (const auto& [ignored, one] : present_) lines.push_back(columns.line(one));
        print_text(screen_.show(lines, terminal_size()));
    }
    static std::vector<std::string> cells(char mark, const json& record) {
        return {fmt::format("{} {}", mark, printable(text_of(record, "interface"))),
                text_of(record, "family") == "ipv6" ? "IPv6" : "IPv4",
                printable(text_of(record, "name")),
                fmt::format("{}", number_of(record, "ttl")),
                printable(text_of(record, "type")),
                printable(text_of(record, "rdata"))};
    }

    const Common& common_;
    bool live_;
    std::map<std::vector<std::string>, std::vector<std::string>> present_;
    Screen screen_;
    Columns columns_{{8, 4, 16, 4, 4, 0}};
};

}  // namespace

Exit run(const Common& common, const QueryOptions& options) {
    json parameters{{"name", options.name}};
    add_text(parameters, "type", options.type);
    add_scope(parameters, common);
    auto stream = open_stream(common, "Query", std::move(parameters));
    if (!stream) return stream.error();
    Printer printer(common, !options.until_all);
    return follow(common, *std::move(stream), [&](const json& reply) {
        const std::string event = text_of(reply, "event");
        if (event == "all_for_now" && options.until_all) return Seen::end;
        if (event != "added" && event != "removed") return Seen::nothing;
        printer.print(reply);
        return event == "added" ? Seen::found : Seen::nothing;
    });
}

}  // namespace avahictl
