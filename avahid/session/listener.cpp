#include "avahid/session/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace avahid::session {

using boost::asio::local::stream_protocol;
using boost::system::error_code;
namespace errc = boost::system::errc;

namespace {

constexpr auto starving_pause = std::chrono::milliseconds(100);
constexpr int at_a_time = 16;  // connections; then it is somebody else's turn
constexpr mode_t everyone = 0666;

error_code last_error() { return {errno, boost::system::system_category()}; }

/// Somebody listens there, even if too busy to take one more.
bool is_answered(boost::asio::io_context& io, const std::string& path) {
    stream_protocol::socket probe(io);
    error_code error;
    probe.open(stream_protocol(), error);
    probe.non_blocking(true, error);
    probe.connect(stream_protocol::endpoint(path), error);
    return error != errc::connection_refused && error != errc::no_such_file_or_directory;
}

/// Removes what a daemon that was killed left behind.
error_code clear_stale(boost::asio::io_context& io, const std::string& path) {
    struct stat info = {};
    if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? error_code() : last_error();
    if (!S_ISSOCK(info.st_mode)) return make_error_code(errc::file_exists);
    if (is_answered(io, path)) return make_error_code(errc::address_in_use);
    return ::unlink(path.c_str()) == 0 ? error_code() : last_error();
}

int option_of(int descriptor, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_starvation(const error_code& error) {
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::no_buffer_space || error == errc::not_enough_memory;
}

}  // namespace

Listener::Listener(boost::asio::io_context& io, std::string what, Accepted accepted, Log log)
    : acceptor_(io),
      timer_(io),
      accepted_(std::move(accepted)),
      log_(std::move(log)),
      what_(std::move(what)) {}

error_code Listener::listen(const std::string& path) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
        return make_error_code(errc::filename_too_long);
    auto& io = static_cast<boost::asio::io_context&>(acceptor_.get_executor().context());
    error_code error = clear_stale(io, path);
    if (error) return error;
    acceptor_.open(stream_protocol(), error);
    if (error) return error;
    acceptor_.bind(stream_protocol::endpoint(path), error);
    struct stat info = {};
    if (!error && ::lstat(path.c_str(), &info) == 0) {
        path_ = path;
        device_ = info.st_dev;
        inode_ = info.st_ino;
    }
    if (!error && ::chmod(path.c_str(), everyone) != 0) error = last_error();
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error) acceptor_.native_non_blocking(true, error);
    if (error) {
        stop();
        return error;
    }
    accept();
    return {};
}

error_code Listener::adopt(int descriptor) {
    if (option_of(descriptor, SO_DOMAIN) != AF_UNIX ||
        option_of(descriptor, SO_TYPE) != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1)
        return make_error_code(errc::invalid_argument);
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    error_code error;
    acceptor_.assign(stream_protocol(), descriptor, error);
    if (!error) acceptor_.native_non_blocking(true, error);
    if (!error) accept();
    return error;
}

void Listener::stop() {
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
    remove_file();
}

void Listener::remove_file() {
    const std::string path = std::exchange(path_, {});
    struct stat info = {};
    const bool ours = !path.empty() && ::lstat(path.c_str(), &info) == 0 &&
                      info.st_dev == device_ && info.st_ino == inode_;
    if (ours) ::unlink(path.c_str());
}

void Listener::accept() {
    acceptor_.async_wait(boost::asio::socket_base::wait_read,
                         [self = shared_from_this()](const error_code& stopped) {
                             if (!stopped && self->acceptor_.is_open()) self->on_connections();
                         });
}

void Listener::on_connections() {
    for (int count = 0; count < at_a_time && acceptor_.is_open(); ++count) {
        keeper::Descriptor connection(
            ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (connection) {
            starving_ = false;
            accepted_(std::move(connection));
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return pause(last_error());
        }
    }
    if (acceptor_.is_open()) accept();
}

/// Out of descriptors the connection stays in the queue, so accept() would fail at once again.
void Listener::pause(const error_code& why) {
    if (!std::exchange(starving_, true)) {
        const char* hint = is_starvation(why) ? " (too many clients at once)" : "";
        log_(what_ + ": cannot take another connection: " + why.message() + hint);
    }
    timer_.expires_after(starving_pause);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
}

std::string Peer::text() const {
    return "uid " + std::to_string(uid) + ", pid " + std::to_string(pid);
}

std::optional<Peer> peer_of(int connection) {
    ucred peer = {};
    socklen_t size = sizeof peer;
    const int failed = ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    if (failed != 0) return {};
    return Peer{peer.uid, peer.pid};
}

}  // namespace avahid::session
