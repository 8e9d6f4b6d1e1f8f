#include "tools/avahictl/client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "tools/avahictl/interrupt.hpp"

namespace avahictl {

namespace wire = avahid::varlink::wire;

namespace {

constexpr timeval send_timeout = {.tv_sec = 5, .tv_usec = 0};  // the daemon hangs

ClientErrc why_not_connected(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return ClientErrc::no_socket;
        case ECONNREFUSED:
            return ClientErrc::no_daemon;
        case EACCES:
        case EPERM:
            return ClientErrc::not_permitted;
        default:
            return ClientErrc::failed;
    }
}

timespec time_left(Clock::time_point deadline) {
    const auto left = std::max(Clock::duration::zero(), deadline - Clock::now());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
    return {.tv_sec = seconds.count(), .tv_nsec = rest.count()};
}

}  // namespace

const char* to_string(ClientErrc errc) {
    switch (errc) {
        case ClientErrc::ok:
            return "no error";
        case ClientErrc::no_socket:
            return "avahid is not running (there is no such socket)";
        case ClientErrc::not_permitted:
            return "the socket may not be used";
        case ClientErrc::no_daemon:
            return "avahid is not running (nobody answers)";
        case ClientErrc::path_too_long:
            return "the path is too long for a socket";
        case ClientErrc::failed:
            return "the connection failed";
        case ClientErrc::closed:
            return "avahid closed the connection";
        case ClientErrc::garbled:
            return "the answer is not understood";
        case ClientErrc::timed_out:
            return "avahid does not answer";
        case ClientErrc::interrupted:
            return "interrupted";
    }
    return "unknown error";
}

ClientResult<Client> Client::connect(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) return ClientErrc::path_too_long;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return ClientErrc::failed;
    Client client(descriptor);
    // Bounds connect(), too, when the daemon hangs and its queue is full.
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &send_timeout, sizeof send_timeout);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return errno == EAGAIN ? ClientErrc::timed_out : why_not_connected(errno);
    }
    return client;
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), input_(std::move(other.input_)) {}

Client& Client::operator=(Client&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(input_, other.input_);
    return *this;
}

Client::~Client() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

ClientErrc Client::send(const Call& call) {
    const std::string message = wire::frame(call);
    std::string_view rest = message;
    while (!rest.empty()) {
        const ssize_t sent = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) return ClientErrc::timed_out;
        // Hung up on: it may have said why before, so that is for the reader to find out.
        if (sent < 0) return errno == EPIPE ? ClientErrc::ok : ClientErrc::failed;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return ClientErrc::ok;
}

ClientErrc Client::receive() {
    std::array<char, 65536> bytes;
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count == 0) return ClientErrc::closed;
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return ClientErrc::timed_out;
    if (count < 0) return errno == ECONNRESET ? ClientErrc::closed : ClientErrc::failed;
    input_.feed({bytes.data(), static_cast<std::size_t>(count)});
    return ClientErrc::ok;
}

ClientResult<Reply> Client::take() {
    for (;;) {
        if (const auto message = input_.next()) {
            auto reply = wire::parse_reply(*message);
            if (!reply) return ClientErrc::garbled;
            return *std::move(reply);
        }
        if (input_.too_long()) return ClientErrc::garbled;
        if (const ClientErrc errc = receive(); errc != ClientErrc::ok) return errc;
    }
}

ClientResult<Reply> Client::next(Deadline deadline) {
    for (;;) {
        auto reply = take();
        if (reply || reply.error() != ClientErrc::timed_out) return reply;
        const int descriptors[] = {descriptor_};
        const ClientErrc errc = wait_readable(descriptors, deadline);
        if (errc != ClientErrc::ok) return errc;
    }
}

ClientErrc wait_readable(std::span<const int> descriptors, Deadline deadline) {
    std::vector<pollfd> polled;
    for (const int descriptor : descriptors) {
        polled.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
    }
    const timespec left = deadline ? time_left(*deadline) : timespec{};
    const int ready =
        ::ppoll(polled.data(), polled.size(), deadline ? &left : nullptr, wait_mask());
    if (interrupted()) return ClientErrc::interrupted;
    // Stopped and continued: nothing is known, so let the caller look.
    if (ready < 0 && errno == EINTR) return ClientErrc::ok;
    return ready > 0 ? ClientErrc::ok : ClientErrc::timed_out;
}

}  // namespace avahictl
