// avahictl publish: the daemon keeps it as long as this connection lives.
#include <fmt/core.h>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/follow.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/txt.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

std::string taken_by(const json& event) {
    const json& rival = object_of(event, "rival");
    const std::string who = text_of(rival, "address");
    if (who.empty()) return "somebody else has that name";
    return fmt::format("{} on {} has that name", who, text_of(rival, "interface"));
}

std::string sentence(const json& event) {
    const std::string name = escape_text(text_of(event, "instance"));
    const std::string what = text_of(event, "event");
    if (what == "established") return fmt::format("established: {}", name);
    if (what == "renamed") return fmt::format("renamed: {} ({})", name, printable(taken_by(event)));
    return fmt::format("collision: {} ({})", name, printable(taken_by(event)));
}

/// Until interrupted, or the name is lost.
Exit keep(const Common& common, Client stream) {
    bool lost = false;
    const Exit exit = follow(common, std::move(stream), [&](const json& parameters) {
        const std::string event = text_of(parameters, "event");
        if (common.json) {
            print_json(parameters);
        } else {
            print_line(sentence(parameters));
        }
        lost = event == "collision";
        return event == "established" ? Seen::found : Seen::nothing;
    });
    return lost ? Exit::nothing : exit;
}

Exit start(const Common& common, const char* method, json parameters) {
    add_scope(parameters, common);
    auto stream = open_stream(common, method, std::move(parameters));
    if (!stream) return stream.error();
    return keep(common, *std::move(stream));
}

}  // namespace

Exit run(const Common& common, const PublishOptions& options) {
    json parameters{{"instance", options.instance},
                    {"type", options.type},
                    {"port", options.port},
                    {"txt", txt_to_json(options.txt)},
                    {"subtypes", options.subtypes}};
    add_text(parameters, "domain", options.domain);
    add_text(parameters, "host", options.host);
    return start(common, "Publish", std::move(parameters));
}

Exit run(const Common& common, const PublishAddressOptions& options) {
    json parameters{
        {"name", options.name}, {"address", options.address}, {"reverse", options.reverse}};
    return start(common, "PublishAddress", std::move(parameters));
}

}  // namespace avahictl
