// avahid/varlink/connection.hpp: the socket of one client, around its Conversation.
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "avahid/varlink/conversation.hpp"

namespace avahid::varlink {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;
    struct Hooks {
        std::function<void()> pump;  // the session was called
        std::function<void(session::ClientId, const std::string& why)> gone;  // called once, last
    };

    Connection(Socket socket, session::Session& session, session::ClientId client, Hooks hooks);

    void start();
    /// The caller pumps.
    void on_event(dnssd::Instant now, const dnssd::Event& event);
    void on_packet(dnssd::Instant now, const session::Packet& packet);
    /// Closes without a word to anyone.
    void abandon();

private:
    void read();
    void on_read(const boost::system::error_code& error, std::size_t count);
    void write();
    void on_written(const boost::system::error_code& error, std::size_t count);
    void proceed();
    void give_up();
    void leave();

    Socket socket_;
    session::ClientId client_;
    Conversation conversation_;
    Hooks hooks_;
    // A few calls at a time: who asks without end waits its turn like everybody.
    std::array<char, 512> incoming_;
    std::string outgoing_;     // being written
    std::size_t written_ = 0;  // of it
    bool reading_ = false;
    bool read_ended_ = false;
    bool closed_ = false;
};

}  // namespace avahid::varlink
