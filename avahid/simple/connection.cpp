// avahid/simple/connection.cpp: see connection.hpp.
#include "avahid/simple/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace avahid::simple {

using boost::system::error_code;

namespace {

constexpr std::size_t queued_max = 65536;
constexpr std::size_t ignored_max = 4096;  // bytes after the line; then nobody reads any more

/// Both directions are shut: nobody is left to read a reply. After shutdown(SHUT_WR) one still is.
bool is_hung_up(int fd) {
    pollfd entry{.fd = fd, .events = 0, .revents = 0};
    return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

Connection::Connection(boost::asio::io_context& io, keeper::Descriptor connected,
                       session::ClientId client, Owner& owner)
    : socket_(io), connected_(std::move(connected)), client_(client), owner_(&owner) {}

int Connection::descriptor() {
    return socket_.is_open() ? socket_.native_handle() : connected_.get();
}

/// Only who has to wait costs a registration with epoll, which takes as long as all the rest.
void Connection::wait_with_asio() {
    if (socket_.is_open()) return;
    error_code failed;
    socket_.assign(boost::asio::local::stream_protocol(), connected_.get(), failed);
    if (!failed) (void)connected_.release();  // else reading and writing tell
}

/// Most clients have said their line by now: they are answered before anyone else is looked at.
void Connection::start() {
    const auto self = shared_from_this();
    const ssize_t got = ::recv(descriptor(), input_.data(), input_.size(), MSG_DONTWAIT);
    if (got > 0) return on_read({}, static_cast<std::size_t>(got));
    if (got == 0) return on_read(boost::asio::error::eof, 0);
    read();  // it tells of errors, too
}

void Connection::read() {
    wait_with_asio();
    const auto space = boost::asio::buffer(input_) + (asked_ ? 0 : used_);
    socket_.async_read_some(
        space, [self = shared_from_this()](const error_code& error, std::size_t count) {
            self->on_read(error, count);
        });
}

void Connection::on_read(const error_code& error, std::size_t count) {
    if (owner_ == nullptr) return;
    if (error) return on_client_closed();
    if (asked_) {
        ignored_ += count;
    } else {
        used_ += count;
        taking_line_ = true;
        take_line();
        taking_line_ = false;
    }
    if (owner_ == nullptr) return;
    if (closing_ && output_.empty()) return end();
    if (ignored_ < ignored_max) return read();
    if (streaming_) end();  // it would never be seen to leave
}

void Connection::take_line() {
    const std::string_view seen(input_.data(), used_);
    const std::size_t newline = seen.find('\n');
    if (newline != std::string_view::npos) {
        asked_ = true;
        owner_->on_line(*this, seen.substr(0, newline));
    } else if (used_ == input_.size()) {
        asked_ = true;
        owner_->on_overlong_line(*this);
    }
}

/// A client may close its sending side after the line, and waits for the reply; one that is gone
/// altogether, or has not asked, or is being streamed to, leaves.
void Connection::on_client_closed() {
    if (closing_) return;  // the write will tell
    const bool waits = asked_ && !streaming_ && !is_hung_up(descriptor());
    if (!waits) end();
}

void Connection::finish(std::string reply) {
    closing_ = true;
    write(std::move(reply));
}

bool Connection::stream(std::string reply) {
    streaming_ = true;
    if (output_.empty()) {
        write(std::move(reply));
        return true;
    }
    queued_ += reply;
    return queued_.size() <= queued_max;
}

/// A reply commonly fits into the socket as it is.
void Connection::write(std::string reply) {
    output_ = std::move(reply);
    const ssize_t sent =
        ::send(descriptor(), output_.data(), output_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(output_.size())) {
        output_.clear();
        if (closing_ && !taking_line_) {
            boost::asio::post(socket_.get_executor(), [self = shared_from_this()] { self->end(); });
        }
        return;
    }
    wait_with_asio();
    boost::asio::async_write(
        socket_,
        boost::asio::buffer(output_) + static_cast<std::size_t>(std::max<ssize_t>(sent, 0)),
        [self = shared_from_this()](const error_code& failed, std::size_t) {
            self->output_.clear();
            if (failed || self->closing_) return self->end();
            if (!self->queued_.empty()) self->write(std::exchange(self->queued_, {}));
        });
}

void Connection::end() {
    if (owner_ == nullptr) return;
    Owner* const owner = owner_;
    abandon();
    owner->on_end(*this);
}

void Connection::abandon() {
    owner_ = nullptr;
    connected_.reset();
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace avahid::simple
