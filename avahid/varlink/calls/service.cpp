// org.varlink.service: the daemon describes itself.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/descriptions.hpp"

namespace avahid::varlink::calls {

Started get_info(Instant, Caller& caller, Parameters& parameters) {
    if (refused(caller, parameters)) return nullptr;
    auto interfaces = nlohmann::json::array();
    for (const auto& description : descriptions()) interfaces.push_back(description.interface);
    return done(caller, {{"vendor", "avahid"},
                         {"product", "avahid"},
                         {"version", caller.machine().status().version},
                         {"url", ""},
                         {"interfaces", std::move(interfaces)}});
}

Started get_interface_description(Instant, Caller& caller, Parameters& parameters) {
    const std::string interface = parameters.text("interface");
    if (refused(caller, parameters)) return nullptr;
    for (const auto& description : descriptions()) {
        if (description.interface == interface) {
            return done(caller, {{"description", description.text}});
        }
    }
    caller.fail(interface_not_found(interface));
    return nullptr;
}

}  // namespace avahid::varlink::calls
