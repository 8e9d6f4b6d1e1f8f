#include "dnssd/catalogue.hpp"

#include "dnssd/activity.hpp"
#include "dnssd/address_lookup.hpp"
#include "dnssd/browse.hpp"
#include "dnssd/dns_servers.hpp"
#include "dnssd/domains.hpp"
#include "dnssd/enumerate.hpp"
#include "dnssd/group.hpp"
#include "dnssd/host_lookup.hpp"
#include "dnssd/publish.hpp"
#include "dnssd/publish_address.hpp"
#include "dnssd/record_query.hpp"
#include "dnssd/resolve.hpp"

namespace dnssd {

namespace engine = mdns::engine;
using mdns::wire::Name;

const char* to_string(Errc errc) {
    switch (errc) {
        case Errc::ok:
            return "no error";
        case Errc::bad_name:
            return "this name cannot be used";
        case Errc::bad_type:
            return "this is no service type, such as _http._tcp";
        case Errc::bad_domain:
            return "this is no domain of multicast DNS: only local is";
        case Errc::bad_host:
            return "this host name cannot be used";
        case Errc::bad_txt:
            return "this text is no TXT record";
        case Errc::collision:
            return "this name is already published on this machine";
        case Errc::too_many:
            return "there are too many of these";
        case Errc::bad_address:
            return "this address cannot be used";
        case Errc::not_found:
            return "there is no such publication";
        case Errc::bad_subtype:
            return "this subtype cannot be used";
        case Errc::bad_record:
            return "this record cannot be published";
        case Errc::bad_state:
            return "this has been done already";
        case Errc::empty:
            return "there is nothing in this group";
    }
    return "unknown error";
}

struct Catalogue::Impl {
    Impl(engine::Engine& mdns, const Config& config) : context(mdns, config) {}

    template <class T, class... Args>
    T& add(Handle handle, Args&&... args) {
        auto activity = std::make_unique<T>(context, handle, std::forward<Args>(args)...);
        T& made = *activity;
        activities.emplace(handle, std::move(activity));
        return made;
    }
    Handle next_handle() { return Handle{next++}; }
    Activity* find(Handle handle) const {
        const auto found = activities.find(handle);
        return found == activities.end() ? nullptr : found->second.get();
    }
    template <class Ids, class Id>
    Activity* owner(const Ids& ids, Id id) const {
        const auto found = ids.find(id);
        return found == ids.end() ? nullptr : find(found->second);
    }
    void end(Instant now, Handle handle);
    void reap(Instant now);
    void write_reports();

    // One overload per output of the engine; false: it belongs to nobody here.
    bool route(Instant, const engine::SendDatagram&) { return false; }
    bool route(Instant at, const engine::RecordAdded& event);
    bool route(Instant at, const engine::RecordRemoved& event);
    bool route(Instant at, const engine::NoSuchRecord& event);
    bool route(Instant at, const engine::CacheExhausted& event);
    bool route(Instant at, const engine::AllForNow& event);
    bool route(Instant at, const engine::Established& event);
    bool route(Instant at, const engine::Conflict& event);

