// avahictl ipv4ll: link-local addresses, and whether an interface has one.
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/link_local_table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

Exit run(const Common& common, const Ipv4llOptions& options) {
    if (!options.action.empty()) {
        const auto reply = ask(common, "SetIpv4ll",
                               {{"interface", options.interface}, {"action", options.action}});
        return reply ? Exit::found : reply.error();
    }
    json parameters = json::object();
    add_text(parameters, "interface", options.interface);
    const auto reply = ask(common, "GetIpv4ll", std::move(parameters));
    if (!reply) return reply.error();
    const json& states = array_of(reply->parameters, "interfaces");
    if (common.json) {
        for (const json& state : states) print_json(state);
    } else if (!states.empty()) {
        print_text(link_local_table(states, common.colour));
    }
    return states.empty() ? Exit::nothing : Exit::found;
}

}  // namespace avahictl
