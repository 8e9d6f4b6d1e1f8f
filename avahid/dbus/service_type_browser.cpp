#include "avahid/dbus/service_type_browser.hpp"

#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {

const Arguments& ServiceTypeBrowser::Request::arguments() {
    static const Arguments arguments{"iisu", {"interface", "protocol", "domain", "flags"}};
    return arguments;
}

void ServiceTypeBrowser::Request::read(Call& call) {
    call.read(where.interface, where.protocol, domain, flags);
}

Error ServiceTypeBrowser::Request::check() const {
    return first_of({dbus::check(where), check_domain(domain), check_flags(flags)});
}

const Interface& ServiceTypeBrowser::interface() {
    static const Interface table =
        Browser::table(avahi::service_type_browser,
                       {"iissu", {"interface", "protocol", "type", "domain", "flags"}});
    return table;
}

ServiceTypeBrowser::ServiceTypeBrowser(Client& client, Request request)
    : Browser(client, "ServiceTypeBrowser", interface(), request.flags),
      request_(std::move(request)) {}

session::Result<Handle> ServiceTypeBrowser::ask() {
    return session().browse_types(now(), client_id(), request_.domain, request_.where.scope());
}

void ServiceTypeBrowser::on_item(const dnssd::Event& event) {
    const auto tell = [this](const char* signal, const auto& item, avahi::Flags flags) {
        emit(signal, item.link.ifindex, protocol_of(item.link.family), escape(item.type),
             escape(item.domain), flags);
    };
    if (const auto* found = std::get_if<dnssd::TypeFound>(&event)) {
        tell("ItemNew", *found, flags_of_new(found->local));
    } else if (const auto* lost = std::get_if<dnssd::TypeLost>(&event)) {
        tell("ItemRemove", *lost, flags_of_gone());
    }
}

}  // namespace avahid::dbus
