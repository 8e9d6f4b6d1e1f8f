#include "avahid/links.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "avahid/ops/log.hpp"

namespace avahid {
namespace {

using mdns::engine::Family;
using mdns::engine::Instant;
using mdns::engine::LinkId;
using mdns::engine::LinkInfo;

// Probes and announcements of one host name on a link are about so many packets.
constexpr std::uint64_t enough_sent = 10;

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
    note_changes(now, interface);
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
    seen_.erase(ifindex);
}

void Links::take_all_down(Instant now) {
    while (!up_.empty()) take_down(now, up_.begin()->first);
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

std::string Links::remark(const net::Interface& interface,
                          std::span<const net::Neighbour> neighbours) const {
    mdns::io::Traffic all;
    for (const Family family : families) {
        const auto one = sockets_.traffic({interface.ifindex, family});
        all.group_sent += one.group_sent;
        all.group_heard += one.group_heard;
        all.unicast_heard += one.unicast_heard;
    }
    if (all.group_sent < enough_sent || all.group_heard > 0) return "";
    if (all.unicast_heard == 0 && !net::has_company(interface, neighbours)) return "";
    return fmt::format("multicast not delivered: sent {}, heard 0", all.group_sent);
}

/// What happened to the interface since it was last looked at, and is over.
void Links::note_changes(Instant now, const net::Interface& interface) {
    const auto [place, fresh] = seen_.try_emplace(
        interface.ifindex, Seen{interface.name, interface.outages, interface.routers});
    if (fresh) return;
    Seen& seen = place->second;
    if (seen.name != interface.name) {
        const bool served = std::ranges::any_of(families, [&](Family family) {
            return is_up({interface.ifindex, family});
        });
        log::write(served ? log::Level::info : log::Level::debug, "{} is now {}",
                   fmt::make_format_args(seen.name, interface.name));
    }
    if (seen.outages != interface.outages) {  // down and up again
        for (const Family family : families) take_down(now, {interface.ifindex, family});
    }
    const bool roamed = std::ranges::any_of(interface.routers, [&](const net::DefaultRoute& one) {
        return std::ranges::none_of(seen.routers, [&](const net::DefaultRoute& before) {
            return before.gateway == one.gateway;
        });
    });
    if (roamed) engine_.requery(now, {interface.ifindex, std::nullopt});
    seen = {interface.name, interface.outages, interface.routers};
}

/// A link that is up got another address: this may be another network now.
void Links::tell_addresses(Instant now, const net::Interface& interface, LinkId link) {
    std::vector<mdns::engine::Address> addresses;
    for (const auto& one : interface.addresses) {
        if (usable(one, link.family)) addresses.push_back(one.address);
    }
    auto& known = up_[link];
    const bool first = known.empty();
    const bool more = std::ranges::any_of(addresses, [&](const auto& address) {
        return std::ranges::find(known, address) == known.end();
    });
    known = addresses;
    sockets_.on_addresses(link, std::move(addresses));
    if (more && !first) engine_.requery(now, {link.ifindex, link.family});
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
        if (!usable(address, family)) continue;
        const net::Address& ours = address.address;
        const net::Address& peer = address.peer;
        // Point to point, the prefix is the peer's; ours may be of no net at all.
        const auto length = static_cast<std::uint8_t>(ours.is_v4() ? 32 : 128);
        info.prefixes.push_back({ours, ours == peer ? address.prefix_length : length});
        if (ours != peer) info.prefixes.push_back({peer, address.prefix_length, false});
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
        up_.try_emplace(link);
        log::info("{}: multicast DNS over {}", interface.name, family_name(link.family));
    }
    engine_.on_link(now, link, info(interface, link.family));
    tell_addresses(now, interface, link);
    return true;
}

void Links::take_down(Instant now, LinkId link) {
    failed_.erase(link);
    if (up_.erase(link) == 0) return;
    engine_.on_link_gone(now, link);
    sockets_.close(link);
}

}  // namespace avahid
