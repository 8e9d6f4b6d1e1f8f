// tests/support/mdns_host.hpp: one mDNS engine, a clock that jumps to each deadline, and what came
// out.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "mdns/engine/engine.hpp"
#include "tests/support/dns.hpp"

namespace test {

namespace engine = mdns::engine;
using engine::Duration;
using engine::Instant;
using namespace std::chrono_literals;

constexpr engine::LinkId eth0{2, engine::Family::ipv4};
constexpr engine::LinkId eth0_v6{2, engine::Family::ipv6};
constexpr engine::LinkId eth1{3, engine::Family::ipv4};

struct Sent {
    Duration at;  // since the host began
    engine::LinkId link;
    std::optional<engine::Endpoint> to;  // empty: the group
    Octets bytes;
    Text text;
    engine::Cause why;

    bool is_query() const { return !text.header.response; }
    bool is_probe() const { return is_query() && !text.authorities.empty(); }
};
inline std::ostream& operator<<(std::ostream& out, const Sent& sent) {
    out << std::chrono::duration_cast<std::chrono::microseconds>(sent.at).count()
        << " us, interface " << sent.link.ifindex;
    if (sent.to) out << ", unicast to " << sent.to->address.to_string() << ":" << sent.to->port;
    return out << ": " << sent.text;
}

inline engine::Source from(const char* address, std::uint16_t port = 5353, bool to_group = true) {
    return {{boost::asio::ip::make_address(address), port}, to_group};
}
inline engine::LinkInfo link_info(const char* own, std::uint8_t prefix = 24) {
    engine::LinkInfo info;
    info.prefixes = {{boost::asio::ip::make_address(own), prefix}};
    return info;
}

inline engine::PublishedRecord shared(wire::Record record) {
    return {std::move(record), engine::Sharing::shared};
}
inline engine::PublishedRecord unique(wire::Record record) {
    return {std::move(record), engine::Sharing::unique};
}
inline engine::PublishedRecord known_unique(wire::Record record) {
    return {std::move(record), engine::Sharing::known_unique};
}

class MdnsHost {
public:
    explicit MdnsHost(std::uint64_t seed = 1) : MdnsHost(engine::Config{.seed = seed}) {}
    explicit MdnsHost(const engine::Config& config) : engine(config) {}

    Instant now() const { return start_ + elapsed_; }
    Duration elapsed() const { return elapsed_; }

    void link_up(engine::LinkId link = eth0, const char* own = "10.0.0.1") {
        engine.on_link(now(), link, link_info(own));
        drain();
    }
    engine::PublicationId publish(std::vector<engine::PublishedRecord> records,
                                  engine::Scope scope = {}) {
        const auto id = engine.publish(now(), {scope, std::move(records)});
        drain();
        return id.value();
    }
    engine::QueryId ask(std::string_view owner, std::uint16_t type, bool urgent = true,
                        engine::Scope scope = {}) {
        const auto id = engine.query(now(), {name(owner), type, wire::class_in, scope, urgent});
        drain();
        return id;
    }
    void receive(const Build& packet, const engine::Source& source = from("10.0.0.9"),
                 engine::LinkId link = eth0) {
        receive(packet.bytes(), source, link);
    }
    void receive(const Octets& bytes, const engine::Source& source = from("10.0.0.9"),
                 engine::LinkId link = eth0) {
        drain();
        engine.on_datagram(now(), link, source, bytes);
        drain();
    }
    /// Jumps from deadline to deadline until that much time has passed.
    void advance(Duration time) {
        drain();  // what the last input led to
        const Duration end = elapsed_ + time;
        while (const auto due = engine.deadline()) {
            if (due->at > start_ + end) break;
            elapsed_ = std::max(elapsed_, due->at - start_);
            engine.on_time(now());
            drain();
        }
        elapsed_ = end;
    }
    /// Publishes and waits until all is announced and the one-second rule is over; forgets the
    /// packets.
    engine::PublicationId established(std::vector<engine::PublishedRecord> records,
                                      engine::Scope scope = {}) {
        const auto id = publish(std::move(records), scope);
        advance(5s);
        clear();
        return id;
    }
    void drain() {
        while (auto output = engine.poll()) {
            if (const auto* send = std::get_if<engine::SendDatagram>(&*output)) {
                sent.push_back({elapsed_, send->link, send->to,
                                Octets(send->bytes.begin(), send->bytes.end()), read(send->bytes),
                                send->why});
            } else {
                events.push_back(std::move(*output));
            }
        }
    }
    void clear() {
        sent.clear();
        events.clear();
    }

    std::vector<Sent> probes() const {
        return pick([](const Sent& s) { return s.is_probe(); });
    }
    std::vector<Sent> queries() const {
        return pick([](const Sent& s) { return s.is_query() && !s.is_probe(); });
    }
    std::vector<Sent> responses() const {
        return pick([](const Sent& s) { return !s.is_query(); });
    }

    template <class Event>
    std::vector<Event> all() const {
        std::vector<Event> found;
        for (const auto& event : events) {
            if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
        }
        return found;
    }

    engine::Engine engine;
    std::vector<Sent> sent;
    std::vector<engine::Output> events;

private:
    template <class Test>
    std::vector<Sent> pick(Test&& test) const {
        std::vector<Sent> found;
        for (const Sent& one : sent) {
            if (test(one)) found.push_back(one);
        }
        return found;
    }
    // Not the epoch: a clock that has run for a while, as on any machine.
    Instant start_ = Instant{} + 1000s;
    Duration elapsed_{};
};

}  // namespace test
