// tests/ipv4ll/support/host.hpp: an engine and a clock that jumps to each deadline.
#pragma once

#include <gmock/gmock.h>

#include <iosfwd>
#include <optional>
#include <vector>

#include "ipv4ll/engine/engine.hpp"

namespace ipv4ll::engine {
// Readable failures.
void PrintTo(const Action& action, std::ostream* out);
}  // namespace ipv4ll::engine

namespace ipv4ll::test {

using namespace std::chrono_literals;
using engine::Action;
using engine::Duration;
using engine::Instant;
using engine::State;
using wire::ArpPacket;
using wire::Ipv4;
using wire::Mac;

constexpr Mac own_mac = {0x02, 0, 0, 0, 0, 0x01};
constexpr Mac peer_mac = {0x02, 0, 0, 0, 0, 0x99};

/// An action and the time since the one before it (or since the call that returned it began).
struct Timed {
    Duration after;
    Action action;
};
void PrintTo(const Timed& timed, std::ostream* out);

class Host {
public:
    /// With the link up, at some arbitrary instant.
    explicit Host(std::uint64_t seed = 7, engine::Config config = {});

    /// Jumps from deadline to deadline until an address is to be assigned or nothing is planned.
    std::vector<Timed> run();
    /// The same for a stretch of time; assignments succeed at once.
    std::vector<Timed> run_for(Duration time);
    /// Runs to the bound state and returns the address; what happens on the way is thrown away.
    Ipv4 bind();
    /// Runs to the next probe and returns what it asks for.
    Ipv4 next_probed();

    /// One input and all that comes out of it.
    std::vector<Action> receive(const ArpPacket& packet);
    std::vector<Action> assigned();
    std::vector<Action> link(bool up);
    std::vector<Action> drain();
    /// Lets time pass without a call; nothing may be due in it.
    void wait(Duration time);

    engine::Engine& engine() { return engine_; }
    State state() const { return engine_.state(); }
    Ipv4 address() const { return engine_.status().address; }
    int conflicts() const { return engine_.status().conflicts; }
    Instant now() const { return now_; }

private:
    bool jump(Instant limit);
    void collect(std::vector<Timed>& into, Instant& last);

    Instant now_ = Instant{} + 1000s;
    engine::Engine engine_;
};

ArpPacket claim(Ipv4 address, wire::Operation operation = wire::Operation::reply,
                const Mac& from = peer_mac);
ArpPacket probe(Ipv4 address, const Mac& from = peer_mac);
/// Somebody with an address of his own asks who has `address`.
ArpPacket question(Ipv4 address, const Mac& from = peer_mac, Ipv4 asker = Ipv4{{169, 254, 9, 9}});

// ---- matchers ----
MATCHER(IsProbe, "is a probe of ours") {
    const auto* sent = std::get_if<engine::SendArp>(&arg);
    return sent && sent->packet == wire::make_probe(own_mac, sent->packet.target_ip);
}
MATCHER_P(IsProbeFor, address, "is a probe of ours for the address") {
    const auto* sent = std::get_if<engine::SendArp>(&arg);
    return sent && sent->packet == wire::make_probe(own_mac, address);
}
MATCHER_P(IsAnnouncement, address, "announces the address") {
    const auto* sent = std::get_if<engine::SendArp>(&arg);
    return sent && sent->packet == wire::make_announcement(own_mac, address);
}
MATCHER_P2(IsReply, address, to, "is our reply to that MAC") {
    const auto* sent = std::get_if<engine::SendArp>(&arg);
    return sent && sent->packet.operation == wire::Operation::reply &&
           sent->packet.sender_mac == own_mac && sent->packet.sender_ip == address &&
           sent->packet.target_mac == to;
}
MATCHER_P(IsAssign, address, "assigns the address") {
    const auto* assign = std::get_if<engine::Assign>(&arg);
    return assign && assign->address == address;
}
MATCHER_P(IsRelease, address, "releases the address") {
    const auto* release = std::get_if<engine::Release>(&arg);
    return release && release->address == address && !release->for_good;
}
MATCHER_P(IsYield, address, "releases the address for good") {
    const auto* release = std::get_if<engine::Release>(&arg);
    return release && release->address == address && release->for_good;
}
MATCHER_P(IsAcquired, address, "reports the address") {
    const auto* acquired = std::get_if<engine::Acquired>(&arg);
    return acquired && acquired->address == address;
}
MATCHER_P2(IsConflict, address, outcome, "reports a conflict with the peer") {
    const auto* conflict = std::get_if<engine::Conflicted>(&arg);
    return conflict && conflict->address == address && conflict->outcome == outcome &&
           conflict->who == peer_mac;
}
MATCHER_P3(After, lo, hi, inner, "happens in that time") {
    return arg.after >= lo && arg.after <= hi && testing::Value(arg.action, inner);
}

}  // namespace ipv4ll::test
