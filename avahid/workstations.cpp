#include "avahid/workstations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "avahid/ops/log.hpp"

namespace avahid {
namespace {

constexpr std::uint16_t discard = 9;  // nothing is offered there: the port of Avahi's

/// "alpha [02:00:00:00:00:01]"; the host's name is cut where it would not fit.
std::string instance(std::string label, const net::Mac& address) {
    const std::string mac = fmt::format("{:02x}", fmt::join(address, ":"));
    std::size_t room = mdns::wire::max_label - mac.size() - 3;
    if (label.size() > room) {
        while (room > 0 && (static_cast<unsigned char>(label[room]) & 0xC0u) == 0x80u) --room;
        label.resize(room);
    }
    return fmt::format("{} [{}]", label, mac);
}

}  // namespace

void Workstations::set_wanted(dnssd::Instant now, bool wanted) {
    wanted_ = wanted;
    for (auto& [ifindex, entry] : entries_) follow(now, ifindex, entry);
}

void Workstations::on_interface(dnssd::Instant now, const net::Interface& interface, bool served) {
    if (!served || !interface.ethernet) return on_interface_gone(now, interface.ifindex);
    Entry& entry = entries_[interface.ifindex];
    entry.mac = interface.mac;
    follow(now, interface.ifindex, entry);
}

void Workstations::on_interface_gone(dnssd::Instant now, int ifindex) {
    const auto found = entries_.find(ifindex);
    if (found == entries_.end()) return;
    if (found->second.handle) catalogue_.cancel(now, *found->second.handle);
    entries_.erase(found);
}

void Workstations::on_host_name(dnssd::Instant now, const std::string& label) {
    label_ = label;
    for (auto& [ifindex, entry] : entries_) follow(now, ifindex, entry);
}

void Workstations::follow(dnssd::Instant now, int ifindex, Entry& entry) {
    const bool wanted = wanted_ && !label_.empty();
    const std::string name = wanted ? instance(label_, entry.mac) : "";
    if (name == entry.name) return;
    if (entry.handle) catalogue_.cancel(now, *entry.handle);
    entry.handle.reset();
    entry.name = name;
    if (name.empty()) return;
    dnssd::Service service;
    service.name = {name, "_workstation._tcp", "local"};
    service.port = discard;
    service.scope.ifindex = ifindex;
    const auto handle = catalogue_.publish(now, service);
    if (handle) {
        entry.handle = *handle;
    } else {
        log::error("workstation '{}' is not published: {}", name, dnssd::to_string(handle.error()));
    }
}

}  // namespace avahid
