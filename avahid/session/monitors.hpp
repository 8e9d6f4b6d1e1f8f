// avahid/session/monitors.hpp: clients that watch the packets come and go.
// While there are none, any() is false and nothing is copied or kept. Packets wait in a queue, as
// events do, until the engine has been drained.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "mdns/engine/engine.hpp"

namespace avahid::session {

enum class ClientId : std::uint64_t;

/// One datagram, and what became of it.
struct Packet {
    std::chrono::system_clock::time_point at;  // for people
    mdns::engine::LinkId link;
    bool sent = false;
    std::optional<mdns::engine::Endpoint> peer;  // sender or receiver; empty: sent to the group
    bool to_group = true;
    std::vector<std::uint8_t> bytes;
    mdns::engine::Cause why;   // of what we sent
    std::string_view dropped;  // why what we got was left alone: the name of a counter, or empty
};

class Monitors {
public:
    // Each packet is decoded anew for each of them.
    static constexpr std::size_t max_monitors = 8;

    bool any() const { return !scopes_.empty(); }
    /// \return false: there are enough of them
    bool add(ClientId client, const mdns::engine::Scope& scope);
    void remove(ClientId client) { scopes_.erase(client); }

    void on_sent(const mdns::engine::SendDatagram& datagram);
    /// \param before  the engine's counters before it was given the datagram
    void on_received(mdns::engine::LinkId link, const mdns::engine::Source& source,
                     std::span<const std::uint8_t> bytes, const mdns::engine::Counters& before,
                     const mdns::engine::Counters& after);

    std::optional<Packet> poll();
    /// Who wants the packets of this link.
    std::vector<ClientId> watching(mdns::engine::LinkId link) const;

private:
    bool wanted(mdns::engine::LinkId link) const;

    std::map<ClientId, mdns::engine::Scope> scopes_;
    std::deque<Packet> packets_;
};

}  // namespace avahid::session
