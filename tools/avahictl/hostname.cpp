// avahictl hostname: the name this machine goes by.
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

Exit run(const Common& common, const HostNameOptions& options) {
    if (options.wanted) {
        const auto set = ask(common, "SetHostName", {{"name", *options.wanted}});
        if (!set) return set.error();
    }
    const auto reply = ask(common, "GetHostName", nlohmann::json::object());
    if (!reply) return reply.error();
    if (common.json) {
        print_json(reply->parameters);
    } else {
        print_line(printable(text_of(reply->parameters, "name")));
    }
    return Exit::found;
}

}  // namespace avahictl
