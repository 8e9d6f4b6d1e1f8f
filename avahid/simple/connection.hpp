// avahid/simple/connection.hpp: one client's socket: a line in, a reply out, goodbye.
// Transport only: what the line means is its owner's business. Bounded in input, output and time.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "avahid/keeper/descriptor.hpp"
#include "avahid/session/session.hpp"
#include "nss-plugin/protocol.h"

namespace avahid::simple {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// Called from the io_context and from start(), never from inside another call.
    class Owner {
    public:
        virtual ~Owner() = default;
        /// The client has asked. Called at most once.
        /// \param line  without its newline
        virtual void on_line(Connection& connection, std::string_view line) = 0;
        /// More than AVAHID_MAX_LINE bytes without a newline. Called instead of on_line().
        virtual void on_overlong_line(Connection& connection) = 0;
        /// The socket is closed. Called once.
        virtual void on_end(Connection& connection) = 0;
    };

    /// \param connected  non-blocking
    Connection(boost::asio::io_context& io, keeper::Descriptor connected, session::ClientId client,
               Owner& owner);

    /// Who has said the line by now, and gets the reply within on_line(), is done with it.
    void start();
    /// Sends the last of the reply and closes when the client has it.
    void finish(std::string reply);
    /// Sends the reply and stays open until the client leaves. May be called again and again.
    /// \return false: the client does not read, and is to be given up
    bool stream(std::string reply);
    /// Closes at once; the owner hears nothing more.
    void abandon();

    session::ClientId client() const { return client_; }
    /// A reply is on its way out.
    bool replying() const { return !output_.empty(); }

private:
    int descriptor();
    void wait_with_asio();
    void read();
    void on_read(const boost::system::error_code& error, std::size_t count);
    void take_line();
    void on_client_closed();
    void write(std::string reply);
    void end();

    boost::asio::local::stream_protocol::socket socket_;
    keeper::Descriptor connected_;  // until socket_ has it
    session::ClientId client_;
    Owner* owner_;  // null once it has been told of the end
    std::array<char, AVAHID_MAX_LINE + 1> input_;
    std::size_t used_ = 0;
    bool asked_ = false;    // the line is complete; what follows is thrown away
    bool closing_ = false;  // once the output is sent
    bool streaming_ = false;
    bool taking_line_ = false;  // inside of the owner's on_line()
    std::size_t ignored_ = 0;   // bytes after the line
    std::string output_;
    std::string queued_;  // what is streamed after it
};

}  // namespace avahid::simple
