#include "avahid/dbus/greeting.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <string_view>
#include <utility>

namespace avahid::dbus {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t path_max = 107;  // of a sockaddr_un

/// "%2f" to "/".
std::optional<std::string> unescape(std::string_view value) {
    std::string text;
    while (!value.empty()) {
        if (value[0] != '%') {
            text += value[0];
            value.remove_prefix(1);
            continue;
        }
        unsigned char byte = 0;
        if (value.size() < 3) return {};
        const auto [end, error] = std::from_chars(value.data() + 1, value.data() + 3, byte, 16);
        if (error != std::errc() || end != value.data() + 3) return {};
        text += static_cast<char>(byte);
        value.remove_prefix(3);
    }
    return text;
}

/// Who we are, as text in hexadecimal: the bus looks at the socket for the truth.
std::string hello() {
    std::string line("\0AUTH EXTERNAL ", 15);
    for (const char digit : std::to_string(::geteuid())) {
        line += '3';
        line += digit;
    }
    return line + "\r\n";
}

}  // namespace

std::optional<std::string> socket_of(const std::string& address) {
    std::string_view rest = std::string_view(address).substr(0, address.find(';'));
    constexpr std::string_view unix = "unix:";
    if (!rest.starts_with(unix)) return {};
    rest.remove_prefix(unix.size());
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
        const bool abstract = pair.starts_with("abstract=");
        if (!abstract && !pair.starts_with("path=")) continue;
        auto value = unescape(pair.substr(pair.find('=') + 1));
        if (value && abstract) value->insert(0, 1, '\0');
        if (value && value->size() > path_max) return {};
        return value;
    }
    return {};
}

struct Greeting::Impl : std::enable_shared_from_this<Greeting::Impl> {
    explicit Impl(boost::asio::io_context& context) : io(context), socket(io), timer(io) {}

    void start(const std::string& path, std::chrono::milliseconds patience);
    void say();
    void listen();
    void end(const error_code& error);

    boost::asio::io_context& io;
    stream_protocol::socket socket;
    boost::asio::steady_timer timer;
    Then then;
    std::string out;
    std::array<char, 64> in{};
};

void Greeting::Impl::start(const std::string& path, std::chrono::milliseconds patience) {
    timer.expires_after(patience);
    timer.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled) self->end(boost::asio::error::timed_out);
    });
    // Connecting to a Unix socket never takes time: it works, or it does not.
    error_code error;
    socket.open(stream_protocol(), error);
    if (!error) socket.non_blocking(true, error);
    if (!error) socket.connect(stream_protocol::endpoint(path), error);
    if (!error) return say();
    boost::asio::post(io, [self = shared_from_this(), error] { self->end(error); });
}

void Greeting::Impl::say() {
    out = hello();
    boost::asio::async_write(socket, boost::asio::buffer(out),
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                                 error ? self->end(error) : self->listen();
                             });
}

/// OK or REJECTED: either way somebody is at home, and connecting tells the rest.
void Greeting::Impl::listen() {
    socket.async_read_some(
        boost::asio::buffer(in),
        [self = shared_from_this()](const error_code& error, std::size_t) { self->end(error); });
}

void Greeting::Impl::end(const error_code& error) {
    timer.cancel();
    error_code ignored;
    socket.close(ignored);
    if (const auto call = std::exchange(then, nullptr)) call(error);
}

Greeting::Greeting(boost::asio::io_context& io) : impl_(std::make_shared<Impl>(io)) {}

Greeting::~Greeting() {
    impl_->then = nullptr;
    impl_->end({});
}

void Greeting::start(const std::string& socket, std::chrono::milliseconds patience, Then then) {
    impl_->then = std::move(then);
    impl_->start(socket, patience);
}

}  // namespace avahid::dbus
