#include "avahid/net/interface_table.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace avahid::net {
namespace {

auto identity(const InterfaceAddress& a) { return std::tie(a.address, a.peer, a.prefix_length); }

bool precedes(const InterfaceAddress& a, const InterfaceAddress& b) {
    return identity(a) < identity(b);
}

std::vector<InterfaceAddress>::iterator place_of(std::vector<InterfaceAddress>& in,
                                                 const InterfaceAddress& address) {
    return std::lower_bound(in.begin(), in.end(), address, precedes);
}

bool usable(const Interface& interface) { return interface.up && interface.running; }

/// The kernel folds quick carrier changes into one message, but its counter keeps them.
bool was_interrupted(const Interface& before, const Interface& now) {
    return usable(before) && (!usable(now) || now.carrier_downs != before.carrier_downs);
}

}  // namespace

void InterfaceTable::remember(int ifindex) {
    if (before_.contains(ifindex)) return;
    const auto found = interfaces_.find(ifindex);
    before_.emplace(ifindex,
                    found == interfaces_.end() ? std::nullopt : std::optional(found->second));
}

void InterfaceTable::on_link(Interface seen) {
    remember(seen.ifindex);
    Interface& known = interfaces_[seen.ifindex];
    seen.outages = known.outages + (was_interrupted(known, seen) ? 1u : 0u);
    seen.addresses = std::move(known.addresses);
    known = std::move(seen);
}

void InterfaceTable::on_link_gone(int ifindex) {
    remember(ifindex);
    if (interfaces_.erase(ifindex) > 0) removed_.insert(ifindex);
}

void InterfaceTable::on_address(int ifindex, const InterfaceAddress& address) {
    const auto found = interfaces_.find(ifindex);
    if (found == interfaces_.end()) return;
    remember(ifindex);
    auto& addresses = found->second.addresses;
    const auto at = place_of(addresses, address);
    if (at != addresses.end() && identity(*at) == identity(address)) {
        *at = address;
    } else {
        addresses.insert(at, address);
    }
}

void InterfaceTable::on_address_gone(int ifindex, const InterfaceAddress& address) {
    const auto found = interfaces_.find(ifindex);
    if (found == interfaces_.end()) return;
    remember(ifindex);
    auto& addresses = found->second.addresses;
    const auto at = place_of(addresses, address);
    if (at != addresses.end() && identity(*at) == identity(address)) addresses.erase(at);
}

void InterfaceTable::replace(std::vector<Interface> all) {
    std::set<int> present;
    for (Interface& one : all) {
        const int ifindex = one.ifindex;
        present.insert(ifindex);
        auto addresses = std::move(one.addresses);
        std::sort(addresses.begin(), addresses.end(), precedes);
        on_link(std::move(one));
        interfaces_[ifindex].addresses = std::move(addresses);
    }
    std::vector<int> missing;
    for (const auto& entry : interfaces_) {
        if (!present.contains(entry.first)) missing.push_back(entry.first);
    }
    for (const int ifindex : missing) on_link_gone(ifindex);
}

/// A port may be told of before its master, and not every kernel says the kind with the port.
void InterfaceTable::name_master_kinds() {
    for (auto& entry : interfaces_) {
        Interface& port = entry.second;
        if (port.master == 0 || !port.master_kind.empty()) continue;
        const auto master = interfaces_.find(port.master);
        if (master == interfaces_.end() || master->second.kind.empty()) continue;
        remember(port.ifindex);
        port.master_kind = master->second.kind;
    }
}

std::vector<LinkEvent> InterfaceTable::take_events() {
    name_master_kinds();
    std::vector<LinkEvent> events;
    for (const auto& touched : before_) {
        const int ifindex = touched.first;
        const auto& before = touched.second;
        const auto now = interfaces_.find(ifindex);
        const bool here = now != interfaces_.end();
        const bool died = before && removed_.contains(ifindex);
        if (died) events.push_back({LinkEvent::Kind::gone, ifindex});
        if (here && (died || !before || *before != now->second)) {
            events.push_back({LinkEvent::Kind::changed, ifindex});
        }
    }
    before_.clear();
    removed_.clear();
    return events;
}

}  // namespace avahid::net
