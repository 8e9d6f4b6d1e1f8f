// mdns/constants.hpp: every number of RFC 6762, under the section that gives it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mdns {

using namespace std::chrono_literals;

constexpr std::uint16_t port = 5353;               // §3
constexpr const char* group_ipv4 = "224.0.0.251";  // §3
constexpr const char* group_ipv6 = "ff02::fb";     // §3

constexpr auto query_delay_min = 20ms;                // §5.2
constexpr auto query_delay_max = 120ms;               // §5.2
constexpr auto first_interval = 1s;                   // §5.2
constexpr auto max_interval = 3600s;                  // §5.2
constexpr int refresh_percents[] = {80, 85, 90, 95};  // §5.2
constexpr int refresh_jitter_percent = 2;             // §5.2
constexpr int unicast_ttl_fraction = 4;               // §5.4: a quarter of the TTL
constexpr auto unicast_response_window = 2s;          // §6 "within the last two seconds"

constexpr auto response_delay_min = 20ms;     // §6
constexpr auto response_delay_max = 120ms;    // §6
constexpr auto truncated_delay_min = 400ms;   // §6, §7.2
constexpr auto truncated_delay_max = 500ms;   // §6, §7.2
constexpr auto record_interval = 1s;          // §6: one multicast per record and second
constexpr auto defence_interval = 250ms;      // §6: the same, defending against a probe
constexpr std::uint32_t legacy_max_ttl = 10;  // §6.7
constexpr std::size_t legacy_max_size = 512;  // §6.7, §18.5

constexpr auto probe_wait_max = 250ms;  // §8.1
constexpr auto probe_interval = 250ms;  // §8.1
constexpr int probe_count = 3;          // §8.1
constexpr int conflict_limit = 15;      // §8.1
constexpr auto conflict_window = 10s;   // §8.1
constexpr auto conflict_pause = 5s;     // §8.1
constexpr auto tie_break_wait = 1s;     // §8.2
constexpr int announce_count = 2;       // §8.3
constexpr auto announce_interval = 1s;  // §8.3
constexpr int update_limit = 10;        // §8.4: changes of a record
constexpr auto update_window = 61s;     // §8.4: ten in any minute, both ends counted

constexpr std::uint32_t host_ttl = 120;    // §10: names of hosts, or rdata naming one
constexpr std::uint32_t other_ttl = 4500;  // §10: 75 minutes
constexpr auto goodbye_grace = 1s;         // §10.1
constexpr auto flush_grace = 1s;           // §10.2
constexpr auto reconfirm_time = 10s;       // §10.4, §10.5
constexpr auto reconfirm_interval = 2s;    // §10.4: between the two queries

constexpr std::size_t max_packet = 9000;   // §17, with IP and UDP headers
constexpr std::size_t ipv4_overhead = 28;  // §17: IPv4 and UDP header
constexpr std::size_t ipv6_overhead = 48;  // §17: IPv6 and UDP header
/// §17: owner name and rdata of a record alone in its packet: the message's header takes 12 bytes,
/// the record's type, class, TTL and length 10.
constexpr std::size_t max_record = max_packet - ipv6_overhead - 12 - 10;

}  // namespace mdns
