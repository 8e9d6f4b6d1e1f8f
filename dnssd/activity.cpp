#include "dnssd/activity.hpp"

#include <algorithm>

#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::engine::PublicationId;
using mdns::engine::QueryId;
using mdns::wire::Name;

void Timers::set(Handle handle, Instant at) {
    clear(handle);
    at_.emplace(handle, at);
    order_.emplace(at, handle);
}

void Timers::clear(Handle handle) {
    const auto found = at_.find(handle);
    if (found == at_.end()) return;
    order_.erase({found->second, handle});
    at_.erase(found);
}

std::optional<Instant> Timers::next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
}

std::optional<Handle> Timers::pop_due(Instant now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    const Handle handle = order_.begin()->second;
    clear(handle);
    return handle;
}

bool LocalNames::taken(const Name& name, const Scope& scope) const {
    const auto [begin, end] = names_.equal_range(folded(name));
    return std::any_of(begin, end, [&](const auto& entry) { return entry.second.overlaps(scope); });
}

void LocalNames::add(Handle handle, const Name& name, const Scope& scope) {
    by_handle_.insert_or_assign(handle, names_.emplace(folded(name), scope));
}

void LocalNames::remove(Handle handle) {
    const auto found = by_handle_.find(handle);
    if (found == by_handle_.end()) return;
    names_.erase(found->second);
    by_handle_.erase(found);
}

bool Reserved::collides(const GroupRecord& wanted) const {
    const std::string name = folded(wanted.published.record.name);
    if (collides_with(unique_, name, wanted)) return true;
    // Shared records stand each other.
    return wanted.published.sharing == mdns::engine::Sharing::unique &&
           collides_with(shared_, name, wanted);
}

bool Reserved::collides_with(const Records& records, const std::string& name,
                             const GroupRecord& wanted) const {
    const auto [begin, end] = records.equal_range(name);
    return std::any_of(begin, end, [&](const auto& entry) {
        const auto& [other, scope, to_host] = entry.second;
        const auto& ours = wanted.published;
        if (other.record.type != ours.record.type || !scope.overlaps(wanted.scope)) return false;
        const auto company = std::min(other.company, ours.company);
        if (company == mdns::engine::Company::any) return false;
        return !other.record.same_data(ours.record);
    });
}

void Reserved::add(Handle group, const GroupRecord& record) {
    Records& records =
        record.published.sharing == mdns::engine::Sharing::shared ? shared_ : unique_;
    const auto at = records.emplace(folded(record.published.record.name), record);
    places_[group].push_back({records, at});
}

void Reserved::remove(Handle group) {
    const auto places = places_.extract(group);
    if (places.empty()) return;
    for (const Place& place : places.mapped()) place.records.erase(place.at);
}

bool Context::reachable(const Scope& scope) const {
    const auto links = engine.links();
    return std::any_of(links.begin(), links.end(),
                       [&](const auto& status) { return scope.contains(status.link); });
}

QueryId Context::ask(Instant now, Handle handle, const mdns::engine::Query& query) {
    const QueryId id = engine.query(now, query);
    queries.emplace(id, handle);
    return id;
}

void Context::stop_asking(Instant now, QueryId id) {
    engine.cancel(now, id);
    queries.erase(id);
}

std::optional<PublicationId> Context::publish(Instant now, Handle handle,
                                              mdns::engine::Publication publication) {
    const auto id = engine.publish(now, std::move(publication));
    if (id) publications.emplace(*id, handle);
    return id;
}

void Context::withdraw(Instant now, PublicationId id) {
    engine.withdraw(now, id);
    publications.erase(id);
}

void Context::report_later(Handle handle) {
    if (reporting.insert(handle).second) reports.push_back(handle);
}

}  // namespace dnssd
