#include "avahid/static_services.hpp"

#include <algorithm>

#include "avahid/ops/log.hpp"
#include "dnssd/rename.hpp"

namespace avahid {
namespace {

constexpr int most_names_tried = 100;  // all of them taken on this very host

}  // namespace

void StaticServices::load(dnssd::Instant now, const std::vector<config::ServiceFile>& files,
                          const std::vector<config::StaticHost>& hosts) {
    for (auto at = groups_.begin(); at != groups_.end();) {
        const bool stays = std::ranges::any_of(files, [&](const config::ServiceFile& file) {
            return file.path == at->first && file.group == at->second.file.group;
        });
        if (!stays) withdraw(now, at->second);
        at = stays ? std::next(at) : groups_.erase(at);
    }
    for (const config::ServiceFile& file : files) {
        const auto [group, fresh] = groups_.try_emplace(file.path);
        if (!fresh) continue;
        group->second.file = file;
        group->second.name = config::instance_name(file.group, host_label_);
        publish(now, group->second);
    }
    load_hosts(now, hosts);
}

void StaticServices::load_hosts(dnssd::Instant now, const std::vector<config::StaticHost>& hosts) {
    if (hosts == hosts_) return;
    for (const dnssd::Handle handle : std::exchange(host_handles_, {}))
        catalogue_.cancel(now, handle);
    hosts_ = hosts;
    for (const config::StaticHost& host : hosts) {
        const auto name = mdns::wire::Name::from_text(host.name);
        const auto handle = name ? catalogue_.publish_address(now, *name, host.address, true, {})
                                 : dnssd::Result<dnssd::Handle>(dnssd::Errc::bad_host);
        if (handle) {
            host_handles_.push_back(*handle);
        } else {
            log::error("static host '{}' is not published: {}", host.name,
                       dnssd::to_string(handle.error()));
        }
    }
}

void StaticServices::on_host_name(dnssd::Instant now, const std::string& label) {
    const std::string before = std::exchange(host_label_, label);
    for (auto& [path, group] : groups_) {
        const std::string name = config::instance_name(group.file.group, label);
        if (name == config::instance_name(group.file.group, before)) continue;
        withdraw(now, group);
        group.name = name;
        publish(now, group);
    }
}

bool StaticServices::on_event(dnssd::Instant now, const dnssd::Event& event) {
    const auto handle = std::visit([](const auto& about) { return about.handle; }, event);
    if (std::ranges::find(host_handles_, handle) != host_handles_.end()) {
        if (std::get_if<dnssd::NameLost>(&event))
            log::warning("a static host's name belongs to somebody else: not published");
        return true;
    }
    const auto found = std::ranges::find_if(groups_, [&](const auto& entry) {
        return std::ranges::find(entry.second.handles, handle) != entry.second.handles.end();
    });
    if (found == groups_.end()) return false;
    Group& group = found->second;
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
        log::info("service '{}' of {} is established", group.name, found->first);
    }
    return true;
}

void StaticServices::publish(dnssd::Instant now, Group& group) {
    for (int tries = 0; tries < most_names_tried && !try_publish(now, group); ++tries) {
        group.name = dnssd::next_service_name(group.name);
    }
}

/// \return false when the name is taken on this very host: nothing is published then
bool StaticServices::try_publish(dnssd::Instant now, Group& group) {
    for (const config::StaticService& entry : group.file.group.services) {
        if (!entry.interface.empty() && ifindex_of_(entry.interface) == 0) {
            log::error("{}: there is no interface '{}': {} is not published", group.file.path,
                       entry.interface, entry.type);
            continue;
        }
        const auto handle = catalogue_.publish(now, to_service(group, entry));
        if (handle) {
            group.handles.push_back(*handle);
        } else if (handle.error() == dnssd::Errc::collision) {
            withdraw(now, group);
            return false;
        } else {
            log::error("{}: {} is not published: {}", group.file.path, entry.type,
                       dnssd::to_string(handle.error()));
        }
    }
    return true;
}

void StaticServices::withdraw(dnssd::Instant now, Group& group) {
    for (const dnssd::Handle handle : std::exchange(group.handles, {}))
        catalogue_.cancel(now, handle);
}

dnssd::Service StaticServices::to_service(const Group& group,
                                          const config::StaticService& entry) const {
    dnssd::Service service;
    service.name = {group.name, entry.type, entry.domain.empty() ? "local" : entry.domain};
    for (const std::string& subtype : entry.subtypes) {  // "_printer._sub._http._tcp" to "_printer"
        service.subtypes.push_back(subtype.substr(0, subtype.find("._sub.")));
    }
    if (!entry.host.empty()) {
        if (const auto host = mdns::wire::Name::from_text(entry.host)) service.host = *host;
    }
    service.port = entry.port;
    service.priority = entry.priority;
    service.weight = entry.weight;
    service.txt = entry.txt;
    if (!entry.interface.empty()) service.scope.ifindex = ifindex_of_(entry.interface);
    if (entry.protocol == config::Protocol::ipv4) service.scope.family = mdns::engine::Family::ipv4;
    if (entry.protocol == config::Protocol::ipv6) service.scope.family = mdns::engine::Family::ipv6;
    service.rename_on_conflict = false;  // the group is renamed as a whole
    return service;
}

}  // namespace avahid
