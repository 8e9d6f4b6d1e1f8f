#include "avahid/dbus/domain_browser.hpp"

#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
namespace {

dnssd::DomainKind kind_of(avahi::DomainKind kind) {
    switch (kind) {
        case avahi::DomainKind::browse:
            return dnssd::DomainKind::browse;
        case avahi::DomainKind::browse_default:
            return dnssd::DomainKind::browse_default;
        case avahi::DomainKind::registration:
            return dnssd::DomainKind::registration;
        case avahi::DomainKind::registration_default:
            return dnssd::DomainKind::registration_default;
        case avahi::DomainKind::browse_legacy:
            return dnssd::DomainKind::automatic;
    }
    return dnssd::DomainKind::browse;
}

}  // namespace

const Arguments& DomainBrowser::Request::arguments() {
    static const Arguments arguments{"iisiu",
                                     {"interface", "protocol", "domain", "btype", "flags"}};
    return arguments;
}

void DomainBrowser::Request::read(Call& call) {
    call.read(where.interface, where.protocol, domain, kind, flags);
}

Error DomainBrowser::Request::check() const {
    const bool known = kind >= static_cast<std::int32_t>(avahi::DomainKind::browse) &&
                       kind <= static_cast<std::int32_t>(avahi::DomainKind::browse_legacy);
    return first_of({known ? Error::success : Error::invalid_argument, dbus::check(where),
                     check_domain(domain), check_flags(flags)});
}

const Interface& DomainBrowser::interface() {
    static const Interface table = Browser::table(
        avahi::domain_browser, {"iisu", {"interface", "protocol", "domain", "flags"}});
    return table;
}

DomainBrowser::DomainBrowser(Client& client, Request request)
    : Browser(client, "DomainBrowser", interface(), request.flags), request_(std::move(request)) {}

session::Result<Handle> DomainBrowser::ask() {
    return session().browse_domains(now(), client_id(), request_.domain,
                                    kind_of(static_cast<avahi::DomainKind>(request_.kind)),
                                    request_.where.scope());
}

void DomainBrowser::on_item(const dnssd::Event& event) {
    if (const auto* found = std::get_if<dnssd::DomainFound>(&event)) {
        tell("ItemNew", found->link, found->domain, found->configured, flags_of_new(found->local));
    } else if (const auto* lost = std::get_if<dnssd::DomainLost>(&event)) {
        tell("ItemRemove", lost->link, lost->domain, lost->configured, flags_of_gone());
    }
}

void DomainBrowser::tell(const char* signal, const dnssd::LinkId& link, const std::string& domain,
                         bool configured, avahi::Flags flags) {
    if (configured) {
        emit(signal, avahi::any_interface, avahi::any_protocol, escape(domain),
             avahi::result::from_configuration);
    } else {
        emit(signal, link.ifindex, protocol_of(link.family), escape(domain), flags);
    }
}

}  // namespace avahid::dbus
