// The machine itself: status, host name, link-local addresses, reload.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

using nlohmann::json;
using session::Errc;

namespace {

/// The end of a call that changes the machine: only administrators may.
/// \param change  does it, and says how that went
template <class Change>
Started manage(Caller& caller, Parameters& parameters, Change change) {
    if (refused(caller, parameters)) return nullptr;
    if (!caller.session().may_manage(caller.client())) return failed(caller, Errc::not_permitted);
    if (const Errc errc = change(); errc != Errc::ok) return failed(caller, errc);
    return done(caller);
}

}  // namespace

Started status(Instant, Caller& caller, Parameters& parameters) {
    if (refused(caller, parameters)) return nullptr;
    session::Status status = caller.machine().status();
    status.clients = caller.session().clients();
    status.publications = caller.session().publications();
    return done(caller, to_json(status));
}

Started get_host_name(Instant, Caller& caller, Parameters& parameters) {
    if (refused(caller, parameters)) return nullptr;
    const json all = to_json(caller.machine().status());
    return done(
        caller,
        {{"name", all["host_name"]}, {"wanted", all["wanted_name"]}, {"state", all["host_state"]}});
}

Started set_host_name(Instant, Caller& caller, Parameters& parameters) {
    const std::string name = parameters.text("name");
    return manage(caller, parameters, [&] { return caller.machine().set_host_name(name); });
}

Started get_ipv4ll(Instant, Caller& caller, Parameters& parameters) {
    const auto ifindex = read_interface(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    json interfaces = json::array();
    for (const auto& state : caller.machine().status().ipv4ll) {
        if (!ifindex || state.ifindex == *ifindex) interfaces.push_back(to_json(state));
    }
    return done(caller, {{"interfaces", std::move(interfaces)}});
}

Started set_ipv4ll(Instant, Caller& caller, Parameters& parameters) {
    using session::Ipv4llAction;
    static constexpr Ipv4llAction actions[] = {Ipv4llAction::on, Ipv4llAction::off,
                                               Ipv4llAction::renew};
    const std::string interface = parameters.text("interface");
    const auto action = parameters.optional_word("action", {"on", "off", "renew"});
    if (!action) parameters.refuse("action");
    return manage(caller, parameters,
                  [&] { return caller.machine().ipv4ll(interface, actions[*action]); });
}

Started reload(Instant, Caller& caller, Parameters& parameters) {
    return manage(caller, parameters, [&] { return caller.machine().reload(); });
}

}  // namespace avahid::varlink::calls
