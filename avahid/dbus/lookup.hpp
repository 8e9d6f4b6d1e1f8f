// avahid/dbus/lookup.hpp: what all browsers and resolvers have in common: where to look, how, and
// what a result says of where it comes from.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>

#include "avahid/dbus/avahi.hpp"
#include "avahid/dbus/errors.hpp"
#include "dnssd/types.hpp"

namespace avahid::dbus {

/// The links that a client asks on: all of them, or those of one interface, one family.
struct Where {
    avahi::Interface interface = avahi::any_interface;
    avahi::Protocol protocol = avahi::any_protocol;

    dnssd::Scope scope() const;
};

avahi::Protocol protocol_of(mdns::engine::Family family);
bool is_protocol(avahi::Protocol protocol);
Error check(const Where& where);
/// use_wide_area and use_multicast may always be given, but not both.
/// \param more  others that are understood
Error check_flags(avahi::Flags flags, avahi::Flags more = 0);
/// An empty one stands for the default.
Error check_domain(const std::string& domain);
/// The first that is not success.
Error first_of(std::initializer_list<Error> errors);

/// We do not ask unicast servers: a client that insists is told so.
inline bool wants_wide_area(avahi::Flags flags) {
    return (flags & avahi::lookup::use_wide_area) != 0;
}

/// Why nothing is found: a name that nobody can be asked for is one that nobody answers for.
Error error_of_lookup(session::Errc errc);
/// Of a service; host names and addresses have the session's own.
inline constexpr auto resolve_timeout = std::chrono::seconds(5);

struct Origin {
    bool local = false;    // published by this daemon
    bool cached = false;   // known before it was asked for
    bool our_own = false;  // published by this very client
};
avahi::Flags flags_of(const Origin& origin);

/// Families to ask for: an address family as a protocol number.
dnssd::Families families_of(avahi::Protocol protocol);
bool matches(avahi::Protocol protocol, const dnssd::Address& address);
avahi::Protocol protocol_of(const dnssd::Address& address);
/// Without a scope, as Avahi has none.
std::string text_of(const dnssd::Address& address);

}  // namespace avahid::dbus
