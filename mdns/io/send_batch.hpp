// mdns/io/send_batch.hpp: datagrams of one socket, gathered and sent in one system call.
// Left to others: when to send (sockets), how big a datagram may be (engine).
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "mdns/engine/types.hpp"
#include "mdns/io/silent_hosts.hpp"

namespace mdns::io {

struct SendOutcome {
    std::size_t sent = 0;
    std::size_t dropped = 0;  // no room in the socket's or the device's queue
    std::size_t failed = 0;   // refused for another reason
    int error = 0;            // errno of the last refusal
    bool stuck = false;       // what is left has to be tried again
};

/// Its memory is kept between flushes, but for that of a burst.
class SendBatch {
public:
    explicit SendBatch(engine::LinkId link) : link_(link) {}

    /// Copies. \param to    empty: the group
    ///         \param from  the source address; empty: the kernel chooses
    /// \return false: `to` is not of the link's family
    bool add(std::span<const std::uint8_t> bytes, const std::optional<engine::Endpoint>& to,
             const std::optional<engine::Address>& from);
    bool empty() const { return items_.empty(); }
    /// Time to flush, or a burst would be held in memory as a whole.
    bool full() const { return items_.size() >= 64 || bytes_.size() >= 256 * 1024; }

    /// Sends all, in order. What cannot be sent now is dropped: mDNS repeats what matters, and late
    /// answers are worse than none. But a link that has just come up may not have its routes or
    /// addresses yet: if `patient`, what is refused for that is kept, with all that follows it.
    SendOutcome flush(int fd, bool patient = false);

private:
    union SocketAddress {
        sockaddr_in v4;
        sockaddr_in6 v6;
    };
    struct Item {
        std::size_t offset;
        std::size_t length;
        SocketAddress to;
        bool to_group;
        std::optional<engine::Address> from;
    };
    static constexpr std::size_t chunk = 32;  // messages per system call
    static constexpr std::size_t kept_bytes = 64 * 1024;

    std::optional<SocketAddress> target(const std::optional<engine::Endpoint>& to) const;
    int send_some(int fd, std::size_t first, std::size_t most);
    bool send_unicast(int fd, std::size_t index, int& taken);
    void forget(std::size_t count);

    engine::LinkId link_;
    std::vector<std::uint8_t> bytes_;
    std::vector<Item> items_;
    std::unique_ptr<SilentHosts> silent_;  // once the send buffer has filled up
};

}  // namespace mdns::io
