// mdns/io/counters.hpp: what happened to datagrams before the engine saw them, and after.
#pragma once

#include <cstdint>

namespace mdns::io {

/// Since start, for status and metrics.
struct Counters {
    std::uint64_t received = 0;      // handed to on_datagram
    std::uint64_t oversized = 0;     // longer than any mDNS packet (§17)
    std::uint64_t misaddressed = 0;  // broadcast, another group, or an interface not served (§11)
    std::uint64_t sent = 0;
    std::uint64_t send_dropped = 0;  // queues of the kernel were full
    std::uint64_t send_failed = 0;   // refused by the kernel
};

/// Of one link since it was opened: does its multicast come through?
struct Traffic {
    std::uint64_t group_sent = 0;
    std::uint64_t group_heard = 0;    // from others, not from this host
    std::uint64_t unicast_heard = 0;  // from others
};

}  // namespace mdns::io
