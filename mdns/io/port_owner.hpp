// mdns/io/port_owner.hpp: who else on this machine has UDP port 5353 (§15.1), for one warning.
// Reads /proc; without privilege the sockets are seen, but not whose they are.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mdns/engine/types.hpp"

namespace mdns::io {

using Inode = std::uint64_t;

/// A line of /proc/net/udp or udp6.
struct UdpSocketRow {
    std::uint16_t local_port = 0;
    std::uint32_t uid = 0;
    Inode inode = 0;
    bool operator==(const UdpSocketRow&) const = default;
};
/// Lines that are not understood are left out.
std::vector<UdpSocketRow> parse_udp_table(std::string_view text);

struct PortOwner {
    std::uint32_t uid = 0;
    int pid = 0;          // 0: not permitted to know
    std::string program;  // its short name; empty: not known
    bool operator==(const PortOwner&) const = default;
};

/// Sockets on port 5353 in this network namespace, less those of `own`.
std::vector<UdpSocketRow> other_sockets(engine::Family family, const std::set<Inode>& own);
/// Whose they are; one entry per process, and one per user where the process is not known. Walks
/// /proc/PID/fd: not for busy paths.
std::vector<PortOwner> owners_of(const std::vector<UdpSocketRow>& sockets);
/// For a log line, such as "avahi-daemon (pid 312), a process of uid 101".
std::string describe(const std::vector<PortOwner>& owners);

}  // namespace mdns::io
