// avahid/simple/server.hpp: Avahi's line protocol on a Unix socket, for nss-plugin and libnss-mdns.
// Owns the sockets and turns lines into calls of the session; what the lines say is
// line_protocol.hpp's business.
#pragma once

#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "avahid/session/session.hpp"
#include "avahid/unicast/zone.hpp"

namespace boost::asio {
class io_context;
}

namespace avahid::simple {

/// How long a client may take. Looked at every `sweep`.
struct Limits {
    std::chrono::milliseconds to_ask = std::chrono::seconds(30);     // people type, too
    std::chrono::milliseconds to_answer = std::chrono::seconds(10);  // ours: then it is a timeout
    std::chrono::milliseconds to_read = std::chrono::seconds(10);    // the reply
    std::chrono::milliseconds sweep = std::chrono::seconds(1);
};

class Server {
public:
    using Log = std::function<void(const std::string& line)>;

    /// \param pump  called from the io_context after calls into the session: carries out what they
    ///              led to, and brings events back by on_event(); never called from on_event()
    ///              itself
    /// \param log   one line for each client given up, and for trouble with the socket
    Server(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
           Log log = {}, const Limits& limits = {});
    ~Server();
    /// Asked in each of our own module's lookups: are the names of .local the DNS servers'?
    void set_local_zone(std::function<unicast::Zone()> zone);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Makes the socket file, open to everyone. One left behind is replaced; one that somebody
    /// answers on is not: address_in_use.
    boost::system::error_code listen(const std::string& path);
    /// Takes over a listening Unix stream socket (socket activation); on failure it stays the
    /// caller's.
    boost::system::error_code adopt(int descriptor);

    /// \return false: the client is none of ours
    bool on_event(dnssd::Instant now, session::ClientId client, const dnssd::Event& event);

    /// Ends all connections, and removes the socket file it made.
    void stop();
    std::size_t connections() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::simple
