// avahid/net/route_socket.hpp: a NETLINK_ROUTE socket: open, subscribe, receive, dump.
// Blocking and free of Asio. Left to others: waiting (link_monitor), meaning (rtnetlink).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

struct nl_sock;
struct nlmsghdr;

namespace avahid::net {

class RouteSocket {
public:
    enum class Mode {
        events,  // non-blocking, subscribed to links, addresses and default routes
        dumps,   // blocking, each wait bounded by dump_timeout
    };
    using OnMessage = std::function<void(nlmsghdr&)>;

    /// \param receive_buffer  bytes asked for; less is taken without privilege
    static boost::system::result<RouteSocket> open(Mode mode, int receive_buffer);

    int fd() const;

    /// Reads one datagram of the kernel's and gives each message in it. Errors: would_block when
    /// drained; no_buffer_space when messages were lost, by overrun or for being too large.
    boost::system::error_code receive(const OnMessage& on_message);

    /// Asks for all links, addresses, neighbours (RTM_GETLINK, RTM_GETADDR, RTM_GETNEIGH) or, with
    /// a family, routes of the main table (RTM_GETROUTE), and gives each answer.
    /// Errors: interrupted when the answer is no consistent picture, device_or_resource_busy when
    /// an earlier dump is not over: ask again.
    boost::system::error_code dump(int type, const OnMessage& on_message, std::uint8_t family = 0);

private:
    struct Free {
        void operator()(nl_sock* socket) const;
    };
    explicit RouteSocket(nl_sock* socket);
    boost::system::result<std::uint32_t> request_dump(int type, std::uint8_t family);

    std::unique_ptr<nl_sock, Free> socket_;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace avahid::net
