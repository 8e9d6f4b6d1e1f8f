// avahid/varlink/server.hpp: the native API on a Unix socket, for avahictl and others.
// Owns the sockets; what is said on them is conversation.hpp's business. Calls only the session.
#pragma once

#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>

#include "avahid/session/session.hpp"

namespace boost::asio {
class io_context;
}

namespace avahid::varlink {

class Server {
public:
    using Log = std::function<void(const std::string& line)>;

    /// \param pump  called from the io_context after calls into the session: carries out what they
    ///              led to, and brings events back by on_event(); never called from on_event()
    ///              itself
    /// \param log   one line for each client given up, and for trouble with the socket
    Server(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
           Log log = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Makes the socket file, open to everyone. One left behind is replaced; one that somebody
    /// answers on is not: address_in_use.
    boost::system::error_code listen(const std::string& path);
    /// Takes over a listening Unix socket (socket activation); it is closed in the end.
    boost::system::error_code adopt(int descriptor);
    /// Takes over one connected Unix socket as a client.
    boost::system::error_code serve(int descriptor);

    /// \return false: the client is none of ours
    bool on_event(dnssd::Instant now, session::ClientId client, const dnssd::Event& event);

    /// To the clients that watch.
    void on_packet(dnssd::Instant now, const session::Packet& packet);

    /// Ends all connections, and removes the socket file it made.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::varlink
