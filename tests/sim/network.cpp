#include "tests/sim/network.hpp"

#include <algorithm>
#include <sstream>

#include "mdns/constants.hpp"
#include "tests/support/dns.hpp"

namespace sim {

namespace engine = mdns::engine;

// ---- Host ----

Host::Host(Network& network, int at, std::uint64_t seed)
    : index(at),
      engine({.seed = seed}),
      catalogue(engine, {}),
      host_name(engine, {}),
      network_(network) {}

Address Host::address(int ifindex, Family family) const {
    const std::string tail = std::to_string(index + 1);
    const std::string text = family == Family::ipv4
                                 ? "10.0." + std::to_string(ifindex) + "." + tail
                                 : "fe80::" + std::to_string(ifindex) + ":" + tail;
    return boost::asio::ip::make_address(text);
}

void Host::plug(int ifindex, int segment, bool both) {
    ++times_up_;
    std::vector<Address> addresses;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (family == Family::ipv6 && !both) continue;
        addresses.push_back(address(ifindex, family));
        engine::LinkInfo info;
        info.prefixes = {{addresses.back(), std::uint8_t(family == Family::ipv4 ? 16 : 64)}};
        links[{ifindex, family}] = segment;
        engine.on_link(network_.now(), {ifindex, family}, info);
        pump();
    }
    host_name.on_addresses(network_.now(), ifindex, addresses);
    pump();
}

void Host::unplug(int ifindex) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (links.erase({ifindex, family}) == 0) continue;
        engine.on_link_gone(network_.now(), {ifindex, family});
        pump();
    }
    host_name.on_interface_gone(network_.now(), ifindex);
    pump();
}

dnssd::Handle Host::publish(const std::string& instance, const std::string& type,
                            std::uint16_t port, engine::Scope scope) {
    dnssd::Service service;
    service.name = {instance, type, "local"};
    service.port = port;
    service.scope = scope;
    const auto handle = *catalogue.publish(network_.now(), service);
    services_.emplace(handle, "");
    pump();
    return handle;
}

void Host::cancel(dnssd::Handle handle) {
    services_.erase(handle);
    catalogue.cancel(network_.now(), handle);
    pump();
}

void Host::browse(const std::string& type) {
    browses_.push_back(*catalogue.browse(network_.now(), type, "", "", {}));
    pump();
}

void Host::stop_browsing() {
    for (const auto handle : browses_) catalogue.cancel(network_.now(), handle);
    browses_.clear();
    found_.clear();
    pump();
}

std::set<std::string> Host::published() const {
    std::set<std::string> names;
    for (const auto& [handle, name] : services_) {
        if (!name.empty()) names.insert(name);
    }
    return names;
}

std::set<std::string> Host::found(LinkId link) const {
    const auto at = found_.find(link);
    return at == found_.end() ? std::set<std::string>{} : at->second;
}

void Host::pump() {
    for (bool busy = true; busy;) {
        busy = false;
        while (const auto output = engine.poll()) {
            take(*output);
            busy = true;
        }
        while (const auto event = host_name.poll()) {
            if (std::holds_alternative<avahid::host::Renamed>(*event)) ++renames_;
            catalogue.set_host_name(network_.now(), host_name.name());
            busy = true;
        }
        while (const auto event = catalogue.poll()) {
            take(*event);
            busy = true;
        }
    }
}

void Host::take(const engine::Output& output) {
    if (const auto* datagram = std::get_if<engine::SendDatagram>(&output)) {
        network_.send(index, *datagram);
    } else if (!catalogue.on_event(network_.now(), output)) {
        host_name.on_event(network_.now(), output);
    }
}

void Host::take(const dnssd::Event& event) {
    if (const auto* published = std::get_if<dnssd::Published>(&event)) {
        services_[published->handle] = published->name.instance + "." + published->name.type;
    } else if (const auto* renamed = std::get_if<dnssd::Renamed>(&event)) {
        services_[renamed->handle] = "";
    } else if (const auto* found = std::get_if<dnssd::Found>(&event)) {
        found_[found->link].insert(found->name.instance + "." + found->name.type);
    } else if (const auto* lost = std::get_if<dnssd::Lost>(&event)) {
        found_[lost->link].erase(lost->name.instance + "." + lost->name.type);
    }
}

