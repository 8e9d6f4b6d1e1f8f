#include "avahid/session/session.hpp"

#include <utility>

namespace avahid::session {

using dnssd::Handle;
using dnssd::Instant;
using dnssd::Scope;

namespace {

Errc from(dnssd::Errc errc) {
    switch (errc) {
        case dnssd::Errc::ok:
            return Errc::ok;
        case dnssd::Errc::bad_name:
            return Errc::bad_name;
        case dnssd::Errc::bad_type:
            return Errc::bad_type;
        case dnssd::Errc::bad_domain:
            return Errc::bad_domain;
        case dnssd::Errc::bad_host:
            return Errc::bad_host;
        case dnssd::Errc::bad_txt:
            return Errc::bad_txt;
        case dnssd::Errc::bad_address:
            return Errc::bad_address;
        case dnssd::Errc::collision:
            return Errc::collision;
        case dnssd::Errc::too_many:
            return Errc::too_many_objects;
        case dnssd::Errc::not_found:
            return Errc::not_found;
        case dnssd::Errc::bad_subtype:
            return Errc::bad_subtype;
        case dnssd::Errc::bad_record:
            return Errc::bad_record;
        case dnssd::Errc::bad_state:
            return Errc::bad_state;
        case dnssd::Errc::empty:
            return Errc::empty;
    }
    return Errc::failed;
}

bool ends_its_handle(const dnssd::Event& event) {
    return std::holds_alternative<dnssd::HostResult>(event) ||
           std::holds_alternative<dnssd::AddressResult>(event);
}

}  // namespace

Session::Session(dnssd::Catalogue& catalogue, Machine& machine, const Limits& limits,
                 std::function<bool(uid_t)> manages)
    : catalogue_(catalogue), machine_(machine), limits_(limits), manages_(std::move(manages)) {}

// ---- clients ----

Result<ClientId> Session::open(uid_t uid) {
    Usage& usage = usage_[uid];
    if (usage.clients >= limits_.clients_per_uid) {
        if (usage.clients == 0) usage_.erase(uid);
        return Errc::too_many_clients;
    }
    ++usage.clients;
    const ClientId id{next_client_++};
    clients_.emplace(id, Client{.uid = uid, .handles = {}});
    return id;
}

void Session::close(Instant now, ClientId client) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return;
    const uid_t uid = found->second.uid;
    const auto handles = found->second.handles;
    for (const auto& entry : handles) {
        catalogue_.cancel(now, entry.first);
        forget(client, entry.first);
    }
    clients_.erase(client);
    monitors_.remove(client);
    std::erase_if(events_, [&](const Addressed& event) { return event.client == client; });
    if (--usage_[uid].clients == 0) usage_.erase(uid);
}

bool Session::may_manage(ClientId client) const {
    const auto found = clients_.find(client);
    return found != clients_.end() && manages_(found->second.uid);
}

// ---- quotas ----

Errc Session::admit(ClientId client) const {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return Errc::failed;
    const auto usage = usage_.find(found->second.uid);
    const bool full = found->second.handles.size() >= limits_.handles_per_client ||
                      (usage != usage_.end() && usage->second.handles >= limits_.handles_per_uid);
    return full ? Errc::too_many_objects : Errc::ok;
}

Handle Session::keep(ClientId client, Handle handle, bool publication) {
    Client& owner = clients_.at(client);
    owner.handles.emplace(handle, publication);
    owners_.emplace(handle, client);
    ++usage_[owner.uid].handles;
    if (publication) ++publications_;
    return handle;
}

void Session::forget(ClientId client, Handle handle) {
    Client& owner = clients_.at(client);
    const auto found = owner.handles.find(handle);
    if (found == owner.handles.end()) return;
    if (found->second) --publications_;
    owner.handles.erase(found);
    owner.entries.erase(handle);
    owners_.erase(handle);
    --usage_[owner.uid].handles;
}

Result<Handle> Session::keep(ClientId client, const dnssd::Result<Handle>& made, bool publication) {
    if (!made) return from(made.error());
    return keep(client, *made, publication);
}

bool Session::owns(ClientId client, Handle handle) const {
    const auto found = owners_.find(handle);
    return found != owners_.end() && found->second == client;
}

// ---- what a client asks for ----

Result<Handle> Session::publish(Instant now, ClientId client, const dnssd::Service& service) {
    if (!limits_.may_publish) return Errc::not_permitted;
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.publish(now, service), true);
}

Result<Handle> Session::publish_address(Instant now, ClientId client, const mdns::wire::Name& name,
                                        const dnssd::Address& address, bool reverse,
                                        const Scope& scope) {
    if (!limits_.may_publish) return Errc::not_permitted;
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.publish_address(now, name, address, reverse, scope), true);
}

