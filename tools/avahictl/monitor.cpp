// avahictl monitor: packets, as they come and go.
#include <fmt/core.h>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/follow.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/monitor_view.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

/// \return whether it was a packet
bool show(const Common& common, const json& event) {
    const std::string what = text_of(event, "event");
    if (what == "lost" && !common.json) {
        print_error(
            fmt::format("{} packets were not shown: too many at once", number_of(event, "lost")));
    } else if (common.json) {
        json line = what == "packet" ? object_of(event, "packet") : event;
        line["event"] = what;
        print_json(line);
    } else if (what == "packet") {
        print_text(packet_text(object_of(event, "packet"), common.colour));
    }
    return what == "packet";
}

}  // namespace

Exit run(const Common& common, const MonitorOptions&) {
    json parameters = json::object();
    add_scope(parameters, common);
    auto stream = open_stream(common, "Monitor", std::move(parameters));
    if (!stream) return stream.error();
    return follow(common, *std::move(stream), [&common](const json& event) {
        return show(common, event) ? Seen::found : Seen::nothing;
    });
}

}  // namespace avahictl
