// mdns/io/link_socket.hpp: opens the UDP 5353 socket of one link, RFC 6762 §3, §11, §15.1.
// One socket per (interface, family), bound to its device, because
//   - a socket may join only igmp_max_memberships (20) groups, and links there may be hundreds;
//   - "only my own memberships" (MULTICAST_ALL off) looks at the interface with IPv4, not with
//   IPv6;
//   - sockets that share a port and a device are one group, of which newer kernels (6.x) give a
//     multicast datagram that only one of them has joined to any: so each has a group of its own;
//   - unicast comes to the socket of the interface it came in on. From this host itself it comes in
//     on the loopback interface, by IPv4, whosever the address: a socket bound to that one is
//     there for it, which no other host can reach (a wildcard one would be given, too, what comes
//     in on interfaces that are denied);
//   - it stays right where the interface is a port of a VRF, whose packets bear the VRF's index.
// Beside another program on the port all this holds, but whether unicast comes to it or to us is
// the kernel's choice: to us if it has not set SO_REUSEPORT, else to who has bound last (§15.1).
// Left to others: reading (receive_batch), writing (send_batch), which links (sockets).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>

#include "mdns/engine/types.hpp"
#include "mdns/io/file_descriptor.hpp"

namespace mdns::io {

/// What failed, and in which step: enough for one line in the log.
struct SocketError {
    boost::system::error_code code;
    const char* step = "";
    std::string text() const { return std::string(step) + ": " + code.message(); }
};

struct LinkSocket {
    FileDescriptor fd;
    /// false: the kernel does not let us (before 5.7, without privilege). Then unicast for any link
    /// may come in here, and IPv6 multicast of any: the receiver has to look at the packet info.
    bool bound_to_device = true;
};

constexpr int loopback_ifindex = 1;  // in every network namespace

/// `any` is what an old kernel leaves us, and for tests; `exclusive`: as device, and no other
/// program may have the port (disallow-other-stacks).
enum class Binding { device, any, exclusive };

/// Non-blocking, joined to the link's group, TTL 255 for unicast and multicast.
boost::system::result<LinkSocket, SocketError> open_link_socket(engine::LinkId link,
                                                                Binding binding = Binding::device);

/// Bound to the loopback interface and joined to nothing: for IPv4 queries of this host to its own
/// addresses.
boost::system::result<LinkSocket, SocketError> open_local_socket();

/// Whether somebody has port 5353: a trial bind without reuse options (§15.1). Only before the
/// first socket of ours is open does that say anything about others.
bool port_is_taken(engine::Family family);

}  // namespace mdns::io
