#include "avahid/varlink/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

namespace avahid::varlink {

using boost::system::error_code;

namespace {

dnssd::Instant now() { return std::chrono::steady_clock::now(); }

}  // namespace

Connection::Connection(Socket socket, session::Session& session, session::ClientId client,
                       Hooks hooks)
    : socket_(std::move(socket)),
      client_(client),
      conversation_(session, client),
      hooks_(std::move(hooks)) {}

void Connection::start() { proceed(); }

void Connection::on_event(dnssd::Instant when, const dnssd::Event& event) {
    conversation_.on_event(when, event);
    proceed();
}

void Connection::on_packet(dnssd::Instant when, const session::Packet& packet) {
    conversation_.on_packet(when, packet);
    proceed();
}

void Connection::abandon() {
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
}

void Connection::read() {
    reading_ = true;
    socket_.async_read_some(boost::asio::buffer(incoming_),
                            [self = shared_from_this()](const error_code& error, std::size_t n) {
                                self->reading_ = false;
                                if (!self->closed_) self->on_read(error, n);
                            });
}

void Connection::on_read(const error_code& error, std::size_t count) {
    if (error) {
        read_ended_ = true;
        conversation_.on_end(now());
    } else {
        conversation_.on_bytes(now(), {incoming_.data(), count});
    }
    proceed();
    hooks_.pump();
}

/// Does whatever can be done next.
void Connection::proceed() {
    if (closed_) return;
    if (!conversation_.why().empty()) return give_up();
    if (outgoing_.empty()) {
        outgoing_ = conversation_.take_output();
        if (!outgoing_.empty()) write();
    }
    if (conversation_.over()) {
        if (outgoing_.empty()) leave();
        return;
    }
    if (!reading_ && !read_ended_ && conversation_.wants_bytes()) read();
}

/// A misbehaving client gets what its socket takes at once: nobody waits for it.
void Connection::give_up() {
    const std::string last_words = outgoing_.empty() ? conversation_.take_output() : std::string();
    error_code ignored;
    socket_.non_blocking(true, ignored);
    if (!last_words.empty()) socket_.write_some(boost::asio::buffer(last_words), ignored);
    leave();
}

void Connection::write() {
    conversation_.on_unsent(now(), outgoing_.size() - written_);
    auto rest = boost::asio::buffer(outgoing_) + written_;
    socket_.async_write_some(rest,
                             [self = shared_from_this()](const error_code& error, std::size_t n) {
                                 if (!self->closed_) self->on_written(error, n);
                             });
}

void Connection::on_written(const error_code& error, std::size_t count) {
    if (error) return leave();
    written_ += count;
    if (written_ < outgoing_.size()) return write();
    outgoing_.clear();
    written_ = 0;
    conversation_.on_unsent(now(), 0);
    proceed();
    hooks_.pump();
}

void Connection::leave() {
    const auto self = shared_from_this();  // gone() lets go of us
    abandon();
    hooks_.gone(client_, conversation_.why());
}

}  // namespace avahid::varlink
