#include "avahid/dbus/host_name_resolver.hpp"

#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
namespace {

/// Calls `send` with the values of Found, which are those that ResolveHostName returns.
/// \return false: there is no address
template <class Send>
bool with_values(const dnssd::HostResult& result, Send&& send) {
    if (result.addresses.empty()) return false;
    const dnssd::HostAddress& first = result.addresses.front();
    send(std::int32_t{first.ifindex}, protocol_of(first.family), escape(result.name),
         protocol_of(first.address), text_of(first.address), flags_of({.local = first.local}));
    return true;
}

}  // namespace

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

// ---- the object ----

const Interface& HostNameResolver::interface() {
    static const Interface table{
        avahi::host_name_resolver,
        {{"Free", {}, {}, method<&HostNameResolver::free_method>},
         {"Start", {}, {}, method<&HostNameResolver::start_method>}},
        {{"Found", {"iisisu", {"interface", "protocol", "name", "aprotocol", "address", "flags"}}},
         {"Failure", {"s", {"error"}}}}};
    return table;
}

HostNameResolver::HostNameResolver(Client& client, Request request)
    : Object(client, "HostNameResolver", interface()), request_(std::move(request)) {}

void HostNameResolver::start() {
    const auto handle = request_.ask(session(), client_id(), now());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
}

void HostNameResolver::on_event(Instant, const dnssd::Event& event) {
    const auto* result = std::get_if<dnssd::HostResult>(&event);
    if (result == nullptr) return;
    if (!with_values(*result, [this](const auto&... values) { emit("Found", values...); }))
        fail(Error::timeout);
}

void HostNameResolver::fail(Error error) { emit("Failure", std::string(name_of(error))); }

// ---- the call ----

ResolveHostName::ResolveHostName(Client& client, const Call& call, Request request)
    : Activity(client), call_(call), request_(std::move(request)) {}

void ResolveHostName::start() {
    const auto handle = request_.ask(session(), client_id(), now());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
}

void ResolveHostName::on_event(Instant, const dnssd::Event& event) {
    const auto* result = std::get_if<dnssd::HostResult>(&event);
    if (result == nullptr) return;
    if (!with_values(*result, [this](const auto&... values) { call_.reply(values...); }))
        return fail(Error::timeout);
    end();
}

void ResolveHostName::fail(Error error) {
    call_.fail(error);
    end();
}

}  // namespace avahid::dbus
