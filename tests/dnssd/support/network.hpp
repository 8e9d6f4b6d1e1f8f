// tests/dnssd/support/network.hpp: hosts with a real engine and a catalogue each, on virtual links,
// and a clock that jumps from deadline to deadline. A packet reaches everybody on its segment at
// once.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "avahid/host/host_name.hpp"
#include "dnssd/catalogue.hpp"
#include "mdns/wire/message.hpp"
#include "tests/support/dns.hpp"

namespace dnssd::test {

using namespace std::chrono_literals;
using mdns::engine::Family;
using mdns::wire::Name;
using mdns::wire::Record;

using ::test::a;
using ::test::aaaa;
using ::test::name;
using ::test::nsec;
using ::test::ptr;
using ::test::srv;
using ::test::txt;

Address address(const char* text);
Record srv_by(std::string_view owner, std::string_view target, std::uint16_t port,
              std::uint16_t priority, std::uint16_t weight);
Record cname(std::string_view owner, std::string_view target);
Record goodbye(Record record);

struct Packet {
    Instant at;
    int segment = 0;
    int sender = 0;  // index of the host; -1: injected
    bool multicast = true;
    std::vector<std::uint8_t> bytes;
};

struct SentRecord {
    Instant at;
    Record record;
    bool cache_flush = false;
};

struct Asked {
    Instant at;
    std::string name;
    std::uint16_t type = 0;
};

class Network;

class Host {
public:
    Host(Network& network, int index, std::uint64_t seed);

    /// Plugs (interface, family) into a segment. Both families of an interface may share one.
    void plug(int ifindex, Family family, int segment, const char* own_address);
    void plug_both(int ifindex, int segment);
    void unplug(int ifindex, Family family);

    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& [at, event] : events) {
            if (const T* match = std::get_if<T>(&event)) found.push_back(*match);
        }
        return found;
    }
    template <class T>
    std::vector<Instant> times_of() const {
        std::vector<Instant> found;
        for (const auto& [at, event] : events) {
            if (std::holds_alternative<T>(event)) found.push_back(at);
        }
        return found;
    }
    void forget_events() { events.clear(); }

    mdns::engine::Engine engine;
    Catalogue catalogue;
    avahid::host::HostName host_name;
    std::vector<std::pair<Instant, Event>> events;
    std::vector<avahid::host::Event> name_events;
    std::function<void(const mdns::engine::Output&)> others;  // of the engine, claimed by nobody

private:
    friend class Network;
    void pump();
    void take(const mdns::engine::Output& output);
    std::optional<Instant> deadline() const;

    Network& network_;
    int index_;
    std::vector<std::pair<mdns::engine::LinkId, int>> segments_;
};

class Network {
public:
    Host& add_host();
    void remove_last_host() { hosts_.pop_back(); }
    Instant now() const { return now_; }
    Duration since_start() const { return now_ - start_; }

    /// Carries out everything that happens within the time, then stands at its end.
    void run(Duration time);
    /// Without time passing: packets and events that are under way.
    void settle();

    /// A peer that is no engine says this to everybody on the segment.
    void say(int segment, const std::vector<Record>& records, bool cache_flush = true);

    std::vector<SentRecord> records_from(const Host& host) const;  // answers, not probes
    std::vector<Asked> questions_from(const Host& host) const;
    void forget_packets() { packets.clear(); }

    std::vector<Packet> packets;

private:
    friend class Host;
    void deliver();

    Instant start_ = Instant(1000h);
    Instant now_ = start_;
    std::vector<std::unique_ptr<Host>> hosts_;
    std::deque<Packet> under_way_;
};

}  // namespace dnssd::test
