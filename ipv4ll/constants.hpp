// ipv4ll/constants.hpp: every number of RFC 3927, under its own name. None of them is configurable
// (§9); an owner who knows his link may scale the times of a claim, all together (RFC 5227 §2.2,
// `probe-scale`), but not those that limit what we do to others.
#pragma once

#include <chrono>
#include <cstdint>

namespace ipv4ll {

using namespace std::chrono_literals;

// §9
constexpr auto probe_wait = 1s;            // before the first probe: at most
constexpr int probe_num = 3;               // probes
constexpr auto probe_min = 1s;             // between probes: at least
constexpr auto probe_max = 2s;             // between probes: at most
constexpr auto announce_wait = 2s;         // after the last probe
constexpr int announce_num = 2;            // announcements
constexpr auto announce_interval = 2s;     // between announcements
constexpr int max_conflicts = 10;          // then new addresses come slowly; RFC 5227: "or more"
constexpr auto rate_limit_interval = 60s;  // slowly: one per this time
constexpr auto defend_interval = 10s;      // one defence per this time

// §2.1: what may be claimed; §2.8: the prefix is never anything but /16.
constexpr std::uint32_t first_address = 0xA9FE0100;    // 169.254.1.0
constexpr std::uint32_t last_address = 0xA9FEFEFF;     // 169.254.254.255
constexpr std::uint32_t network_address = 0xA9FE0000;  // 169.254.0.0
constexpr int prefix_length = 16;
constexpr std::uint32_t broadcast_address = 0xA9FEFFFF;  // 169.254.255.255

/// May this address (host byte order) be claimed? (§2.1)
constexpr bool claimable(std::uint32_t address) {
    return address >= first_address && address <= last_address;
}

// Ours, where the RFC leaves the number to us.
constexpr auto conflict_memory = 60s;  // held so long without a conflict: the counter starts anew
constexpr auto refused_pause =
    10s;  // the system refused an address or a probe: before we try again
constexpr auto reply_interval = 1s;  // §2.5: one broadcast reply per asker and this time
constexpr double min_probe_scale = 0.1;
constexpr double max_probe_scale = 10.0;

}  // namespace ipv4ll
