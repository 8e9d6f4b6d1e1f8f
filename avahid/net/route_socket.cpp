#include "avahid/net/route_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <optional>

namespace avahid::net {
namespace {

using boost::system::error_code;

constexpr std::size_t buffer_size = 64 * 1024;  // the kernel fills at most 32 KiB at once
constexpr timeval dump_timeout{.tv_sec = 2, .tv_usec = 0};

error_code system_error(int number) { return {number, boost::system::system_category()}; }

void enlarge_receive_buffer(int fd, int bytes) {
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

constexpr std::uint16_t type_at = offsetof(nlmsghdr, nlmsg_type);
constexpr std::uint16_t family_at = NLMSG_HDRLEN + offsetof(ifinfomsg, ifi_family);
constexpr std::uint16_t prefix_at = NLMSG_HDRLEN + offsetof(rtmsg, rtm_dst_len);

/// The kernel drops what we would drop: all routes but default ones, of which a router or a host of
/// containers has thousands, and what a bridge says of its ports.
int subscribe_to_little(int fd) {
    // A filter loads as network order what the kernel wrote in the machine's.
    const auto load = [](std::uint16_t size, std::uint16_t at) -> sock_filter {
        return BPF_STMT(static_cast<std::uint16_t>(BPF_LD | BPF_ABS | size), at);
    };
    const auto is = [](std::uint32_t value, std::uint8_t then, std::uint8_t otherwise) {
        return sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise);
    };
    sock_filter program[] = {
        load(BPF_H, type_at),
        is(htons(RTM_NEWLINK), 3, 0),
        is(htons(RTM_DELLINK), 2, 0),
        is(htons(RTM_NEWROUTE), 3, 0),
        is(htons(RTM_DELROUTE), 2, 4),
        load(BPF_B, family_at),
        is(AF_UNSPEC, 2, 3),
        load(BPF_B, prefix_at),
        is(0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),  // all of it
        BPF_STMT(BPF_RET | BPF_K, 0),           // none of it
    };
    const sock_fprog filter{.len = static_cast<unsigned short>(std::size(program)),
                            .filter = program};
    return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

int configure(nl_sock* socket, RouteSocket::Mode mode) {
    if (mode == RouteSocket::Mode::dumps) {
        // Linux 4.20: a dump of one table only. Before, the rest is sent along and left out here.
        const int on = 1;
        ::setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
        return ::setsockopt(nl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &dump_timeout,
                            sizeof dump_timeout);
    }
    if (nl_socket_set_nonblocking(socket) < 0) return -1;
    subscribe_to_little(nl_socket_get_fd(socket));  // if not: more to read, the same to know
    return nl_socket_add_memberships(socket, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                     RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NONE);
}

}  // namespace

void RouteSocket::Free::operator()(nl_sock* socket) const { nl_socket_free(socket); }

RouteSocket::RouteSocket(nl_sock* socket) : socket_(socket), buffer_(buffer_size) {}

boost::system::result<RouteSocket> RouteSocket::open(Mode mode, int receive_buffer) {
    errno = 0;
    nl_sock* const raw = nl_socket_alloc();
    if (raw == nullptr) return system_error(ENOMEM);
    RouteSocket socket(raw);
    const bool ready = nl_connect(raw, NETLINK_ROUTE) == 0 && configure(raw, mode) >= 0;
    if (!ready) return system_error(errno != 0 ? errno : EIO);
    enlarge_receive_buffer(socket.fd(), receive_buffer);
    return socket;
}

int RouteSocket::fd() const { return nl_socket_get_fd(socket_.get()); }

error_code RouteSocket::receive(const OnMessage& on_message) {
    sockaddr_nl from{};
    iovec into{buffer_.data(), buffer_.size()};
    msghdr datagram{};
    datagram.msg_name = &from;
    datagram.msg_namelen = sizeof from;
    datagram.msg_iov = &into;
    datagram.msg_iovlen = 1;
    ssize_t received = 0;
    do received = ::recvmsg(fd(), &datagram, 0);
    while (received < 0 && errno == EINTR);
    if (received < 0) return system_error(errno);
    if ((datagram.msg_flags & MSG_TRUNC) != 0) return system_error(ENOBUFS);
    if (from.nl_pid != 0) return {};  // anyone may write to our port; only the kernel has pid 0

    int left = static_cast<int>(received);
    auto* message = reinterpret_cast<nlmsghdr*>(buffer_.data());
    for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) on_message(*message);
    return {};
}

boost::system::result<std::uint32_t> RouteSocket::request_dump(int type, std::uint8_t family) {
    const std::unique_ptr<nl_msg, decltype(&nlmsg_free)> message(
        nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP), &nlmsg_free);
    if (!message) return system_error(ENOMEM);
    const auto append = [&](const auto& header) {
        auto copy = header;
        return nlmsg_append(message.get(), &copy, sizeof copy, NLMSG_ALIGNTO);
    };
    int status = 0;
    if (type == RTM_GETLINK) {
        status = append(ifinfomsg{});
        // Counters are most of a link's description, and not wanted.
        if (status >= 0)
            status = nla_put_u32(message.get(), IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    } else if (type == RTM_GETADDR) {
        status = append(ifaddrmsg{});
    } else if (type == RTM_GETNEIGH) {
        status = append(ndmsg{});
    } else {
        rtmsg route{};
        route.rtm_family = family;
        route.rtm_table = RT_TABLE_MAIN;
        status = append(route);
    }
    if (status < 0) return system_error(ENOMEM);
    nl_complete_msg(socket_.get(), message.get());
    errno = 0;
    if (nl_send(socket_.get(), message.get()) < 0) return system_error(errno != 0 ? errno : EIO);
    return nlmsg_hdr(message.get())->nlmsg_seq;
}

error_code RouteSocket::dump(int type, const OnMessage& on_message, std::uint8_t family) {
    const auto sequence = request_dump(type, family);
    if (!sequence) return sequence.error();
    std::optional<error_code> outcome;  // set by the last message
    bool interrupted = false;
    const auto take = [&](nlmsghdr& message) {
        if (message.nlmsg_seq != *sequence) return;  // of a dump given up before
        interrupted = interrupted || (message.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (message.nlmsg_type == NLMSG_DONE) {
            outcome = error_code();
        } else if (message.nlmsg_type == NLMSG_ERROR) {
            const auto* error = static_cast<const nlmsgerr*>(nlmsg_data(&message));
            const bool whole = nlmsg_valid_hdr(&message, sizeof *error) != 0;
            outcome = system_error(whole ? -error->error : EIO);
        } else {
            on_message(message);
        }
    };
    while (!outcome) {
        if (const error_code failed = receive(take)) return failed;
    }
    if (!*outcome && interrupted) return system_error(EINTR);
    return *outcome;
}

}  // namespace avahid::net
