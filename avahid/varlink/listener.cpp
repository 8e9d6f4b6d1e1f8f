#include "avahid/varlink/listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace avahid::varlink {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr auto starving_pause = std::chrono::milliseconds(100);
constexpr mode_t everyone = 0666;  // who may do what is decided per call

bool is_socket(const std::string& path) {
    struct stat info = {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

/// Somebody listens there, even if too busy to take one more.
bool is_answered(boost::asio::io_context& io, const stream_protocol::endpoint& endpoint) {
    stream_protocol::socket probe(io);
    error_code error;
    probe.open(stream_protocol(), error);
    probe.non_blocking(true, error);
    probe.connect(endpoint, error);
    return !error || error == boost::asio::error::try_again ||
           error == boost::asio::error::would_block;
}

bool is_starvation(const error_code& error) {
    namespace errc = boost::system::errc;
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::no_buffer_space || error == errc::not_enough_memory;
}

}  // namespace

Listener::Listener(boost::asio::io_context& io, Accepted accepted, Log log)
    : acceptor_(io), timer_(io), accepted_(std::move(accepted)), log_(std::move(log)) {}

error_code Listener::listen(const std::string& path) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
        return make_error_code(boost::system::errc::filename_too_long);
    }
    auto& io = static_cast<boost::asio::io_context&>(acceptor_.get_executor().context());
    const stream_protocol::endpoint endpoint(path);
    error_code error;
    acceptor_.open(stream_protocol(), error);
    if (error) return error;
    acceptor_.bind(endpoint, error);
    if (error == boost::asio::error::address_in_use && is_socket(path) &&
        !is_answered(io, endpoint)) {
        ::unlink(path.c_str());
        error.clear();
        acceptor_.bind(endpoint, error);
    }
    if (!error) path_ = path;
    if (!error && ::chmod(path.c_str(), everyone) != 0) {
        error.assign(errno, boost::system::system_category());
    }
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) {
        stop();
        return error;
    }
    accept();
    return {};
}

error_code Listener::adopt(int descriptor) {
    error_code error;
    acceptor_.assign(stream_protocol(), descriptor, error);
    if (!error) accept();
    return error;
}

void Listener::stop() {
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
    if (!path_.empty()) ::unlink(std::exchange(path_, {}).c_str());
}

void Listener::accept() {
    acceptor_.async_accept([self = shared_from_this()](const error_code& error, Socket socket) {
        self->on_accept(error, std::move(socket));
    });
}

void Listener::on_accept(const error_code& error, Socket socket) {
    if (!acceptor_.is_open()) return;
    if (error && error != boost::asio::error::connection_aborted) return pause(error);
    starving_ = false;
    if (!error) accepted_(std::move(socket));
    if (acceptor_.is_open()) accept();
}

void Listener::pause(const error_code& why) {
    if (!std::exchange(starving_, true)) {
        const char* hint = is_starvation(why) ? " (too many clients at once)" : "";
        log_("control socket: cannot take another connection: " + why.message() + hint);
    }
    timer_.expires_after(starving_pause);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
}

}  // namespace avahid::varlink
