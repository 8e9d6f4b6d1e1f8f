#include "tests/dnssd/support/network.hpp"

#include <algorithm>

#include "mdns/constants.hpp"
#include "mdns/wire/writer.hpp"

namespace dnssd::test {

namespace wire = mdns::wire;
using mdns::engine::LinkId;

Address address(const char* text) { return boost::asio::ip::make_address(text); }

Record srv_by(std::string_view owner, std::string_view target, std::uint16_t port,
              std::uint16_t priority, std::uint16_t weight) {
    return {name(owner), wire::type::srv, wire::class_in, 120,
            wire::make_srv({priority, weight, port, name(target)})};
}
Record cname(std::string_view owner, std::string_view target) {
    return {name(owner), wire::type::cname, wire::class_in, 120, wire::make_name(name(target))};
}
Record goodbye(Record record) {
    record.ttl = 0;
    return record;
}

namespace {

constexpr const char* peer_ipv4 = "169.254.99.99";
constexpr const char* peer_ipv6 = "fe80::99";

const char* generated_ipv4(int host) {
    static const char* const addresses[] = {"169.254.1.1", "169.254.1.2", "169.254.1.3"};
    return addresses[host];
}
const char* generated_ipv6(int host) {
    static const char* const addresses[] = {"fe80::1", "fe80::2", "fe80::3"};
    return addresses[host];
}

}  // namespace

// ---- Host ----

Host::Host(Network& network, int index, std::uint64_t seed)
    : engine({.seed = seed}),
      catalogue(engine, {}),
      host_name(engine, {}),
      network_(network),
      index_(index) {}

void Host::plug(int ifindex, Family family, int segment, const char* own_address) {
    const LinkId link{ifindex, family};
    segments_.emplace_back(link, segment);
    mdns::engine::LinkInfo info;
    info.prefixes = {{address(own_address), std::uint8_t{16}}};
    engine.on_link(network_.now(), link, info);
}

void Host::plug_both(int ifindex, int segment) {
    plug(ifindex, Family::ipv4, segment, generated_ipv4(index_));
    plug(ifindex, Family::ipv6, segment, generated_ipv6(index_));
}

void Host::unplug(int ifindex, Family family) {
    const LinkId link{ifindex, family};
    std::erase_if(segments_, [&](const auto& entry) { return entry.first == link; });
    engine.on_link_gone(network_.now(), link);
}

void Host::pump() {
    for (bool busy = true; busy;) {
        busy = false;
        while (const auto output = engine.poll()) take(*output);
        while (auto event = host_name.poll()) {
            name_events.push_back(std::move(*event));
            catalogue.set_host_name(network_.now(), host_name.name());
            busy = true;
        }
        while (auto event = catalogue.poll()) {
            events.emplace_back(network_.now(), std::move(*event));
            busy = true;
        }
    }
}

void Host::take(const mdns::engine::Output& output) {
    const auto* datagram = std::get_if<mdns::engine::SendDatagram>(&output);
    if (!datagram) {
        if (!catalogue.on_event(network_.now(), output)) {
            if (!host_name.on_event(network_.now(), output) && others) others(output);
        }
        return;
    }
    for (const auto& [link, segment] : segments_) {
        if (link != datagram->link) continue;
        // The family travels in the segment number, as its two groups are apart on a real link.
        const int group = segment * 2 + (link.family == Family::ipv6 ? 1 : 0);
        network_.under_way_.push_back({network_.now(),
                                       group,
                                       index_,
                                       !datagram->to.has_value(),
                                       {datagram->bytes.begin(), datagram->bytes.end()}});
    }
}

std::optional<Instant> Host::deadline() const {
    std::optional<Instant> next = catalogue.deadline();
    if (const auto due = engine.deadline(); due && (!next || due->at < *next)) next = due->at;
    return next;
}

// ---- Network ----

Host& Network::add_host() {
    const int index = static_cast<int>(hosts_.size());
    hosts_.push_back(std::make_unique<Host>(*this, index, 100 + hosts_.size()));
    return *hosts_.back();
}

void Network::settle() {
    do {
        for (auto& host : hosts_) host->pump();
        deliver();
        for (auto& host : hosts_) host->pump();
    } while (!under_way_.empty());
}

void Network::deliver() {
    while (!under_way_.empty()) {
        const Packet packet = std::move(under_way_.front());
        under_way_.pop_front();
        packets.push_back(packet);
        const bool v6 = packet.segment % 2 == 1;
        const char* from = packet.sender < 0 ? (v6 ? peer_ipv6 : peer_ipv4)
                           : v6              ? generated_ipv6(packet.sender)
                                             : generated_ipv4(packet.sender);
        for (auto& host : hosts_) {
            for (const auto& [link, segment] : std::vector(host->segments_)) {
                if (segment * 2 + (link.family == Family::ipv6 ? 1 : 0) != packet.segment) continue;
                if (host->index_ == packet.sender && !packet.multicast) continue;
                host->engine.on_datagram(
                    now_, link, {{address(from), mdns::port}, packet.multicast}, packet.bytes);
                host->pump();
            }
        }
    }
}

void Network::run(Duration time) {
    const Instant end = now_ + time;
    for (settle();; settle()) {
        std::optional<Instant> next;
        for (auto& host : hosts_) {
            const auto due = host->deadline();
            if (due && (!next || *due < *next)) next = due;
        }
        if (!next || *next > end) break;
        now_ = std::max(now_, *next);
        for (auto& host : hosts_) {
            host->engine.on_time(now_);
            host->pump();
            host->catalogue.on_time(now_);
        }
    }
    now_ = end;
}

void Network::say(int segment, const std::vector<Record>& records, bool cache_flush) {
    wire::Writer writer;
    writer.begin({.response = true, .authoritative = true}, 1400);
    for (const auto& record : records) {
        const bool shared = record.type == wire::type::ptr || !cache_flush;
        const auto klass = static_cast<std::uint16_t>(record.klass | (shared ? 0 : wire::top_bit));
        writer.record(wire::Section::answer, record.name, record.type, klass, record.ttl,
                      record.rdata);
    }
    const auto bytes = writer.finish();
    under_way_.push_back({now_, segment * 2, -1, true, {bytes.begin(), bytes.end()}});
    settle();
}

std::vector<SentRecord> Network::records_from(const Host& host) const {
    std::vector<SentRecord> found;
    for (const auto& packet : packets) {
        wire::Message message;
        if (packet.sender != host.index_ || message.decode(packet.bytes) != wire::Errc::ok)
            continue;
        if (!message.header().response) continue;
        for (const auto& record : message.records()) {
            found.push_back({packet.at, record.to_record(), record.cache_flush});
        }
    }
    return found;
}

std::vector<Asked> Network::questions_from(const Host& host) const {
    std::vector<Asked> found;
    for (const auto& packet : packets) {
        wire::Message message;
        if (packet.sender != host.index_ || message.decode(packet.bytes) != wire::Errc::ok)
            continue;
        if (message.header().response) continue;
        for (const auto& question : message.questions()) {
            found.push_back({packet.at, question.name.to_text(), question.type});
        }
    }
    return found;
}

}  // namespace dnssd::test
