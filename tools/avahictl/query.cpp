// avahictl query: records as they come and go.
#include <fmt/core.h>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

class Printer {
public:
    explicit Printer(const Common& common) : common_(common) {}

    void print(const json& parameters) {
        const json& record = object_of(parameters, "record");
        if (common_.json) {
            json object = record;
            object["event"] = text_of(parameters, "event");
            object["local"] = flag_of(parameters, "local");
            return print_json(object);
        }
        const bool added = text_of(parameters, "event") == "added";
        const std::string line = columns_.line(cells(added ? '+' : '-', record));
        print_line(paint(added ? Colour::green : Colour::red, line.substr(0, 1), common_.colour) +
                   line.substr(1));
    }

private:
    static std::vector<std::string> cells(char mark, const json& record) {
        return {fmt::format("{} {}", mark, printable(text_of(record, "interface"))),
                text_of(record, "family") == "ipv6" ? "IPv6" : "IPv4",
                printable(text_of(record, "name")),
                fmt::format("{}", number_of(record, "ttl")),
                printable(text_of(record, "type")),
                printable(text_of(record, "rdata"))};
    }

    const Common& common_;
    Columns columns_{{8, 4, 16, 4, 4, 0}};
};

}  // namespace

Exit run(const Common& common, const QueryOptions& options) {
    json parameters{{"name", options.name}};
    add_text(parameters, "type", options.type);
    add_scope(parameters, common);
    auto stream = open_stream(common, "Query", std::move(parameters));
    if (!stream) return stream.error();
    const auto end = end_of(common);
    Printer printer(common);
    Exit so_far = Exit::nothing;
    for (;;) {
        const auto reply = stream->next(end);
        if (!reply) {
            const bool ended =
                reply.error() == ClientErrc::timed_out || reply.error() == ClientErrc::interrupted;
            return ended ? so_far : complain(common, reply.error());
        }
        if (!reply->error.empty()) return complain(*reply);
        const std::string event = text_of(reply->parameters, "event");
        if (event == "all_for_now" && options.until_all) return so_far;
        if (event != "added" && event != "removed") continue;
        if (event == "added") so_far = Exit::found;
        printer.print(reply->parameters);
    }
}

}  // namespace avahictl
