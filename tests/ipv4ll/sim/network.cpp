#include "tests/ipv4ll/sim/network.hpp"

#include <fmt/format.h>

#include <utility>

namespace ipv4ll::sim {
namespace {

/// A link of any kind that has room for them is much slower than this: the kernel's part.
constexpr Duration assign_time_max = 1ms;
constexpr Duration minute = 60s;

bool listens(State state) { return state != State::down && state != State::paused; }

std::string to_text(const ArpPacket& packet) {
    if (wire::is_probe(packet)) return "probe for " + packet.target_ip.to_string();
    const std::string pair = packet.sender_ip.to_string() + " -> " + packet.target_ip.to_string();
    if (packet.operation == wire::Operation::reply) return "reply " + pair;
    if (packet.sender_ip == packet.target_ip) return "announcement " + packet.sender_ip.to_string();
    return "question " + pair;
}

}  // namespace

void Network::add(const engine::Config& config, int segment) {
    hosts_.emplace_back(config);
    const int index = size() - 1;
    at(index).segment = segment;
    at(index).started = now_;
    at(index).engine.on_link(now_, true);
    settle(index);
}

void Network::join() {
    for (Host& each : hosts_) each.segment = 0;
}

void Network::let_them_talk() {
    for (int i = 0; i < size(); ++i) plan(now_ + between(0s, minute), What::question, i);
}

void Network::run(Duration time) {
    const Instant end = now_ + time;
    while (!events_.empty() && events_.top().at <= end) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.at;
        if (duplicates.going_on() > 0) duplicates.on_rest(now_);
        happen(event);
    }
    now_ = end;
    duplicates.on_rest(now_);
}

void Network::plan(Instant when, What what, int host, const ArpPacket& packet) {
    events_.push({when, next_order_++, what, host, packet});
}

void Network::happen(const Event& event) {
    Host& host = at(event.host);
    switch (event.what) {
        case What::wake:
            if (event.at != host.wake) return;  // has been planned anew since
            host.wake = Instant::max();
            host.engine.on_time(now_);
            break;
        case What::assigned:
            if (event.packet.target_ip != host.engine.status().address) return;
            host.engine.on_assigned(now_);
            break;
        case What::arrival:
            return arrive(event.host, event.packet);
        case What::question:
            return ask(event.host);
    }
    settle(event.host);
}

/// After every input: performs what the engine wants, then waits for its next deadline.
void Network::settle(int index) {
    Engine& engine = at(index).engine;
    while (const auto action = engine.poll()) perform(index, *action);
    this->index(index);
    const auto due = engine.deadline().value_or(Instant::max());
    if (due == at(index).wake) return;
    at(index).wake = due;
    if (due != Instant::max()) plan(due, What::wake, index);
}

void Network::perform(int host, const engine::Action& action) {
    if (const auto* sent = std::get_if<engine::SendArp>(&action)) {
        // From the first announcement on, what we send carries the address: then it is in use.
        const Ipv4 sender = sent->packet.sender_ip;
        if (!sender.is_unspecified() && at(host).held != sender) hold(host, sender);
        send(host, sent->packet);
    } else if (const auto* assign = std::get_if<engine::Assign>(&action)) {
        plan(now_ + between(0s, assign_time_max), What::assigned, host,
             wire::make_probe({}, assign->address));
    } else if (const auto* release = std::get_if<engine::Release>(&action)) {
        note(host, "releases", wire::make_probe({}, release->address));
        hold(host, {});
    } else if (const auto* conflict = std::get_if<engine::Conflicted>(&action)) {
        ++traffic.conflicts;
        note(host, "has a conflict over", wire::make_probe({}, conflict->address));
    } else if (const auto* acquired = std::get_if<engine::Acquired>(&action)) {
        note(host, "has acquired", wire::make_probe({}, acquired->address));
        if (!at(host).first_address_at) at(host).first_address_at = now_;
    }
}

void Network::index(int index) {
    Host& host = at(index);
    const Ipv4 address = listens(host.engine.state()) ? host.engine.status().address : Ipv4{};
    if (address == host.known_for) return;
    const auto old = hearers_.find(host.known_for);
    if (old != hearers_.end()) {
        old->second.erase(index);
        if (old->second.empty()) hearers_.erase(old);
    }
    host.known_for = address;
    if (!address.is_unspecified()) hearers_[address].insert(index);
}

void Network::hold(int index, std::optional<Ipv4> address) {
    Host& host = at(index);
    if (host.held) duplicates.on_released(now_, index, *host.held);
    host.held = address;
    if (address) duplicates.on_held(now_, index, *address);
}

// ---- frames ----

void Network::send(int host, const ArpPacket& packet) {
    note(host, "sends", packet);
    ++traffic.frames;
    if (wire::is_probe(packet)) ++traffic.probes;
    plan(now_ + between(weather_.delay_min, weather_.delay_max), What::arrival, host, packet);
}

void Network::arrive(int from, const ArpPacket& packet) {
    std::set<int> to;  // the sender too: hubs echo
    for (const Ipv4& address : {packet.sender_ip, packet.target_ip}) {
        const auto found = hearers_.find(address);
        if (found != hearers_.end()) to.insert(found->second.begin(), found->second.end());
    }
    std::erase_if(to, [&](int each) { return at(each).segment != at(from).segment; });
    traffic.meaningless += static_cast<std::uint64_t>(size()) - to.size();
    for (const int each : to) deliver(from, each, packet);
}

void Network::deliver(int from, int to, const ArpPacket& packet) {
    const bool lost = static_cast<int>(below(100)) < weather_.loss_percent;
    if (from != to) duplicates.on_copy(now_, from, to, packet.sender_ip, lost);
    if (lost) {
        ++traffic.lost;
        note(to, "does not get", packet);
        return;
    }
    ++traffic.delivered;
    at(to).engine.on_arp(now_, packet);
    settle(to);
}

/// What a program on the host brings about: its kernel asks for somebody's address.
void Network::ask(int index) {
    plan(now_ + minute, What::question, index);
    const Host& host = at(index);
    const auto& other = at(static_cast<int>(below(static_cast<std::uint64_t>(size()))));
    if (!host.held || !other.held || &host == &other) return;
    send(index,
         {wire::Operation::request, host.engine.history().mac, *host.held, Mac{}, *other.held});
}

Duration Network::between(Duration low, Duration high) {
    const auto spread = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + Duration{static_cast<Duration::rep>(below(spread))};
}

// ---- for people ----

void Network::note(int host, std::string what, const ArpPacket& packet) {
    notes_.push_back({now_, host, std::move(what), packet});
}

std::string Network::trace(const std::set<Ipv4>& about) const {
    std::string text;
    for (const Note& each : notes_) {
        if (!about.contains(each.packet.sender_ip) && !about.contains(each.packet.target_ip))
            continue;
        const bool frame = each.what == "sends" || each.what == "does not get";
        text += fmt::format("{:10.4f} s  host {:<5} {} {}\n",
                            std::chrono::duration<double>(each.at - start_).count(), each.host,
                            each.what,
                            frame ? to_text(each.packet) : each.packet.target_ip.to_string());
    }
    return text;
}

}  // namespace ipv4ll::sim
