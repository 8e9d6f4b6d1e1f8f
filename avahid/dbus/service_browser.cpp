#include "avahid/dbus/service_browser.hpp"

#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {

const Arguments& ServiceBrowser::Request::arguments() {
    static const Arguments arguments{"iissu", {"interface", "protocol", "type", "domain", "flags"}};
    return arguments;
}

void ServiceBrowser::Request::read(Call& call) {
    call.read(where.interface, where.protocol, type, domain, flags);
}

Error ServiceBrowser::Request::check() const {
    return first_of({dbus::check(where), check_domain(domain), check_flags(flags),
                     parse_browsed_type(type) ? Error::success : Error::invalid_service_type});
}

const Interface& ServiceBrowser::interface() {
    static const Interface table =
        Browser::table(avahi::service_browser,
                       {"iisssu", {"interface", "protocol", "name", "type", "domain", "flags"}});
    return table;
}

ServiceBrowser::ServiceBrowser(Client& client, Request request)
    : Browser(client, "ServiceBrowser", interface(), request.flags), request_(std::move(request)) {}

session::Result<Handle> ServiceBrowser::ask() {
    const auto wanted = *parse_browsed_type(request_.type);
    return session().browse(now(), client_id(), wanted.type, request_.domain, wanted.subtype,
                            request_.where.scope());
}

void ServiceBrowser::on_item(const dnssd::Event& event) {
    const auto tell = [this](const char* signal, const auto& item, avahi::Flags flags) {
        emit(signal, item.link.ifindex, protocol_of(item.link.family), item.name.instance,
             escape(item.name.type), escape(item.name.domain), flags);
    };
    if (const auto* found = std::get_if<dnssd::Found>(&event)) {
        const bool our_own = found->local && client().publishes(found->name);
        tell("ItemNew", *found, flags_of_new(found->local, our_own));
    } else if (const auto* lost = std::get_if<dnssd::Lost>(&event)) {
        tell("ItemRemove", *lost, flags_of_gone());
    }
}

}  // namespace avahid::dbus
