// avahictl cache: what other hosts said, and how long it still counts.
#include <fmt/core.h>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

std::vector<std::string> cells(const json& record) {
    return {printable(text_of(record, "interface")),
            text_of(record, "family") == "ipv6" ? "IPv6" : "IPv4",
            printable(text_of(record, "name")),
            fmt::format("{}", number_of(record, "ttl")),
            printable(text_of(record, "type")),
            printable(text_of(record, "rdata"))};
}

Exit show(const Common& common) {
    auto stream = open_stream(common, "CacheShow", json::object());
    if (!stream) return stream.error();
    const auto end = end_of(common);
    std::vector<std::vector<std::string>> rows = {{"LINK", "", "NAME", "TTL", "TYPE", "DATA"}};
    std::size_t count = 0;
    for (bool more = true; more;) {
        const auto reply = stream->next(end);
        if (!reply) return complain(common, reply.error());
        if (!reply->error.empty()) return complain(*reply);
        more = reply->continues;
        for (const json& record : array_of(reply->parameters, "records")) {
            ++count;
            if (common.json) {
                print_json(record);
            } else {
                rows.push_back(cells(record));
            }
        }
    }
    if (!common.json && count > 0) print_text(table(rows, common.colour));
    return count > 0 ? Exit::found : Exit::nothing;
}

}  // namespace

Exit run(const Common& common, const CacheOptions& options) {
    if (!options.flush) return show(common);
    const auto reply = ask(common, "CacheFlush", json::object());
    return reply ? Exit::found : reply.error();
}

}  // namespace avahictl
