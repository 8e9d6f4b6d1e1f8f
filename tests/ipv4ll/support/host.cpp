#include "tests/ipv4ll/support/host.hpp"

#include <ostream>

namespace ipv4ll {
namespace {

void print_mac(const wire::Mac& mac, std::ostream& out) {
    for (const int byte : mac) out << ':' << std::hex << byte << std::dec;
}

}  // namespace

void engine::PrintTo(const Action& action, std::ostream* out) {
    if (const auto* sent = std::get_if<SendArp>(&action)) {
        *out << (sent->packet.operation == wire::Operation::reply ? "reply " : "request ")
             << sent->packet.sender_ip.to_string() << " -> " << sent->packet.target_ip.to_string();
    } else if (const auto* assign = std::get_if<Assign>(&action)) {
        *out << "assign " << assign->address.to_string();
    } else if (const auto* release = std::get_if<Release>(&action)) {
        *out << "release " << release->address.to_string();
    } else if (const auto* acquired = std::get_if<Acquired>(&action)) {
        *out << "acquired " << acquired->address.to_string();
    } else if (const auto* conflict = std::get_if<Conflicted>(&action)) {
        *out << "conflict " << static_cast<int>(conflict->outcome) << " over "
             << conflict->address.to_string() << " with ";
        print_mac(conflict->who, *out);
    }
}

namespace test {

void PrintTo(const Timed& timed, std::ostream* out) {
    *out << std::chrono::duration<double>(timed.after).count() << " s: ";
    PrintTo(timed.action, out);
}

namespace {
engine::Config with(std::uint64_t seed, engine::Config config) {
    config.seed = seed;
    config.mac = own_mac;
    return config;
}
}  // namespace

Host::Host(std::uint64_t seed, engine::Config config) : engine_(with(seed, config)) {
    engine_.on_link(now_, true);
}

bool Host::jump(Instant limit) {
    const auto due = engine_.deadline();
    if (!due || *due > limit) return false;
    now_ = std::max(now_, *due);
    engine_.on_time(now_);
    return true;
}

void Host::collect(std::vector<Timed>& into, Instant& last) {
    for (const Action& action : drain()) {
        into.push_back({now_ - last, action});
        last = now_;
    }
}

std::vector<Timed> Host::run() {
    std::vector<Timed> seen;
    Instant last = now_;
    collect(seen, last);
    while (state() != State::assigning && jump(Instant::max())) collect(seen, last);
    return seen;
}

std::vector<Timed> Host::run_for(Duration time) {
    std::vector<Timed> seen;
    Instant last = now_;
    const Instant end = now_ + time;
    do {
        if (state() == State::assigning) engine_.on_assigned(now_);
        collect(seen, last);
    } while (jump(end) || state() == State::assigning);
    now_ = end;
    return seen;
}

Ipv4 Host::bind() {
    while (state() != State::bound) run_for(1ms);
    return address();
}

Ipv4 Host::next_probed() {
    for (;;) {
        for (const Action& action : drain()) {
            const auto* sent = std::get_if<engine::SendArp>(&action);
            if (sent && wire::is_probe(sent->packet)) return sent->packet.target_ip;
        }
        if (!jump(Instant::max())) return {};
    }
}

std::vector<Action> Host::receive(const ArpPacket& packet) {
    engine_.on_arp(now_, packet);
    return drain();
}

std::vector<Action> Host::assigned() {
    engine_.on_assigned(now_);
    return drain();
}

std::vector<Action> Host::link(bool up) {
    engine_.on_link(now_, up);
    return drain();
}

std::vector<Action> Host::drain() {
    std::vector<Action> actions;
    while (auto action = engine_.poll()) actions.push_back(*action);
    return actions;
}

void Host::wait(Duration time) {
    now_ += time;
    EXPECT_TRUE(!engine_.deadline() || *engine_.deadline() >= now_) << "something was due";
}

ArpPacket claim(Ipv4 address, wire::Operation operation, const Mac& from) {
    return {operation, from, address, Mac{}, address};
}

ArpPacket probe(Ipv4 address, const Mac& from) { return wire::make_probe(from, address); }

ArpPacket question(Ipv4 address, const Mac& from, Ipv4 asker) {
    return {wire::Operation::request, from, asker, Mac{}, address};
}

}  // namespace test
}  // namespace ipv4ll
