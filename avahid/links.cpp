#include "avahid/links.hpp"

#include <algorithm>

#include "avahid/ops/log.hpp"

namespace avahid {
namespace {

using mdns::engine::Family;
using mdns::engine::Instant;
using mdns::engine::LinkId;
using mdns::engine::LinkInfo;

constexpr Family families[] = {Family::ipv4, Family::ipv6};

const char* family_name(Family family) { return family == Family::ipv4 ? "IPv4" : "IPv6"; }

bool usable(const net::InterfaceAddress& address, Family family) {
    const bool right_family = address.address.is_v4() == (family == Family::ipv4);
    return right_family && !address.tentative && !address.dad_failed && net::leaves_host(address);
}

std::string problem_text(const mdns::io::SocketError& problem) {
    if (problem.code == boost::system::errc::address_in_use) return "port 5353 is taken";
    return problem.text();
}

}  // namespace

void Links::on_interface(Instant now, const net::Interface& interface) {
    const auto [seen, fresh] = outages_.try_emplace(interface.ifindex, interface.outages);
    if (!fresh && seen->second != interface.outages) {  // down and up again since we looked
        for (const Family family : families) take_down(now, {interface.ifindex, family});
        seen->second = interface.outages;
    }
    bool served = false;
    for (const Family family : families) {
        const LinkId link{interface.ifindex, family};
        if (wanted(interface, family)) {
            served = bring_up(now, interface, link) || served;
        } else {
            take_down(now, link);
        }
    }
    std::vector<mdns::engine::Address> addresses;
    if (served && config_.publishes_on(interface.name)) {
        for (const auto& address : net::publishable_addresses(interface))
            addresses.push_back(address.address);
    }
    host_.on_addresses(now, interface.ifindex, std::move(addresses));
}

void Links::on_interface_gone(Instant now, int ifindex) {
    for (const Family family : families) take_down(now, {ifindex, family});
    host_.on_interface_gone(now, ifindex);
    outages_.erase(ifindex);
}

void Links::take_all_down(Instant now) {
    for (const LinkId link : std::set(up_)) take_down(now, link);
}

std::string Links::why_not(const net::Interface& interface) const {
    const net::Verdict verdict = net::mdns_verdict(interface, policy());
    if (verdict != net::Verdict::eligible) return std::string(net::to_string(verdict));
    const bool any = std::ranges::any_of(families, [&](Family family) {
        return is_up({interface.ifindex, family});
    });
    if (any) return "";
    for (const Family family : families) {
        const auto failed = failed_.find({interface.ifindex, family});
        if (failed != failed_.end()) return problem_text(failed->second);
    }
    return "no address";
}

net::MdnsPolicy Links::policy() const {
    return {config_.server.allow_interfaces, config_.server.deny_interfaces,
            config_.server.allow_point_to_point};
}

/// No packet of a family leaves before the interface has an address of it.
bool Links::wanted(const net::Interface& interface, Family family) const {
    if (!(family == Family::ipv4 ? config_.server.use_ipv4 : config_.server.use_ipv6)) return false;
    if (net::mdns_verdict(interface, policy()) != net::Verdict::eligible) return false;
    return std::ranges::any_of(interface.addresses,
                               [&](const auto& address) { return usable(address, family); });
}

LinkInfo Links::info(const net::Interface& interface, Family family) const {
    LinkInfo info;
    info.mtu = interface.mtu;
    info.port_shared = sockets_.port_shared(family);
    info.publish = config_.publishes_on(interface.name);
    for (const auto& address : interface.addresses) {
        if (usable(address, family))
            info.prefixes.push_back({address.address, address.prefix_length});
    }
    return info;
}

bool Links::bring_up(Instant now, const net::Interface& interface, LinkId link) {
    if (!is_up(link)) {
        if (const auto opened = sockets_.open(link); !opened) {
            if (failed_.insert_or_assign(link, opened.error()).second) {
                log::error("{}: no multicast DNS over {}: {}", interface.name,
                           family_name(link.family), opened.error().text());
            }
            return false;
        }
        failed_.erase(link);
        up_.insert(link);
        log::info("{}: multicast DNS over {}", interface.name, family_name(link.family));
    }
    engine_.on_link(now, link, info(interface, link.family));
    return true;
}

void Links::take_down(Instant now, LinkId link) {
    failed_.erase(link);
    if (up_.erase(link) == 0) return;
    engine_.on_link_gone(now, link);
    sockets_.close(link);
}

}  // namespace avahid
