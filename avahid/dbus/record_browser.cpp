#include "avahid/dbus/record_browser.hpp"

#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
namespace {

constexpr std::uint16_t any = 255;

}  // namespace

const Arguments& RecordBrowser::Request::arguments() {
    static const Arguments arguments{"iisqqu",
                                     {"interface", "protocol", "name", "clazz", "type", "flags"}};
    return arguments;
}

void RecordBrowser::Request::read(Call& call) {
    call.read(where.interface, where.protocol, name, klass, type, flags);
}

Error RecordBrowser::Request::check() const {
    return first_of({check_domain(name), dbus::check(where),
                     klass == any || type == any ? Error::is_pattern : Error::success,
                     check_flags(flags)});
}

const Interface& RecordBrowser::interface() {
    static const Interface table = Browser::table(
        avahi::record_browser,
        {"iisqqayu", {"interface", "protocol", "name", "clazz", "type", "rdata", "flags"}});
    return table;
}

RecordBrowser::RecordBrowser(Client& client, Request request)
    : Browser(client, "RecordBrowser", interface(), request.flags), request_(std::move(request)) {}

session::Result<Handle> RecordBrowser::ask() {
    const auto name = mdns::wire::Name::from_text(request_.name);
    if (!name || request_.klass != mdns::wire::class_in) return session::Errc::bad_name;
    return session().query(now(), client_id(), *name, request_.type, request_.where.scope());
}

void RecordBrowser::on_item(const dnssd::Event& event) {
    const auto* change = std::get_if<dnssd::RecordChange>(&event);
    if (change == nullptr) return;
    const auto& record = change->record;
    const std::vector<std::uint8_t> rdata(record.rdata.begin(), record.rdata.end());
    emit(change->added ? "ItemNew" : "ItemRemove", change->link.ifindex,
         protocol_of(change->link.family), escape(record.name), request_.klass, record.type, rdata,
         change->added ? flags_of_new(change->local) : flags_of_gone());
}

}  // namespace avahid::dbus
