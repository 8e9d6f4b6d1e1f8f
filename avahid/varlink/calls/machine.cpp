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

std::optional<boost::asio::ip::address_v4> optional_ipv4(Parameters& parameters,
                                                         const std::string& name) {
    const auto text = parameters.optional_text(name);
    if (!text) return std::nullopt;
    boost::system::error_code bad;
    const auto address = boost::asio::ip::make_address_v4(*text, bad);
    if (bad) parameters.refuse(name);
    return address;
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
                                               Ipv4llAction::renew, Ipv4llAction::fallback,
                                               Ipv4llAction::refresh};
    const std::string interface = parameters.text("interface");
    const auto action =
        parameters.optional_word("action", {"on", "off", "renew", "fallback", "refresh"});
    if (!action) parameters.refuse("action");
    const auto address = optional_ipv4(parameters, "address");
    return manage(caller, parameters, [&] {
        auto& machine = caller.machine();
        const Errc errc = address ? machine.ipv4ll_begin_with(interface, *address) : Errc::ok;
        return errc == Errc::ok ? machine.ipv4ll(interface, actions[*action]) : errc;
    });
}

Started reload(Instant, Caller& caller, Parameters& parameters) {
    return manage(caller, parameters, [&] { return caller.machine().reload(); });
}

}  // namespace avahid::varlink::calls
