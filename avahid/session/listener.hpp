// avahid/session/listener.hpp: a listening Unix socket: its file, and an accept loop that never
// spins. Shared by the APIs that have one; who the peer is comes from SO_PEERCRED.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "avahid/keeper/descriptor.hpp"

namespace avahid::session {

class Listener : public std::enable_shared_from_this<Listener> {
public:
    /// Not of Asio yet: who is answered at once never costs a registration with epoll.
    /// \param connection  non-blocking and close-on-exec
    using Accepted = std::function<void(keeper::Descriptor connection)>;
    using Log = std::function<void(const std::string& line)>;

    /// \param what  begins each log line: "control socket"
    Listener(boost::asio::io_context& io, std::string what, Accepted accepted, Log log);

    /// Makes the socket file, open to everyone. A file left behind is replaced, one that somebody
    /// answers on is not (address_in_use), nor is anything that is no socket (file_exists).
    boost::system::error_code listen(const std::string& path);
    /// Takes over a listening Unix stream socket; on failure it stays the caller's.
    boost::system::error_code adopt(int descriptor);
    /// Closes, and removes the file that listen() made, if it still is that one.
    void stop();

private:
    void accept();
    void on_connections();
    void pause(const boost::system::error_code& why);
    void remove_file();

    boost::asio::local::stream_protocol::acceptor acceptor_;
    boost::asio::steady_timer timer_;
    Accepted accepted_;
    Log log_;
    std::string what_;
    std::string path_;  // of the file we made
    dev_t device_ = 0;
    ino_t inode_ = 0;
    bool starving_ = false;  // already logged
};

struct Peer {
    uid_t uid = 0;
    pid_t pid = 0;
    std::string text() const;  // "uid 1000, pid 42": for the log
};
/// Empty when the kernel does not know: then it is nobody's.
std::optional<Peer> peer_of(int connection);

}  // namespace avahid::session