Errc Session::update_txt(Instant now, ClientId client, Handle handle,
                         const std::vector<std::string>& txt) {
    if (!owns(client, handle)) return Errc::no_such_handle;
    return from(catalogue_.update_txt(now, handle, txt));
}

// ---- groups ----

Result<Handle> Session::new_group(Instant now, ClientId client) {
    if (!limits_.may_publish) return Errc::not_permitted;
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    const Handle group = keep(client, catalogue_.new_group(now), true);
    clients_.at(client).entries.emplace(group, 0);
    return group;
}

Errc Session::add_to_group(Instant now, ClientId client, Handle group,
                           const dnssd::GroupItem& item) {
    if (!owns(client, group)) return Errc::no_such_handle;
    std::size_t& entries = clients_.at(client).entries[group];
    if (entries >= limits_.entries_per_group) return Errc::too_many_entries;
    const Errc errc = from(catalogue_.add_to_group(now, group, item));
    if (errc == Errc::ok) ++entries;
    return errc;
}

Errc Session::update_group(Instant now, ClientId client, Handle group,
                           const dnssd::GroupItem& item) {
    if (!owns(client, group)) return Errc::no_such_handle;
    return from(catalogue_.update_group(now, group, item));
}

Errc Session::commit_group(Instant now, ClientId client, Handle group) {
    if (!owns(client, group)) return Errc::no_such_handle;
    return from(catalogue_.commit_group(now, group));
}

Errc Session::reset_group(Instant now, ClientId client, Handle group) {
    if (!owns(client, group)) return Errc::no_such_handle;
    clients_.at(client).entries[group] = 0;
    return from(catalogue_.reset_group(now, group));
}

Result<dnssd::Catalogue::GroupStatus> Session::group(ClientId client, Handle group) const {
    if (!owns(client, group)) return Errc::no_such_handle;
    const auto status = catalogue_.group(group);
    if (!status) return from(status.error());
    return *status;
}

Result<Handle> Session::browse(Instant now, ClientId client, const std::string& type,
                               const std::string& domain, const std::string& subtype,
                               const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.browse(now, type, domain, subtype, scope), false);
}

Result<Handle> Session::browse_types(Instant now, ClientId client, const std::string& domain,
                                     const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.browse_types(now, domain, scope), false);
}

Result<Handle> Session::browse_domains(Instant now, ClientId client, const std::string& domain,
                                       dnssd::DomainKind kind, const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.browse_domains(now, domain, kind, scope), false);
}

Result<Handle> Session::browse_dns_servers(Instant now, ClientId client, const std::string& domain,
                                           dnssd::DnsServerKind kind, dnssd::Families families,
                                           const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.browse_dns_servers(now, domain, kind, families, scope), false);
}

Result<Handle> Session::resolve(Instant now, ClientId client, const dnssd::ServiceName& name,
                                const Scope& scope, const dnssd::ResolveParts& parts) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.resolve(now, name, scope, parts), false);
}

Result<Handle> Session::lookup_host(Instant now, ClientId client, const mdns::wire::Name& name,
                                    dnssd::Families families, const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.lookup_host(now, name, families, scope), false);
}

Result<Handle> Session::lookup_address(Instant now, ClientId client, const dnssd::Address& address,
                                       const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.lookup_address(now, address, scope), false);
}

Result<Handle> Session::query(Instant now, ClientId client, const mdns::wire::Name& name,
                              std::uint16_t type, const Scope& scope) {
    if (const Errc errc = admit(client); errc != Errc::ok) return errc;
    return keep(client, catalogue_.query(now, name, type, scope), false);
}

void Session::cancel(Instant now, ClientId client, Handle handle) {
    if (!owns(client, handle)) return;
    catalogue_.cancel(now, handle);
    forget(client, handle);
}

// ---- what comes back ----

bool Session::on_event(Instant, const dnssd::Event& event) {
    const Handle handle = std::visit([](const auto& e) { return e.handle; }, event);
    const auto owner = owners_.find(handle);
    if (owner == owners_.end()) return false;
    const ClientId client = owner->second;
    events_.push_back({client, event});
    const auto* const group = std::get_if<dnssd::GroupChanged>(&event);
    if (group && group->state == dnssd::GroupState::collision)
        clients_.at(client).entries[handle] = 0;
    if (ends_its_handle(event)) forget(client, handle);  // the quota is free again
    return true;
}

std::optional<Addressed> Session::poll() {
    if (events_.empty()) return std::nullopt;
    Addressed event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace avahid::session
