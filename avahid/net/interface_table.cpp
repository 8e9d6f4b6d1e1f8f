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

auto order(const DefaultRoute& r) { return std::tie(r.metric, r.gateway); }

bool comes_before(const DefaultRoute& a, const DefaultRoute& b) { return order(a) < order(b); }

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

void InterfaceTable::on_message(RouteMessage message) {
    struct Visitor {
        InterfaceTable& table;
        void operator()(LinkSeen& m) const { table.on_link(std::move(m.interface)); }
        void operator()(const LinkGone& m) const { table.on_link_gone(m.ifindex); }
        void operator()(const AddressSeen& m) const { table.on_address(m.ifindex, m.address); }
        void operator()(const AddressGone& m) const { table.on_address_gone(m.ifindex, m.address); }
        void operator()(const DefaultRouteSeen& m) const { table.on_default_route(m); }
        void operator()(const DefaultRouteGone& m) const { table.on_default_route_gone(m); }
    };
    std::visit(Visitor{*this}, message);
}

void InterfaceTable::on_link(Interface seen) {
    remember(seen.ifindex);
    Interface& known = interfaces_[seen.ifindex];
    seen.outages = known.outages + (was_interrupted(known, seen) ? 1u : 0u);
    seen.addresses = std::move(known.addresses);
    // With the interface its routes go, and with IPv4 nothing is said of that.
    if (seen.up) {
        seen.routers = std::move(known.routers);
    } else {
        seen.routers.clear();
    }
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

void InterfaceTable::forget_routes(bool ipv6, std::uint32_t metric) {
    const auto replaced = [&](const DefaultRoute& route) {
        return route.gateway.is_v6() == ipv6 && route.metric == metric;
    };
    for (auto& [ifindex, interface] : interfaces_) {
        if (std::ranges::none_of(interface.routers, replaced)) continue;
        remember(ifindex);
        std::erase_if(interface.routers, replaced);
    }
}

void InterfaceTable::on_default_route(const DefaultRouteSeen& seen) {
    const DefaultRoute& first = seen.hops.front().route;
    if (seen.replaces) forget_routes(first.gateway.is_v6(), first.metric);
    for (const auto& [ifindex, route] : seen.hops) {
        const auto found = interfaces_.find(ifindex);
        if (found == interfaces_.end()) continue;
        auto& routers = found->second.routers;
        const auto at = std::lower_bound(routers.begin(), routers.end(), route, comes_before);
        if (at != routers.end() && *at == route) continue;
        remember(ifindex);
        routers.insert(at, route);
    }
}

void InterfaceTable::on_default_route_gone(const DefaultRouteGone& gone) {
    for (const auto& [ifindex, route] : gone.hops) {
        const auto found = interfaces_.find(ifindex);
        if (found == interfaces_.end()) continue;
        remember(ifindex);
        std::erase(found->second.routers, route);
    }
}

void InterfaceTable::replace(std::vector<Interface> all) {
    std::set<int> present;
    for (Interface& one : all) {
        const int ifindex = one.ifindex;
        present.insert(ifindex);
        auto addresses = std::move(one.addresses);
        auto routers = std::move(one.routers);
        std::sort(addresses.begin(), addresses.end(), precedes);
        std::sort(routers.begin(), routers.end(), comes_before);
        on_link(std::move(one));
        interfaces_[ifindex].addresses = std::move(addresses);
        interfaces_[ifindex].routers = std::move(routers);
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
