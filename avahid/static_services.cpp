#include "avahid/static_services.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "avahid/ops/log.hpp"
#include "dnssd/rename.hpp"

namespace avahid {
namespace {

constexpr int most_names_tried = 100;  // all of them taken on this very host

std::vector<std::string> subtypes_of(const config::StaticService& service) {
    std::vector<std::string> labels;  // "_printer._sub._http._tcp" to "_printer"
    for (const std::string& subtype : service.subtypes)
        labels.push_back(subtype.substr(0, subtype.find("._sub.")));
    return labels;
}

/// The same service, whatever its text says.
bool same_but_text(config::StaticService one, const config::StaticService& other) {
    one.txt = other.txt;
    return one == other;
}

}  // namespace

void StaticServices::load(dnssd::Instant now, const std::vector<config::ServiceFile>& files) {
    std::unordered_set<std::string_view> paths;
    for (const config::ServiceFile& file : files) paths.insert(file.path);
    // First what goes, then what changes, then what comes: files may exchange their names.
    for (auto at = groups_.begin(); at != groups_.end();) {
        const bool stays = paths.contains(at->first);
        if (!stays) {
            log::info("service '{}' of {} is withdrawn: the file is gone, or not valid any more",
                      at->second.name, at->first);
            withdraw(now, at->second);
        }
        at = stays ? std::next(at) : groups_.erase(at);
    }
    std::vector<Group*> fresh;
    for (const config::ServiceFile& file : files) {
        const auto [place, is_new] = groups_.try_emplace(file.path);
        Group& group = place->second;
        const bool same_name = !is_new && group.wanted.name == file.group.name &&
                               group.wanted.replace_wildcards == file.group.replace_wildcards;
        if (same_name) {
            if (!same_services(group, file.group)) change(now, group, file.group);
            continue;
        }
        withdraw(now, group);
        group = {&place->first, {}, config::instance_name(file.group, host_label_), {}, {}};
        fill(group, file.group);
        fresh.push_back(&group);
    }
    for (Group* const group : fresh) publish(now, *group);
}

bool StaticServices::same_services(const Group& group, const config::ServiceGroup& wanted) {
    return std::ranges::equal(group.entries, wanted.services, {}, &Entry::service);
}

void StaticServices::fill(Group& group, const config::ServiceGroup& wanted) {
    group.wanted.name = wanted.name;
    group.wanted.replace_wildcards = wanted.replace_wildcards;
    group.entries.reserve(wanted.services.size());
    for (const auto& service : wanted.services) group.entries.push_back({service});
}

/// The file has other services, and its name still.
void StaticServices::change(dnssd::Instant now, Group& group, const config::ServiceGroup& wanted) {
    auto before = std::exchange(group.entries, {});
    fill(group, wanted);
    take_over(now, group, before);
    for (Entry& gone : before) cancel(now, gone);
    publish(now, group);
}

/// What is published already and stays, with the new text.
void StaticServices::take_over(dnssd::Instant now, Group& group, std::vector<Entry>& before) {
    for (Entry& entry : group.entries) {
        const auto old = std::ranges::find_if(before, [&entry](const Entry& one) {
            return one.handle && same_but_text(one.service, entry.service);
        });
        if (old == before.end()) continue;
        const bool same_text = old->service.txt == entry.service.txt;
        if (!same_text &&
            catalogue_.update_txt(now, *old->handle, entry.service.txt) != dnssd::Errc::ok)
            continue;
        entry.handle = std::exchange(old->handle, std::nullopt);
        entry.ifindex = old->ifindex;
    }
}

void StaticServices::on_host_name(dnssd::Instant now, const std::string& label) {
    const std::string before = std::exchange(host_label_, label);
    for (auto& [path, group] : groups_) {
        const std::string name = config::instance_name(group.wanted, label);
        if (name == config::instance_name(group.wanted, before)) continue;
        withdraw(now, group);
        group.name = name;
        publish(now, group);
    }
}

void StaticServices::on_interfaces(dnssd::Instant now) {
    for (auto& [path, group] : groups_) {
        bool changed = false;
        for (Entry& entry : group.entries) {
            if (entry.service.interface.empty()) continue;
            const int ifindex = ifindex_of_(entry.service.interface);
            if (ifindex == entry.ifindex) continue;
            cancel(now, entry);
            changed = changed || ifindex != 0;
        }
        if (changed) publish(now, group);
    }
}

bool StaticServices::on_event(dnssd::Instant now, const dnssd::Event& event) {
    const auto handle = std::visit([](const auto& about) { return about.handle; }, event);
    const auto found = owners_.find(handle);
    if (found == owners_.end()) return false;
    Group& group = *found->second;
    if (const auto* lost = std::get_if<dnssd::NameLost>(&event)) {
        const std::string next = dnssd::next_service_name(group.name);
        log::warning("service '{}' belongs to {}: trying '{}'", group.name,
                     lost->peer.address.to_string(), next);
        if (group.search.failed(now)) log::error("for a minute no name was free: trying on");
        withdraw(now, group);
        group.name = next;
        publish(now, group);
    } else if (std::get_if<dnssd::Published>(&event)) {
        group.search.found();
        log::info("service '{}' of {} is established", group.name, *group.path);
    }
    return true;
}

/// Whatever of the group is not published yet.
void StaticServices::publish(dnssd::Instant now, Group& group) {
    for (int tries = 0; tries < most_names_tried && !try_publish(now, group); ++tries) {
        group.name = dnssd::next_service_name(group.name);
    }
}

/// \return false when the name is taken on this very host: nothing is published then
bool StaticServices::try_publish(dnssd::Instant now, Group& group) {
    for (Entry& entry : group.entries) {
        if (entry.handle) continue;
        const std::string& interface = entry.service.interface;
        entry.ifindex = interface.empty() ? 0 : ifindex_of_(interface);
        if (!interface.empty() && entry.ifindex == 0) {
            log::info("{}: {} waits for an interface '{}'", *group.path, entry.service.type,
                      interface);
            continue;
        }
        const auto handle = catalogue_.publish(now, to_service(group, entry));
        if (handle) {
            entry.handle = *handle;
            owners_.emplace(*handle, &group);
        } else if (handle.error() == dnssd::Errc::collision) {
            withdraw(now, group);
            return false;
        } else {
            log::error("{}: {} is not published: {}", *group.path, entry.service.type,
                       dnssd::to_string(handle.error()));
        }
    }
    return true;
}

void StaticServices::withdraw(dnssd::Instant now, Group& group) {
    for (Entry& entry : group.entries) cancel(now, entry);
}

void StaticServices::cancel(dnssd::Instant now, Entry& entry) {
    entry.ifindex = 0;
    if (!entry.handle) return;
    owners_.erase(*entry.handle);
    catalogue_.cancel(now, *entry.handle);
    entry.handle.reset();
}

dnssd::Service StaticServices::to_service(const Group& group, const Entry& entry) const {
    const config::StaticService& wanted = entry.service;
    dnssd::Service service;
    service.name = {group.name, wanted.type, wanted.domain.empty() ? "local" : wanted.domain};
    service.subtypes = subtypes_of(wanted);
    if (!wanted.host.empty()) {
        if (const auto host = mdns::wire::Name::from_text(wanted.host)) service.host = *host;
    }
    service.port = wanted.port;
    service.priority = wanted.priority;
    service.weight = wanted.weight;
    service.txt = wanted.txt;
    if (entry.ifindex != 0) service.scope.ifindex = entry.ifindex;
    if (wanted.protocol == config::Protocol::ipv4)
        service.scope.family = mdns::engine::Family::ipv4;
    if (wanted.protocol == config::Protocol::ipv6)
        service.scope.family = mdns::engine::Family::ipv6;
    service.rename_on_conflict = false;  // the group is renamed as a whole
    return service;
}

}  // namespace avahid
