#include "avahid/net/eligible.hpp"

#include <fnmatch.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace avahid::net {
namespace {

/// A VRF is a routing domain, not one link: its ports keep their own addresses and are served.
bool is_port_of_one_link(const Interface& interface) {
    if (interface.master == 0) return false;
    const std::string& kind = interface.master_kind;
    return kind == "bridge" || kind == "bond" || kind == "team" || kind == "openvswitch";
}

Verdict state_verdict(const Interface& interface) {
    if (!interface.up) return Verdict::down;
    return interface.running ? Verdict::eligible : Verdict::no_carrier;
}

bool is_valid(const InterfaceAddress& address) {
    return !address.tentative && !address.dad_failed && !address.address.is_unspecified() &&
           !address.address.is_loopback() && !address.address.is_multicast() &&
           leaves_host(address);
}

bool same_scope(const InterfaceAddress& a, const InterfaceAddress& b) {
    return a.address.is_v4() == b.address.is_v4() && a.scope == b.scope;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::eligible:
            return "eligible";
        case Verdict::loopback:
            return "loopback";
        case Verdict::not_allowed:
            return "not in allow-interfaces";
        case Verdict::denied:
            return "in deny-interfaces";
        case Verdict::port_of_master:
            return "port of a bridge or bond";
        case Verdict::point_to_point:
            return "point-to-point";
        case Verdict::no_multicast:
            return "no multicast";
        case Verdict::not_ethernet:
            return "not Ethernet";
        case Verdict::no_arp:
            return "no ARP";
        case Verdict::down:
            return "down";
        case Verdict::no_carrier:
            return "no carrier";
    }
    return "unknown";
}

bool matches_any(const std::string& name, std::span<const std::string> globs) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
        return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    });
}

Verdict mdns_verdict(const Interface& interface, const MdnsPolicy& policy) {
    if (interface.loopback) return Verdict::loopback;
    if (matches_any(interface.name, policy.deny)) return Verdict::denied;
    if (!policy.allow.empty() && !matches_any(interface.name, policy.allow)) {
        return Verdict::not_allowed;
    }
    if (is_port_of_one_link(interface)) return Verdict::port_of_master;
    if (interface.point_to_point && !policy.allow_point_to_point) return Verdict::point_to_point;
    if (!interface.multicast) return Verdict::no_multicast;
    return state_verdict(interface);
}

Verdict ipv4ll_verdict(const Interface& interface, const Ipv4llPolicy& policy) {
    if (interface.loopback) return Verdict::loopback;
    if (!policy.always && matches_any(interface.name, policy.deny)) return Verdict::denied;
    if (is_port_of_one_link(interface)) return Verdict::port_of_master;
    if (!interface.ethernet) return Verdict::not_ethernet;
    if (interface.point_to_point) return Verdict::point_to_point;
    if (interface.noarp) return Verdict::no_arp;
    return state_verdict(interface);
}

bool is_ipv4ll(const Address& address) {
    return address.is_v4() && (address.to_v4().to_uint() >> 16) == 0xA9FE;
}

bool is_routable_ipv4(const Address& address) {
    if (!address.is_v4() || is_ipv4ll(address)) return false;
    const auto first = address.to_v4().to_uint() >> 24;
    return first != 0 && first != 127 && first < 224;
}

bool leaves_host(const InterfaceAddress& address) { return address.scope < RT_SCOPE_HOST; }

bool has_routable_ipv4(const Interface& interface) {
    return std::any_of(
        interface.addresses.begin(), interface.addresses.end(),
        [](const InterfaceAddress& a) { return leaves_host(a) && is_routable_ipv4(a.address); });
}

std::vector<InterfaceAddress> publishable_addresses(const Interface& interface) {
    const auto& all = interface.addresses;
    const bool routable = has_routable_ipv4(interface);
    const auto is_better = [](const InterfaceAddress& than) {
        return [&than](const InterfaceAddress& other) {
            return is_valid(other) && !other.deprecated && same_scope(other, than);
        };
    };
    std::vector<InterfaceAddress> chosen;
    for (const InterfaceAddress& one : all) {
        if (!is_valid(one) || (routable && is_ipv4ll(one.address))) continue;
        if (one.deprecated && std::any_of(all.begin(), all.end(), is_better(one))) continue;
        // The same local address may stand there for several peers: it is published once.
        const bool twice = !chosen.empty() && chosen.back().address == one.address;
        if (!twice) chosen.push_back(one);
    }
    return chosen;
}

}  // namespace avahid::net
