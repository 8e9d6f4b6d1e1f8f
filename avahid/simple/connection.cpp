// avahid/simple/connection.cpp: see connection.hpp.
#include "avahid/simple/connection.hpp"

#include <poll.h>

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

Connection::Connection(Socket socket, session::ClientId client, Owner& owner)
    : socket_(std::move(socket)), client_(client), owner_(&owner) {}

/// Most clients have said their line by now: they are answered before anyone else is looked at.
void Connection::start() {
    const auto self = shared_from_this();
    error_code error;
    socket_.non_blocking(true, error);
    const std::size_t count = socket_.read_some(boost::asio::buffer(input_), error);
    if (error == boost::asio::error::would_block) return read();
    on_read(error, count);
}

void Connection::read() {
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
    const bool waits = asked_ && !streaming_ && !is_hung_up(socket_.native_handle());
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
    error_code full;
    const std::size_t sent = socket_.write_some(boost::asio::buffer(output_), full);
    if (!full && sent == output_.size()) {
        output_.clear();
        if (closing_ && !taking_line_) {
            boost::asio::post(socket_.get_executor(), [self = shared_from_this()] { self->end(); });
        }
        return;
    }
    boost::asio::async_write(socket_, boost::asio::buffer(output_) + sent,
                             [self = shared_from_this()](const error_code& failed, std::size_t) {
                                 self->output_.clear();
                                 if (failed || self->closing_) return self->end();
                                 if (!self->queued_.empty())
                                     self->write(std::exchange(self->queued_, {}));
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
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace avahid::simple
