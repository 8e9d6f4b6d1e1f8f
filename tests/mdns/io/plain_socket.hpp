// tests/mdns/io/plain_socket.hpp: a UDP socket as other programs have it, on this host or another.
// It belongs to the network namespace in which it was made.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "mdns/io/file_descriptor.hpp"

namespace test {

struct Seen {
    std::string bytes;
    std::string from;  // without scope
    int port = 0;
    int hop_limit = -1;
};

class PlainSocket {
public:
    explicit PlainSocket(int domain)
        : v4_(domain == AF_INET), fd_(::socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        set(SOL_SOCKET, SO_RCVBUF, 4 << 20);
        if (v4_) {
            set(IPPROTO_IP, IP_RECVTTL, 1);
        } else {
            set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
            set(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        }
    }

    PlainSocket& share_address() {
        set(SOL_SOCKET, SO_REUSEADDR, 1);
        return *this;
    }
    PlainSocket& share_port() {
        share_address();
        set(SOL_SOCKET, SO_REUSEPORT, 1);
        return *this;
    }
    PlainSocket& bind(int port) {
        const auto any = address(v4_ ? "0.0.0.0" : "::", port, 0);
        EXPECT_EQ(::bind(get(), any.get(), any.size), 0) << std::strerror(errno);
        return *this;
    }
    PlainSocket& join(const std::string& interface) {
        const int ifindex = index_there(interface);
        if (v4_) {
            ip_mreqn group{};
            ::inet_pton(AF_INET, "224.0.0.251", &group.imr_multiaddr);
            group.imr_ifindex = ifindex;
            set(IPPROTO_IP, IP_ADD_MEMBERSHIP, group);
        } else {
            ipv6_mreq group{};
            ::inet_pton(AF_INET6, "ff02::fb", &group.ipv6mr_multiaddr);
            group.ipv6mr_interface = static_cast<unsigned>(ifindex);
            set(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, group);
        }
        return *this;
    }
    PlainSocket& hear_only(const std::string& interface) {
        set(SOL_SOCKET, SO_BINDTOIFINDEX, index_there(interface));
        return *this;
    }
    PlainSocket& allow_broadcast() {
        set(SOL_SOCKET, SO_BROADCAST, 1);
        return *this;
    }
    PlainSocket& small_ttl() {
        set(IPPROTO_IP, IP_MULTICAST_TTL, 1);
        return *this;
    }

    void send_to_group(const std::string& bytes, const std::string& interface, int port = 5353) {
        const int ifindex = index_there(interface);
        if (v4_) {
            ip_mreqn out{};
            out.imr_ifindex = ifindex;
            set(IPPROTO_IP, IP_MULTICAST_IF, out);
        } else {
            set(IPPROTO_IPV6, IPV6_MULTICAST_IF, ifindex);
        }
        send_to(bytes, v4_ ? "224.0.0.251" : "ff02::fb", port, ifindex);
    }
    void send_to(const std::string& bytes, const char* to, int port = 5353, int scope = 0) {
        const auto name = address(to, port, scope);
        EXPECT_EQ(::sendto(get(), bytes.data(), bytes.size(), 0, name.get(), name.size),
                  static_cast<ssize_t>(bytes.size()))
            << to << ": " << std::strerror(errno);
    }

    /// The next datagram, if one comes within the time.
    std::optional<Seen> receive(int milliseconds = 2000) {
        pollfd ready{get(), POLLIN, 0};
        if (::poll(&ready, 1, milliseconds) <= 0) return std::nullopt;
        std::vector<char> bytes(65536);
        sockaddr_storage name{};
        alignas(cmsghdr) char control[256];
        iovec into{bytes.data(), bytes.size()};
        msghdr header{};
        header.msg_name = &name;
        header.msg_namelen = sizeof name;
        header.msg_iov = &into;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        const auto length = ::recvmsg(get(), &header, 0);
        if (length < 0) return std::nullopt;
        Seen seen{std::string(bytes.data(), static_cast<std::size_t>(length)), "", 0, -1};
        read_name(name, seen);
        for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
            std::memcpy(&seen.hop_limit, CMSG_DATA(c), sizeof seen.hop_limit);
        }
        return seen;
    }
    /// The port the kernel chose.
    int port() const {
        sockaddr_storage name{};
        socklen_t size = sizeof name;
        ::getsockname(get(), reinterpret_cast<sockaddr*>(&name), &size);
        Seen seen;
        read_name(name, seen);
        return seen.port;
    }

    /// In the namespace of the socket, not that of the program.
    int index_there(const std::string& interface) const {
        ifreq request{};
        interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
        EXPECT_EQ(::ioctl(get(), SIOCGIFINDEX, &request), 0) << interface;
        return request.ifr_ifindex;
    }
    /// In the namespace of the program.
    static int index(const std::string& interface) {
        return static_cast<int>(::if_nametoindex(interface.c_str()));
    }

private:
    struct Name {
        sockaddr_storage storage{};
        socklen_t size = 0;
        const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    };

    int get() const { return fd_.get(); }
    template <typename Value>
    void set(int level, int option, const Value& value) {
        EXPECT_EQ(::setsockopt(get(), level, option, &value, sizeof value), 0)
            << option << ": " << std::strerror(errno);
    }
    Name address(const char* text, int port, int scope) const {
        Name name;
        if (v4_) {
            sockaddr_in v4{};
            v4.sin_family = AF_INET;
            v4.sin_port = htons(static_cast<std::uint16_t>(port));
            ::inet_pton(AF_INET, text, &v4.sin_addr);
            std::memcpy(&name.storage, &v4, name.size = sizeof v4);
        } else {
            sockaddr_in6 v6{};
            v6.sin6_family = AF_INET6;
            v6.sin6_port = htons(static_cast<std::uint16_t>(port));
            v6.sin6_scope_id = static_cast<std::uint32_t>(scope);
            ::inet_pton(AF_INET6, text, &v6.sin6_addr);
            std::memcpy(&name.storage, &v6, name.size = sizeof v6);
        }
        return name;
    }
    void read_name(const sockaddr_storage& name, Seen& into) const {
        char text[INET6_ADDRSTRLEN] = "";
        if (v4_) {
            sockaddr_in v4{};
            std::memcpy(&v4, &name, sizeof v4);
            ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
            into.port = ntohs(v4.sin_port);
        } else {
            sockaddr_in6 v6{};
            std::memcpy(&v6, &name, sizeof v6);
            ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
            into.port = ntohs(v6.sin6_port);
        }
        into.from = text;
    }

    bool v4_;
    mdns::io::FileDescriptor fd_;
};

}  // namespace test