    Context context;
    std::uint64_t next = 1;
    Instant latest{};  // reports are written in poll(), which has no time of its own
    std::map<Handle, std::unique_ptr<Activity>> activities;
};

// ---- the life of an activity ----

void Catalogue::Impl::end(Instant now, Handle handle) {
    const auto found = activities.find(handle);
    if (found == activities.end()) return;
    found->second->end(now);
    context.timers.clear(handle);
    activities.erase(found);
}

void Catalogue::Impl::reap(Instant now) {
    for (const Handle handle : std::exchange(context.finished, {})) end(now, handle);
}

void Catalogue::Impl::write_reports() {
    while (context.events.empty() && !context.reports.empty()) {
        const Handle handle = context.reports.front();
        context.reports.pop_front();
        context.reporting.erase(handle);
        if (Activity* activity = find(handle)) activity->report(latest);
    }
    reap(latest);
}

// ---- events of the engine ----

bool Catalogue::Impl::route(Instant at, const engine::RecordAdded& event) {
    Activity* activity = owner(context.queries, event.query);
    if (activity) activity->on_added(at, event);
    return activity;
}

bool Catalogue::Impl::route(Instant at, const engine::RecordRemoved& event) {
    Activity* activity = owner(context.queries, event.query);
    if (activity) activity->on_removed(at, event);
    return activity;
}

bool Catalogue::Impl::route(Instant at, const engine::NoSuchRecord& event) {
    Activity* activity = owner(context.queries, event.query);
    if (activity) activity->on_no_such(at, event);
    return activity;
}

bool Catalogue::Impl::route(Instant, const engine::CacheExhausted& event) {
    Activity* activity = owner(context.queries, event.query);
    if (activity) activity->on_cache_exhausted();
    return activity;
}

bool Catalogue::Impl::route(Instant, const engine::AllForNow& event) {
    Activity* activity = owner(context.queries, event.query);
    if (activity) activity->on_all_for_now();
    return activity;
}

bool Catalogue::Impl::route(Instant at, const engine::Established& event) {
    Activity* activity = owner(context.publications, event.publication);
    if (activity) activity->on_established(at);
    return activity;
}

bool Catalogue::Impl::route(Instant at, const engine::Conflict& event) {
    Activity* activity = owner(context.publications, event.publication);
    if (activity) activity->on_conflict(at, event);
    return activity;
}

// ---- the public face ----

Catalogue::Catalogue(engine::Engine& engine, const Config& config)
    : impl_(std::make_unique<Impl>(engine, config)) {}

void Catalogue::set_negative_timeout(Duration timeout) {
    impl_->context.config.negative_timeout = timeout;
}
Catalogue::~Catalogue() = default;

Result<Handle> Catalogue::publish(Instant now, const Service& service) {
    impl_->latest = now;
    Service checked = service;
    if (const Errc errc = normalise(checked); errc != Errc::ok) return errc;
    const Handle handle = impl_->next_handle();
    const Errc errc = impl_->add<ServicePublication>(handle, std::move(checked)).start(now);
    if (errc == Errc::ok) return handle;
    impl_->end(now, handle);
    return errc;
}

Errc Catalogue::update_txt(Instant now, Handle handle, const std::vector<std::string>& txt) {
    impl_->latest = now;
    auto* service = dynamic_cast<ServicePublication*>(impl_->find(handle));
    return service ? service->set_txt(now, txt) : Errc::not_found;
}

Errc Catalogue::update_subtypes(Instant now, Handle handle,
                                const std::vector<std::string>& subtypes) {
    impl_->latest = now;
    auto* service = dynamic_cast<ServicePublication*>(impl_->find(handle));
    return service ? service->set_subtypes(now, subtypes) : Errc::not_found;
}

Result<Handle> Catalogue::publish_address(Instant now, const Name& name, const Address& address,
                                          bool reverse, const Scope& scope) {
    impl_->latest = now;
    const auto composed = to_nfc(name);
    if (!composed || composed->label_count() < 2 || !is_local(*composed)) return Errc::bad_name;
    if (address.is_unspecified() || address.is_multicast()) return Errc::bad_address;
    const Handle handle = impl_->next_handle();
    auto& publication = impl_->add<AddressPublication>(handle, *composed, scope);
    const Errc errc = publication.start(now, address, reverse);
    if (errc == Errc::ok) return handle;
    impl_->end(now, handle);
    return errc;
}

// ---- groups ----

Handle Catalogue::new_group(Instant now) {
    impl_->latest = now;
    const Handle handle = impl_->next_handle();
    impl_->add<Group>(handle);
    return handle;
}

Errc Catalogue::add_to_group(Instant now, Handle group, const GroupItem& item) {
    impl_->latest = now;
    auto* const found = dynamic_cast<Group*>(impl_->find(group));
    if (!found) return Errc::not_found;
    auto records = records_of(item, impl_->context.host);
    return records ? found->add(now, std::move(*records)) : records.error();
}

Errc Catalogue::update_group(Instant now, Handle group, const GroupItem& item) {
    impl_->latest = now;
    auto* const found = dynamic_cast<Group*>(impl_->find(group));
    if (!found) return Errc::not_found;
    auto records = records_of(item, impl_->context.host);
    return records ? found->update(now, *records) : records.error();
}

Errc Catalogue::commit_group(Instant now, Handle group) {
    impl_->latest = now;
    auto* const found = dynamic_cast<Group*>(impl_->find(group));
    return found ? found->commit(now) : Errc::not_found;
}

Errc Catalogue::reset_group(Instant now, Handle group) {
    impl_->latest = now;
    auto* const found = dynamic_cast<Group*>(impl_->find(group));
    if (!found) return Errc::not_found;
    found->reset(now);
    return Errc::ok;
}

Result<Catalogue::GroupStatus> Catalogue::group(Handle group) const {
    const auto* const found = dynamic_cast<const Group*>(impl_->find(group));
    if (!found) return Errc::not_found;
    return GroupStatus{found->state(), found->empty()};
}

void Catalogue::set_host_name(Instant now, const Name& host) {
    impl_->latest = now;
    if (impl_->context.host && impl_->context.host->to_text() == host.to_text()) return;
    impl_->context.host = host;
    for (const auto& entry : impl_->activities) entry.second->on_host_name(now);
}

namespace {

std::string or_local(const std::string& domain) { return domain.empty() ? "local" : domain; }

}  // namespace

Result<Handle> Catalogue::browse(Instant now, const std::string& type, const std::string& domain,
                                 const std::string& subtype, const Scope& scope) {
    impl_->latest = now;
    if (problem_with_type(type, NameRules::lenient)) return Errc::bad_type;
    const auto plain = type_name(type, or_local(domain));
    if (!plain || !is_local(*plain)) return Errc::bad_domain;
    const auto name = subtype.empty() ? plain : subtype_name(subtype, type, or_local(domain));
    if (!name) return Errc::bad_type;
    const Handle handle = impl_->next_handle();
    impl_->add<Browse>(handle, now, *name, scope);
    return handle;
}

Result<Handle> Catalogue::browse_types(Instant now, const std::string& domain, const Scope& scope) {
    impl_->latest = now;
    const auto name = enumeration_name(or_local(domain));
    if (!name || !is_local(*name)) return Errc::bad_domain;
    const Handle handle = impl_->next_handle();
    impl_->add<Enumerate>(handle, now, *name, scope);
    return handle;
}

Result<Handle> Catalogue::browse_domains(Instant now, const std::string& domain, DomainKind kind,
                                         const Scope& scope) {
    impl_->latest = now;
    const auto name = domain_enumeration_name(kind, or_local(domain));
    if (!name || !is_local(*name)) return Errc::bad_domain;
    const Handle handle = impl_->next_handle();
    impl_->add<Domains>(handle, now, *name, kind, scope);
    return handle;
}

void Catalogue::set_browse_domains(Instant now, const std::vector<std::string>& domains) {
    impl_->latest = now;
    impl_->context.browse_domains.clear();
    for (const std::string& domain : domains) {
        const auto name = Name::from_text(domain);
        if (name && !name->is_root()) impl_->context.browse_domains.push_back(*name);
    }
    for (const auto& entry : impl_->activities) entry.second->on_browse_domains(now);
}

Result<Handle> Catalogue::browse_dns_servers(Instant now, const std::string& domain,
                                             DnsServerKind kind, Families families,
                                             const Scope& scope) {
    impl_->latest = now;
    const auto name = dns_server_name(kind, or_local(domain));
    if (!name || !is_local(*name)) return Errc::bad_domain;
    const Handle handle = impl_->next_handle();
    impl_->add<DnsServers>(handle, now, *name, families, scope);
    return handle;
}

Result<Handle> Catalogue::resolve(Instant now, const ServiceName& name, const Scope& scope,
                                  const ResolveParts& parts) {
    impl_->latest = now;
    ServiceName wanted = name;
    wanted.domain = or_local(name.domain);
    if (problem_with_type(wanted.type, NameRules::lenient)) return Errc::bad_type;
    const auto type_at = type_name(wanted.type, wanted.domain);
    if (!type_at || !is_local(*type_at)) return Errc::bad_domain;
    const auto instance = instance_name(wanted);
    if (!instance) return Errc::bad_name;
    const Handle handle = impl_->next_handle();
    impl_->add<Resolve>(handle, now, wanted, *instance, scope, parts);
    return handle;
}

Handle Catalogue::lookup_host(Instant now, const Name& name, Families families,
                              const Scope& scope) {
    impl_->latest = now;
    const Handle handle = impl_->next_handle();
    impl_->add<HostLookup>(handle, name, families, scope).start(now);
    return handle;
}

Handle Catalogue::lookup_address(Instant now, const Address& address, const Scope& scope) {
    impl_->latest = now;
    const Handle handle = impl_->next_handle();
    impl_->add<AddressLookup>(handle, now, address, scope);
    return handle;
}

Handle Catalogue::query(Instant now, const Name& name, std::uint16_t type, const Scope& scope) {
    impl_->latest = now;
    const Handle handle = impl_->next_handle();
    impl_->add<RecordQuery>(handle, now, name, type, scope);
    return handle;
}

void Catalogue::cancel(Instant now, Handle handle) {
    impl_->latest = now;
    const Activity* activity = impl_->find(handle);
    if (activity && activity->cancellable()) impl_->end(now, handle);
}

bool Catalogue::on_event(Instant now, const engine::Output& event) {
    impl_->latest = now;
    const bool ours =
        std::visit([&](const auto& output) { return impl_->route(now, output); }, event);
    impl_->reap(now);
    return ours;
}

void Catalogue::on_time(Instant now) {
    impl_->latest = now;
    while (const auto handle = impl_->context.timers.pop_due(now)) {
        if (Activity* activity = impl_->find(*handle)) activity->on_time(now);
    }
    impl_->reap(now);
}

std::optional<Event> Catalogue::poll() {
    impl_->write_reports();
    if (impl_->context.events.empty()) return std::nullopt;
    Event event = std::move(impl_->context.events.front());
    impl_->context.events.pop_front();
    return event;
}

std::optional<Instant> Catalogue::deadline() const { return impl_->context.timers.next(); }

}  // namespace dnssd
