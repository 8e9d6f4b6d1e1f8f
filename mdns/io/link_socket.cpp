#include "mdns/io/link_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>

#include "mdns/constants.hpp"

namespace mdns::io {
namespace {

using engine::Family;
using engine::LinkId;

constexpr int hop_limit = 255;        // §11
constexpr int buffer_size = 1 << 20;  // the usual 208 KiB hold 92 full packets
constexpr int on = 1;
constexpr int off = 0;

SocketError failure(const char* step) { return {{errno, boost::system::system_category()}, step}; }

/// Does step after step until one fails.
class Setup {
public:
    explicit Setup(int fd) : fd_(fd) {}

    template <typename Value>
    Setup& set(const char* step, int level, int option, const Value& value) {
        if (!failed_ && ::setsockopt(fd_, level, option, &value, sizeof value) < 0) {
            failed_ = failure(step);
        }
        return *this;
    }
    template <typename Value>
    Setup& try_set(int level, int option, const Value& value) {
        ::setsockopt(fd_, level, option, &value, sizeof value);
        return *this;
    }
    Setup& bind_port(Family family) {
        if (failed_) return *this;
        sockaddr_in any4{};
        any4.sin_family = AF_INET;
        any4.sin_port = htons(port);
        sockaddr_in6 any6{};
        any6.sin6_family = AF_INET6;
        any6.sin6_port = htons(port);
        const bool v4 = family == Family::ipv4;
        const auto* address = v4 ? reinterpret_cast<const sockaddr*>(&any4)
                                 : reinterpret_cast<const sockaddr*>(&any6);
        const socklen_t size = v4 ? sizeof any4 : sizeof any6;
        if (::bind(fd_, address, size) < 0) failed_ = failure("bind to UDP port 5353");
        return *this;
    }
    const std::optional<SocketError>& failed() const { return failed_; }

private:
    int fd_;
    std::optional<SocketError> failed_;
};

FileDescriptor new_socket(Family family) {
    const int domain = family == Family::ipv4 ? AF_INET : AF_INET6;
    FileDescriptor fd(::socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // One socket for each family: an IPv6 one would take IPv4 along.
    if (fd.is_open() && domain == AF_INET6) Setup(fd.get()).try_set(IPPROTO_IPV6, IPV6_V6ONLY, on);
    return fd;
}

bool bind_to_device(int fd, int ifindex) {
    return ::setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof ifindex) == 0;
}

/// "SHOULD use the SO_REUSEPORT and/or SO_REUSEADDR options" (§15.1). Not bound to devices, our own
/// sockets would be one SO_REUSEPORT group: then the other option has to do.
void share_port(Setup& setup, bool bound_to_device) {
    setup.set("share the port", SOL_SOCKET, SO_REUSEADDR, on);
    if (bound_to_device) setup.set("share the port", SOL_SOCKET, SO_REUSEPORT, on);
}

void make_room_for_bursts(Setup& setup) {
    setup.try_set(SOL_SOCKET, SO_RCVBUF, buffer_size)
        .try_set(SOL_SOCKET, SO_RCVBUFFORCE, buffer_size)
        .try_set(SOL_SOCKET, SO_SNDBUF, buffer_size)
        .try_set(SOL_SOCKET, SO_SNDBUFFORCE, buffer_size);
}

// Bound last: nothing comes in before all is set.
void set_up_ipv4(Setup& setup, int ifindex) {
    ip_mreqn group{};
    ::inet_pton(AF_INET, group_ipv4, &group.imr_multiaddr);
    group.imr_ifindex = ifindex;
    ip_mreqn out{};
    out.imr_ifindex = ifindex;
    setup.set("join 224.0.0.251", IPPROTO_IP, IP_ADD_MEMBERSHIP, group)
        .set("ask for packet info", IPPROTO_IP, IP_PKTINFO, on)
        .set("refuse foreign groups", IPPROTO_IP, IP_MULTICAST_ALL, off)
        .set("choose the interface", IPPROTO_IP, IP_MULTICAST_IF, out)
        .set("set the TTL", IPPROTO_IP, IP_MULTICAST_TTL, hop_limit)
        .set("set the TTL", IPPROTO_IP, IP_TTL, hop_limit)
        .set("loop multicast back", IPPROTO_IP, IP_MULTICAST_LOOP, on)
        .bind_port(Family::ipv4);
}

void set_up_ipv6(Setup& setup, int ifindex) {
    ipv6_mreq group{};
    ::inet_pton(AF_INET6, group_ipv6, &group.ipv6mr_multiaddr);
    group.ipv6mr_interface = static_cast<unsigned>(ifindex);
    setup.set("join ff02::fb", IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, group)
        .set("ask for packet info", IPPROTO_IPV6, IPV6_RECVPKTINFO, on)
        .try_set(IPPROTO_IPV6, IPV6_MULTICAST_ALL, off)
        .set("choose the interface", IPPROTO_IPV6, IPV6_MULTICAST_IF, ifindex)
        .set("set the hop limit", IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hop_limit)
        .set("set the hop limit", IPPROTO_IPV6, IPV6_UNICAST_HOPS, hop_limit)
        .set("loop multicast back", IPPROTO_IPV6, IPV6_MULTICAST_LOOP, on)
        .bind_port(Family::ipv6);
}

}  // namespace

boost::system::result<LinkSocket, SocketError> open_link_socket(LinkId link, Binding binding) {
    LinkSocket opened{new_socket(link.family)};
    if (!opened.fd.is_open()) return failure("open a UDP socket");
    // Before bind(): what shares a port is grouped by device.
    opened.bound_to_device =
        binding != Binding::any && bind_to_device(opened.fd.get(), link.ifindex);
    Setup setup(opened.fd.get());
    if (binding != Binding::exclusive) share_port(setup, opened.bound_to_device);
    make_room_for_bursts(setup);
    if (link.family == Family::ipv4) {
        set_up_ipv4(setup, link.ifindex);
    } else {
        set_up_ipv6(setup, link.ifindex);
    }
    if (setup.failed()) return *setup.failed();
    return opened;
}

boost::system::result<LinkSocket, SocketError> open_local_socket() {
    LinkSocket opened{new_socket(Family::ipv4)};
    if (!opened.fd.is_open()) return failure("open a UDP socket");
    if (!bind_to_device(opened.fd.get(), loopback_ifindex)) return failure("bind to loopback");
    Setup setup(opened.fd.get());
    share_port(setup, true);
    setup.set("ask for packet info", IPPROTO_IP, IP_PKTINFO, on)
        .set("refuse foreign groups", IPPROTO_IP, IP_MULTICAST_ALL, off)
        .bind_port(Family::ipv4);
    if (setup.failed()) return *setup.failed();
    return opened;
}

bool port_is_taken(Family family) {
    const FileDescriptor trial = new_socket(family);
    if (!trial.is_open()) return false;
    const auto failed = Setup(trial.get()).bind_port(family).failed();
    return failed && failed->code == boost::system::errc::address_in_use;
}

}  // namespace mdns::io
