#include "avahid/session/monitors.hpp"

#include <algorithm>

namespace avahid::session {

using mdns::engine::Counters;
using mdns::engine::LinkId;

namespace {

constexpr std::string_view echo = "own_echoes";

/// The counter that has moved.
std::string_view why_dropped(const Counters& before, const Counters& after) {
    if (after.own_echoes != before.own_echoes) return echo;
    if (after.malformed != before.malformed) return "malformed";
    if (after.bad_header != before.bad_header) return "bad_header";
    if (after.bad_port != before.bad_port) return "bad_port";
    if (after.off_link != before.off_link) return "off_link";
    if (after.unsolicited != before.unsolicited) return "unsolicited";
    if (after.no_link != before.no_link) return "no_link";
    return {};
}

}  // namespace

bool Monitors::add(ClientId client, const mdns::engine::Scope& scope) {
    if (scopes_.size() >= max_monitors) return false;
    scopes_.insert_or_assign(client, scope);
    return true;
}

bool Monitors::wanted(LinkId link) const {
    return std::ranges::any_of(scopes_,
                               [link](const auto& entry) { return entry.second.contains(link); });
}

void Monitors::on_sent(const mdns::engine::SendDatagram& datagram) {
    if (!wanted(datagram.link)) return;
    packets_.push_back({.at = std::chrono::system_clock::now(),
                        .link = datagram.link,
                        .sent = true,
                        .peer = datagram.to,
                        .to_group = !datagram.to,
                        .bytes = {datagram.bytes.begin(), datagram.bytes.end()},
                        .why = datagram.why,
                        .dropped = {}});
}

void Monitors::on_received(LinkId link, const mdns::engine::Source& source,
                           std::span<const std::uint8_t> bytes, const Counters& before,
                           const Counters& after) {
    const std::string_view dropped = why_dropped(before, after);
    // What we have sent was shown when it went out.
    if (dropped == echo || !wanted(link)) return;
    packets_.push_back({.at = std::chrono::system_clock::now(),
                        .link = link,
                        .sent = false,
                        .peer = source.from,
                        .to_group = source.to_group,
                        .bytes = {bytes.begin(), bytes.end()},
                        .why = {},
                        .dropped = dropped});
}

std::optional<Packet> Monitors::poll() {
    if (packets_.empty()) return std::nullopt;
    Packet packet = std::move(packets_.front());
    packets_.pop_front();
    return packet;
}

std::vector<ClientId> Monitors::watching(LinkId link) const {
    std::vector<ClientId> clients;
    for (const auto& [client, scope] : scopes_) {
        if (scope.contains(link)) clients.push_back(client);
    }
    return clients;
}

}  // namespace avahid::session
