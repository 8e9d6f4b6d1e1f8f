// mdns/io/sockets.hpp: UDP port 5353 on every link we serve.
// Datagrams in, each with the link it belongs to; datagrams out, gathered and sent together. No
// protocol here. Left to others: which links (avahid/net), what datagrams mean (engine).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "mdns/engine/types.hpp"
#include "mdns/io/counters.hpp"
#include "mdns/io/link_socket.hpp"
#include "mdns/io/port_owner.hpp"

namespace boost::asio {
class io_context;
}

namespace mdns::io {

struct Handlers {
    /// The bytes are valid during the call. It may send, open and close; what it sends is flushed
    /// after the last datagram that was read together.
    std::function<void(engine::LinkId, const engine::Source&, std::span<const std::uint8_t>)>
        on_datagram;
    /// Sending on the link was refused for longer than a link takes to come up, and not for the
    /// interface being down or gone; told once per link and reason.
    std::function<void(engine::LinkId, const boost::system::error_code&)> on_send_failure;
};

class Sockets {
public:
    Sockets(boost::asio::io_context& io, Handlers handlers, Binding binding = Binding::device);
    ~Sockets();
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    /// Joins the group there and receives. Of an open link: does nothing.
    boost::system::result<void, SocketError> open(engine::LinkId link);
    /// Sends what is queued for it, then leaves.
    void close(engine::LinkId link);
    bool is_open(engine::LinkId link) const;
    /// Which addresses are the link's: what comes from them is our own host's, and a datagram that
    /// this host sends to one of them belongs to that link.
    void on_addresses(engine::LinkId link, std::vector<engine::Address> addresses);
    /// Of an open link; else nothing.
    Traffic traffic(engine::LinkId link) const;

    /// Copies the datagram into the queue of its link; a link that is not open counts as failed.
    void send(const engine::SendDatagram& datagram);
    /// Sends all that is queued. Call it after the engine was drained.
    void flush();

    /// Whether another program has the port too, as known when the first link of the family was
    /// opened, or at the last look_for_others().
    bool port_shared(engine::Family family) const;
    /// Looks again, since programs come and go. \return whether port_shared() changed
    bool look_for_others();
    /// Who they are, for a warning. Walks /proc.
    std::vector<PortOwner> others() const;

    const Counters& counters() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace mdns::io
