#include "avahid/dbus/entry_group.hpp"

#include <algorithm>
#include <utility>

#include "avahid/dbus/group_arguments.hpp"
#include "dnssd/ascii.hpp"

namespace avahid::dbus {

namespace flag = avahi::publish;

const Interface& EntryGroup::interface() {
    static const Interface table{
        avahi::entry_group,
        {{"Free", {}, {}, method<&EntryGroup::free_method>},
         {"Commit", {}, {}, method<&EntryGroup::commit>},
         {"Reset", {}, {}, method<&EntryGroup::reset>},
         {"GetState", {}, {"i", {"state"}}, method<&EntryGroup::get_state>},
         {"IsEmpty", {}, {"b", {"empty"}}, method<&EntryGroup::is_empty>},
         {"AddService",
          {"iiussssqaay",
           {"interface", "protocol", "flags", "name", "type", "domain", "host", "port", "txt"}},
          {},
          method<&EntryGroup::add_service>},
         {"AddServiceSubtype",
          {"iiussss", {"interface", "protocol", "flags", "name", "type", "domain", "subtype"}},
          {},
          method<&EntryGroup::add_service_subtype>},
         {"UpdateServiceTxt",
          {"iiusssaay", {"interface", "protocol", "flags", "name", "type", "domain", "txt"}},
          {},
          method<&EntryGroup::update_service_txt>},
         {"AddAddress",
          {"iiuss", {"interface", "protocol", "flags", "name", "address"}},
          {},
          method<&EntryGroup::add_address>},
         {"AddRecord",
          {"iiusqquay",
           {"interface", "protocol", "flags", "name", "clazz", "type", "ttl", "rdata"}},
          {},
          method<&EntryGroup::add_record>}},
        {{"StateChanged", {"is", {"state", "error"}}}}};
    return table;
}

session::Result<std::unique_ptr<EntryGroup>> EntryGroup::make(Client& client) {
    const auto group =
        client.context().session.new_group(std::chrono::steady_clock::now(), client.id());
    if (!group) return group.error();
    return std::make_unique<EntryGroup>(client, *group);
}

EntryGroup::EntryGroup(Client& client, Handle group)
    : Object(client, "EntryGroup", interface()), group_(group) {
    own(group);
}

EntryGroup::~EntryGroup() { forget_services(); }

void EntryGroup::forget_services() {
    for (const dnssd::ServiceName& name : services_) client().forget_publisher(name, *this);
    services_.clear();
}

// ---- the group as a whole ----

void EntryGroup::answer(Call& call, Error error) {
    if (error == Error::success) return call.reply();
    call.fail(error);
}

dnssd::Catalogue::GroupStatus EntryGroup::status() const {
    const auto status = session().group(client_id(), group_);
    return status ? *status : dnssd::Catalogue::GroupStatus{};
}

bool EntryGroup::committed() const {
    const auto state = status().state;
    return state == dnssd::GroupState::registering || state == dnssd::GroupState::established;
}

void EntryGroup::commit(Call& call) {
    answer(call, error_of(session().commit_group(now(), client_id(), group_)));
}

void EntryGroup::reset(Call& call) {
    forget_services();
    answer(call, error_of(session().reset_group(now(), client_id(), group_)));
}

void EntryGroup::get_state(Call& call) {
    call.reply(static_cast<std::int32_t>(state_of(status().state)));
}

void EntryGroup::is_empty(Call& call) { call.reply(status().empty); }

void EntryGroup::on_event(Instant, const dnssd::Event& event) {
    const auto* const changed = std::get_if<dnssd::GroupChanged>(&event);
    if (!changed) return;
    const bool lost = changed->state == dnssd::GroupState::collision;
    emit("StateChanged", static_cast<std::int32_t>(state_of(changed->state)),
         std::string(name_of(lost ? Error::collision : Error::success)));
}

bool EntryGroup::publishes(const dnssd::ServiceName& name) const {
    return committed() && std::ranges::any_of(services_, [&](const dnssd::ServiceName& ours) {
               return dnssd::equal_fold(ours.instance, name.instance) &&
                      dnssd::equal_fold(ours.type, name.type) &&
                      dnssd::equal_fold(ours.domain, name.domain);
           });
}

// ---- entries ----

/// As avahi-daemon: what is published grows by Reset and Commit only.
Error EntryGroup::add(const dnssd::GroupItem& item) {
    if (committed()) return Error::bad_state;
    return error_of(session().add_to_group(now(), client_id(), group_, item));
}

Error EntryGroup::update(const dnssd::GroupItem& item) {
    return error_of(session().update_group(now(), client_id(), group_, item));
}

void EntryGroup::add_service(Call& call) {
    GroupArguments arguments;
    std::string host;
    std::uint16_t port = 0;
    Strings txt;
    dnssd::Service service;
    auto& [instance, type, domain] = service.name;
    call.read(arguments.interface, arguments.protocol, arguments.flags, instance, type, domain,
              host, port, txt);
    Error error = arguments.check(flag::no_cookie | flag::update, service.scope);
    if (error == Error::success) error = check_service(service.name, arguments.flags);
    if (error == Error::success && !host.empty()) error = read_host(host, service.host);
    if (error != Error::success) return call.fail(error);
    service.port = port;
    service.txt = texts_of(txt);
    // A service that is not there yet is added, as avahi-daemon does; one that is, it refuses.
    error = arguments.has(flag::update) ? update(service) : Error::not_found;
    if (error == Error::not_found) error = add(service);
    if (error == Error::success) {
        services_.push_back(service.name);
        client().note_publisher(service.name, *this);
    }
    answer(call, error);
}

void EntryGroup::add_service_subtype(Call& call) {
    GroupArguments arguments;
    std::string subtype;
    dnssd::ServiceSubtype item;
    auto& [instance, type, domain] = item.name;
    call.read(arguments.interface, arguments.protocol, arguments.flags, instance, type, domain,
              subtype);
    Error error = arguments.check(0, item.scope);
    if (error == Error::success) error = check_service(item.name, arguments.flags);
    if (error == Error::success) error = read_subtype(subtype, item);
    answer(call, error == Error::success ? add(item) : error);
}

void EntryGroup::update_service_txt(Call& call) {
    GroupArguments arguments;
    Strings txt;
    dnssd::ServiceText item;
    auto& [instance, type, domain] = item.name;
    call.read(arguments.interface, arguments.protocol, arguments.flags, instance, type, domain,
              txt);
    Error error = arguments.check(flag::no_cookie, item.scope);
    if (error == Error::success) error = check_service(item.name, arguments.flags);
    item.txt = texts_of(txt);
    answer(call, error == Error::success ? update(item) : error);
}

void EntryGroup::add_address(Call& call) {
    GroupArguments arguments;
    std::string name;
    std::string address;
    dnssd::NamedAddress item;
    call.read(arguments.interface, arguments.protocol, arguments.flags, name, address);
    Error error = read_address(address, item.address);
    if (error == Error::success) {
        error = arguments.check(
            flag::no_reverse | flag::no_announce | flag::no_probe | flag::update, item.scope);
    }
    if (error == Error::success) error = read_host(name, item.name);
    if (error == Error::success) error = check_domain(*item.name, arguments.flags);
    if (error != Error::success) return call.fail(error);
    item.reverse = !arguments.has(flag::no_reverse);
    item.probe = !arguments.has(flag::no_probe);
    item.announce = !arguments.has(flag::no_announce);
    answer(call, arguments.has(flag::update) ? update(item) : add(item));
}

void EntryGroup::add_record(Call& call) {
    GroupArguments arguments;
    RecordArguments record;
    dnssd::OwnRecord item;
    call.read(arguments.interface, arguments.protocol, arguments.flags, record.name, record.klass,
              record.type, record.ttl, record.rdata);
    Error error = record.check_rdata();
    if (error == Error::success) {
        error = arguments.check(
            flag::unique | flag::no_probe | flag::no_announce | flag::allow_multiple | flag::update,
            item.scope);
    }
    if (error == Error::success) error = record.read(arguments.flags, item);
    if (error != Error::success) return call.fail(error);
    answer(call, arguments.has(flag::update) ? update(item) : add(item));
}

}  // namespace avahid::dbus
