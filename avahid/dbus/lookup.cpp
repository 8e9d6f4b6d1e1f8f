#include "avahid/dbus/lookup.hpp"

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {

using mdns::engine::Family;

dnssd::Scope Where::scope() const {
    dnssd::Scope scope;
    if (interface != avahi::any_interface) scope.ifindex = interface;
    if (protocol != avahi::any_protocol)
        scope.family = protocol == avahi::ipv4 ? Family::ipv4 : Family::ipv6;
    return scope;
}

avahi::Protocol protocol_of(Family family) {
    return family == Family::ipv4 ? avahi::ipv4 : avahi::ipv6;
}

bool is_protocol(avahi::Protocol protocol) {
    return protocol == avahi::any_protocol || protocol == avahi::ipv4 || protocol == avahi::ipv6;
}

Error check(const Where& where) {
    if (where.interface < avahi::any_interface) return Error::invalid_interface;
    return is_protocol(where.protocol) ? Error::success : Error::invalid_protocol;
}

Error check_flags(avahi::Flags flags, avahi::Flags more) {
    constexpr avahi::Flags ways = avahi::lookup::use_wide_area | avahi::lookup::use_multicast;
    const bool fine = (flags & ~(ways | more)) == 0 && (flags & ways) != ways;
    return fine ? Error::success : Error::invalid_flags;
}

Error check_domain(const std::string& domain) {
    return domain.empty() || is_domain_name(domain) ? Error::success : Error::invalid_domain_name;
}

Error first_of(std::initializer_list<Error> errors) {
    for (const Error error : errors) {
        if (error != Error::success) return error;
    }
    return Error::success;
}

Error error_of_lookup(session::Errc errc) {
    switch (errc) {
        case session::Errc::bad_name:
        case session::Errc::bad_domain:
        case session::Errc::bad_host:
            return Error::timeout;
        default:
            return error_of(errc);
    }
}

avahi::Flags flags_of(const Origin& origin) {
    return avahi::result::multicast | (origin.local ? avahi::result::local : 0) |
           (origin.cached ? avahi::result::cached : 0) |
           (origin.our_own ? avahi::result::our_own : 0);
}

dnssd::Families families_of(avahi::Protocol protocol) {
    if (protocol == avahi::any_protocol) return dnssd::Families::both;
    return protocol == avahi::ipv4 ? dnssd::Families::ipv4 : dnssd::Families::ipv6;
}

bool matches(avahi::Protocol protocol, const dnssd::Address& address) {
    return protocol == avahi::any_protocol || protocol == protocol_of(address);
}

avahi::Protocol protocol_of(const dnssd::Address& address) {
    return address.is_v4() ? avahi::ipv4 : avahi::ipv6;
}

std::string text_of(const dnssd::Address& address) {
    if (address.is_v4()) return address.to_string();
    auto plain = address.to_v6();
    plain.scope_id(0);
    return plain.to_string();
}

}  // namespace avahid::dbus
