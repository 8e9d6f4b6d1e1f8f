#include "tests/sim/network.hpp"

#include <algorithm>
#include <sstream>

#include "mdns/constants.hpp"
#include "tests/support/dns.hpp"

namespace sim {

using mdns::engine::Source;

Host& Network::add() {
    hosts.push_back(std::make_unique<Host>(*this, static_cast<int>(hosts.size()), random_()));
    return *hosts.back();
}

Duration Network::between(Duration low, Duration high) {
    const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + Duration(static_cast<Duration::rep>(random_() % span));
}

Duration Network::reach() const {
    Duration most = weather.delay_max;
    for (const Reflector& reflector : reflectors)
        most = std::max(most, reflector.delay_max + weather.delay_max);
    return most + weather.late_max;
}

void Network::join(int segment, int other) {
    for (const auto& host : hosts) {
        std::set<int> interfaces;
        for (const auto& [link, there] : host->links) {
            if (there == other) interfaces.insert(link.ifindex);
        }
        for (const int ifindex : interfaces) host->move(ifindex, segment);
    }
}

// ---- sending ----

void Network::send(Host& from, const mdns::engine::SendDatagram& datagram) {
    const auto segment = from.links.find(datagram.link);
    if (segment == from.links.end()) return;
    packets.push_back(
        {now_, from.index, datagram.link, from.times_up_[datagram.link.ifindex], from.actions_,
         segment->second, datagram.to,
         std::make_shared<const Octets>(datagram.bytes.begin(), datagram.bytes.end())});
    const Packet packet = packets.back();
    watch.on_packet(packet);
    const Bytes bytes = rewrite ? rewrite(packet) : packet.bytes;
    for (const auto& other : hosts) {
        for (const auto& [link, there] : other->links) {
            if (there != packet.segment || link.family != packet.link.family) continue;
            if (packet.to && packet.to->address != other->address(link.ifindex, link.family))
                continue;
            deliver(packet, bytes, *other, link);
        }
    }
    if (!packet.to) reflect(packet, bytes);
}

void Network::deliver(const Packet& packet, const Bytes& bytes, Host& to, LinkId link) {
    const Address from = host(packet.host).address(packet.link.ifindex, packet.link.family);
    const Source source{{from, mdns::port}, !packet.to.has_value()};
    // A host hears itself by the kernel, which loses, delays and changes nothing.
    if (to.index == packet.host && link == packet.link)
        return put(to, link, source, packet.bytes, 20us);
    const int copies = weather.double_percent > below(100) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        if (weather.loss_percent > 0 && below(100) < weather.loss_percent) continue;
        put(to, link, source, bytes, between(weather.delay_min, weather.delay_max));
    }
}

void Network::reflect(const Packet& packet, const Bytes& bytes) {
    const bool ipv4 = packet.link.family == Family::ipv4;
    const auto own = boost::asio::ip::make_address(ipv4 ? "10.250.0.1" : "fe80::250");
    for (const Reflector& reflector : reflectors) {
        if (reflector.from != packet.segment) continue;
        const Duration delay = between(0us, reflector.delay_max);
        for (const auto& other : hosts) {
            for (const auto& [link, there] : other->links) {
                if (there != reflector.to || link.family != packet.link.family) continue;
                put(*other, link, {{own, mdns::port}, true}, bytes,
                    delay + between(weather.delay_min, weather.delay_max));
            }
        }
    }
}

void Network::put(Host& to, LinkId link, const Source& source, const Bytes& bytes, Duration delay) {
    arrivals_.push({now_ + delay, next_order_++, to.index, link, source, bytes});
}

void Network::inject(Host& to, LinkId link, const Source& source, const Octets& bytes) {
    watch.on_stranger(now_, link.family, bytes);
    to.engine.on_datagram(now_, link, source, bytes);
    to.pump();
}

// ---- time ----

void Network::rearm(Host& host) {
    auto due = host.alive_ ? host.deadline() : std::nullopt;
    if (due) *due = std::max(*due, now_);
    const bool same =
        due ? host.wakes_ && *host.wakes_ >= *due && *host.wakes_ <= *due + weather.late_max
            : !host.wakes_;
    if (same) return;
    host.wakes_ = due;
    if (!due) return;
    if (weather.late_max > 0us) *host.wakes_ += between(0us, weather.late_max);
    wakes_.push({*host.wakes_, host.index});
}

void Network::run(Duration time) {
    const Instant end = now_ + time;
    for (;;) {
        while (!wakes_.empty() && host(wakes_.top().host).wakes_ != wakes_.top().at) wakes_.pop();
        Instant next = Instant::max();
        if (!arrivals_.empty()) next = arrivals_.top().at;
        if (!wakes_.empty()) next = std::min(next, wakes_.top().at);
        if (next > end) break;
        now_ = std::max(now_, next);
        deliver_due();
        wake_due();
    }
    now_ = end;
}

void Network::deliver_due() {
    while (!arrivals_.empty() && arrivals_.top().at <= now_) {
        const Arrival arrival = arrivals_.top();
        arrivals_.pop();
        Host& to = host(arrival.host);
        if (!to.links.contains(arrival.link)) continue;
        to.engine.on_datagram(now_, arrival.link, arrival.source, *arrival.bytes);
        to.pump();
    }
}

void Network::wake_due() {
    while (!wakes_.empty() && wakes_.top().at <= now_) {
        const Wake due = wakes_.top();
        wakes_.pop();
        if (host(due.host).wakes_ == due.at) wake(host(due.host));
    }
}

void Network::wake(Host& host) {
    host.wakes_.reset();
    host.wakes_in_a_row_ = host.last_wake_ == now_ ? host.wakes_in_a_row_ + 1 : 0;
    host.last_wake_ = now_;
    if (host.wakes_in_a_row_ == 100) {
        watch.troubles.push_back("host" + std::to_string(host.index) +
                                 ": the clock stands still, a deadline is never met");
    }
    if (host.wakes_in_a_row_ >= 100) return;
    host.engine.on_time(now_);
    host.pump();
    host.catalogue.on_time(now_);
    host.pump();
}

// ---- the trace ----

std::size_t Network::packets_since(Duration since) const {
    const auto first = std::ranges::lower_bound(packets, start_ + since, {}, &Packet::at);
    return static_cast<std::size_t>(packets.end() - first);
}

void Network::note(int host, const std::string& what) {
    notes_.push_back({packets.size(), now_, host, what});
}

std::string Network::trace(std::size_t limit) const {
    std::ostringstream out;
    const auto seconds = [this](Instant at) {
        return static_cast<double>((at - start_) / 1us) / 1e6;
    };
    std::size_t at = packets.size() > limit ? packets.size() - limit : 0;
    if (at > 0) out << "… " << at << " packets before these\n";
    auto note = std::ranges::lower_bound(notes_, at, {}, &Note::before);
    for (; at <= packets.size(); ++at) {
        for (; note != notes_.end() && note->before <= at; ++note) {
            out << seconds(note->at) << " s host" << note->host << " " << note->what << "\n";
        }
        if (at == packets.size()) break;
        const Packet& packet = packets[at];
        out << seconds(packet.at) << " s host" << packet.host << " if" << packet.link.ifindex
            << (packet.link.family == Family::ipv4 ? " v4" : " v6") << " segment "
            << packet.segment;
        if (packet.to) out << " to " << packet.to->address.to_string();
        out << " " << test::read(*packet.bytes);
    }
    return out.str();
}

}  // namespace sim
