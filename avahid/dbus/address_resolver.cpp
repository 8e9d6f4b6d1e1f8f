#include "avahid/dbus/address_resolver.hpp"

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
namespace {

/// Calls `send` with the values of Found, which are those that ResolveAddress returns.
template <class Send>
void with_values(const dnssd::AddressResult& result, const dnssd::Address& address, Send&& send) {
    send(std::int32_t{result.ifindex}, protocol_of(result.family), protocol_of(address),
         text_of(address), escape(result.name), flags_of({.local = result.local}));
}

}  // namespace

// ---- the question ----

const Arguments& AddressQuestion::arguments() {
    static const Arguments arguments{"iisu", {"interface", "protocol", "address", "flags"}};
    return arguments;
}

void AddressQuestion::read(Call& call) {
    call.read(where.interface, where.protocol, address, flags);
}

/// An address has no scope here: the interface is an argument of its own.
Error AddressQuestion::check() const {
    boost::system::error_code wrong;
    boost::asio::ip::make_address(address, wrong);
    const bool good = !wrong && address.find('%') == std::string::npos;
    return first_of(
        {good ? Error::success : Error::invalid_address, dbus::check(where), check_flags(flags)});
}

dnssd::Address AddressQuestion::wanted() const {
    boost::system::error_code checked_before;
    return boost::asio::ip::make_address(address, checked_before);
}

session::Result<Handle> AddressQuestion::ask(session::Session& session, session::ClientId client,
                                             Instant now) const {
    if (wants_wide_area(flags)) return session::Errc::not_supported;
    return session.lookup_address(now, client, wanted(), where.scope());
}

// ---- the object ----

const Interface& AddressResolver::interface() {
    static const Interface table{
        avahi::address_resolver,
        {{"Free", {}, {}, method<&AddressResolver::free_method>},
         {"Start", {}, {}, method<&AddressResolver::start_method>}},
        {{"Found", {"iiissu", {"interface", "protocol", "aprotocol", "address", "name", "flags"}}},
         {"Failure", {"s", {"error"}}}}};
    return table;
}

AddressResolver::AddressResolver(Client& client, Request request)
    : Object(client, "AddressResolver", interface()), request_(std::move(request)) {}

void AddressResolver::start() {
    const auto handle = request_.ask(session(), client_id(), now());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
}

void AddressResolver::on_event(Instant, const dnssd::Event& event) {
    const auto* result = std::get_if<dnssd::AddressResult>(&event);
    if (result == nullptr) return;
    if (!result->found) return fail(Error::timeout);
    with_values(*result, request_.wanted(),
                [this](const auto&... values) { emit("Found", values...); });
}

void AddressResolver::fail(Error error) { emit("Failure", std::string(name_of(error))); }

// ---- the call ----

ResolveAddress::ResolveAddress(Client& client, const Call& call, Request request)
    : Activity(client), call_(call), request_(std::move(request)) {}

void ResolveAddress::start() {
    const auto handle = request_.ask(session(), client_id(), now());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
}

void ResolveAddress::on_event(Instant, const dnssd::Event& event) {
    const auto* result = std::get_if<dnssd::AddressResult>(&event);
    if (result == nullptr) return;
    if (!result->found) return fail(Error::timeout);
    with_values(*result, request_.wanted(),
                [this](const auto&... values) { call_.reply(values...); });
    end();
}

void ResolveAddress::fail(Error error) {
    call_.fail(error);
    end();
}

}  // namespace avahid::dbus