std::optional<Instant> Host::deadline() const {
    auto next = catalogue.deadline();
    if (const auto due = engine.deadline(); due && (!next || due->at < *next)) next = due->at;
    return next;
}

// ---- Network ----

Host& Network::add() {
    hosts.push_back(std::make_unique<Host>(*this, static_cast<int>(hosts.size()), random_()));
    return *hosts.back();
}

Duration Network::between(Duration low, Duration high) {
    const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + Duration(static_cast<Duration::rep>(random_() % span));
}

void Network::send(int host, const engine::SendDatagram& datagram) {
    const Host& sender = *hosts[static_cast<std::size_t>(host)];
    const auto segment = sender.links.find(datagram.link);
    if (segment == sender.links.end()) return;
    const Packet packet{now_,
                        host,
                        datagram.link,
                        sender.times_up_,
                        segment->second,
                        datagram.to,
                        {datagram.bytes.begin(), datagram.bytes.end()}};
    packets.push_back(packet);
    for (const auto& other : hosts) {
        for (const auto& [link, there] : other->links) {
            if (there != packet.segment || link.family != packet.link.family) continue;
            if (packet.to && packet.to->address != other->address(link.ifindex, link.family))
                continue;
            deliver_copy(packet, *other, link);
        }
    }
}

void Network::deliver_copy(const Packet& packet, Host& to, LinkId link) {
    const bool echo = to.index == packet.host && link == packet.link;  // the kernel loses none
    const int copies = echo ? 1 : (below(100) < weather.double_percent ? 2 : 1);
    const Address from = hosts[static_cast<std::size_t>(packet.host)]->address(packet.link.ifindex,
                                                                               packet.link.family);
    for (int copy = 0; copy < copies; ++copy) {
        if (!echo && below(100) < weather.loss_percent) continue;
        const Duration delay =
            echo ? Duration(20us) : between(weather.delay_min, weather.delay_max);
        arrivals_.emplace(
            now_ + delay,
            Arrival{to.index, link, {{from, mdns::port}, !packet.to.has_value()}, packet.bytes});
    }
}

void Network::run(Duration time) {
    const Instant end = now_ + time;
    int standing = 0;  // steps in which the clock did not move
    for (;;) {
        std::optional<Instant> next;
        if (!arrivals_.empty()) next = arrivals_.begin()->first;
        for (const auto& host : hosts) {
            const auto due = host->deadline();
            if (due && (!next || *due < *next)) next = due;
        }
        if (!next || *next > end) break;
        standing = *next > now_ ? 0 : standing + 1;
        if (standing > 1000) {
            troubles.push_back("the clock stands still: a deadline is never met");
            break;
        }
        now_ = std::max(now_, *next);
        while (!arrivals_.empty() && arrivals_.begin()->first <= now_) {
            const Arrival arrival = std::move(arrivals_.begin()->second);
            arrivals_.erase(arrivals_.begin());
            Host& host = *hosts[static_cast<std::size_t>(arrival.host)];
            if (!host.links.contains(arrival.link)) continue;
            host.engine.on_datagram(now_, arrival.link, arrival.source, arrival.bytes);
            host.pump();
        }
        for (const auto& host : hosts) {
            if (host->deadline().value_or(Instant::max()) > now_) continue;
            host->engine.on_time(now_);
            host->pump();
            host->catalogue.on_time(now_);
            host->pump();
        }
    }
    now_ = end;
}

std::size_t Network::packets_since(Duration since) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        packets, [&](const Packet& packet) { return packet.at >= start_ + since; }));
}

std::string Network::trace(Duration since, std::size_t limit) const {
    std::ostringstream out;
    std::size_t lines = 0;
    for (const Packet& packet : packets) {
        if (packet.at < start_ + since) continue;
        if (++lines > limit) return out.str() + "…\n";
        const auto at = std::chrono::duration_cast<std::chrono::microseconds>(packet.at - start_);
        out << static_cast<double>(at.count()) / 1e6 << " s host" << packet.host << " if"
            << packet.link.ifindex << (packet.link.family == Family::ipv4 ? " v4" : " v6");
        if (packet.to) out << " to " << packet.to->address.to_string();
        out << " " << test::read(packet.bytes);
    }
    return out.str();
}

}  // namespace sim
