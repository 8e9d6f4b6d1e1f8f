// avahid/varlink/listener.hpp: a listening Unix socket: its file, and a steady accept loop.
// Out of descriptors it waits a moment: the connection stays in the queue, so accept() would fail
// at once again and again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

namespace avahid::varlink {

class Listener : public std::enable_shared_from_this<Listener> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;
    using Accepted = std::function<void(Socket socket)>;
    using Log = std::function<void(const std::string& line)>;

    Listener(boost::asio::io_context& io, Accepted accepted, Log log);

    boost::system::error_code listen(const std::string& path);
    boost::system::error_code adopt(int descriptor);
    /// Closes, and removes the file that listen() made.
    void stop();

private:
    void accept();
    void on_accept(const boost::system::error_code& error, Socket socket);
    void pause(const boost::system::error_code& why);

    boost::asio::local::stream_protocol::acceptor acceptor_;
    boost::asio::steady_timer timer_;
    Accepted accepted_;
    Log log_;
    std::string path_;       // of the file we made
    bool starving_ = false;  // already logged
};

}  // namespace avahid::varlink
