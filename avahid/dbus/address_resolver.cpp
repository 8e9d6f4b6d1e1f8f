#include "avahid/dbus/address_resolver.hpp"

#include <boost/asio/ip/address.hpp>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
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

// ---- the answer ----

const Arguments& AddressQuestion::values() {
    static const Arguments values{
        "iiissu", {"interface", "protocol", "aprotocol", "address", "name", "flags"}};
    return values;
}

Outcome<AddressQuestion::Values> AddressAnswers::on_event(const dnssd::Event& event,
                                                          const Client&) {
    const auto* result = std::get_if<dnssd::AddressResult>(&event);
    if (result == nullptr) return {};
    if (!result->found) return Error::timeout;
    return AddressQuestion::Values{result->ifindex,      protocol_of(result->family),
                                   protocol_of(asked_),  text_of(asked_),
                                   escape(result->name), flags_of({.local = result->local})};
}

}  // namespace avahid::dbus
