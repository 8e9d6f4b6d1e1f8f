#include "avahid/dbus/host_name_resolver.hpp"

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
// ---- the question ----

const Arguments& HostNameQuestion::arguments() {
    static const Arguments arguments{"iisiu",
                                     {"interface", "protocol", "name", "aprotocol", "flags"}};
    return arguments;
}

void HostNameQuestion::read(Call& call) {
    call.read(where.interface, where.protocol, name, address_protocol, flags);
}

Error HostNameQuestion::check() const {
    return first_of({dbus::check(where),
                     is_host_name(name) ? Error::success : Error::invalid_host_name,
                     is_protocol(address_protocol) ? Error::success : Error::invalid_protocol,
                     check_flags(flags)});
}

session::Result<Handle> HostNameQuestion::ask(session::Session& session, session::ClientId client,
                                              Instant now) const {
    if (wants_wide_area(flags)) return session::Errc::not_supported;
    const auto host = mdns::wire::Name::from_text(name);
    if (!host) return session::Errc::bad_host;
    return session.lookup_host(now, client, *host, families_of(address_protocol), where.scope());
}

// ---- the answer ----

const Arguments& HostNameQuestion::values() {
    static const Arguments values{
        "iisisu", {"interface", "protocol", "name", "aprotocol", "address", "flags"}};
    return values;
}

Outcome<HostNameQuestion::Values> HostNameAnswers::on_event(const dnssd::Event& event,
                                                            const Client&) {
    const auto* result = std::get_if<dnssd::HostResult>(&event);
    if (result == nullptr) return {};
    if (result->addresses.empty()) return Error::timeout;
    const dnssd::HostAddress& first = result->addresses.front();
    return HostNameQuestion::Values{first.ifindex,          protocol_of(first.family),
                                    escape(result->name),   protocol_of(first.address),
                                    text_of(first.address), flags_of({.local = first.local})};
}

}  // namespace avahid::dbus
