#include "avahid/keeper/client.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <unordered_map>
#include <utility>

#include "avahid/keeper/protocol.hpp"

namespace avahid::keeper {

using boost::system::error_code;

namespace {

error_code from_errno(int value) { return {value, boost::system::system_category()}; }

}  // namespace

struct KeeperClient::Impl {
    Impl(boost::asio::io_context& context, Descriptor fd, std::function<void()> when_lost)
        : io(context), socket(context), on_lost(std::move(when_lost)) {
        error_code error;
        const int number = fd.release();
        socket.assign(number, error);
        if (error) ::close(number);
    }

    void ask(Request request, Opened then);
    void send_all();
    void listen();
    bool receive_one();  // false: nothing there, or no longer connected
    void lose(const error_code& why);
    void fail_later(Opened then, const error_code& why);

    boost::asio::io_context& io;
    boost::asio::posix::stream_descriptor socket;
    std::function<void()> on_lost;
    std::unordered_map<std::uint32_t, Opened> waiting;
    std::deque<Request> unsent;  // while the socket is full
    bool sending = false;
    std::uint32_t last_id = 0;
    error_code lost;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

void KeeperClient::Impl::ask(Request request, Opened then) {
    if (lost) return fail_later(std::move(then), lost);
    request.id = ++last_id;
    waiting.emplace(request.id, std::move(then));
    unsent.push_back(request);
    if (!sending) send_all();
}

void KeeperClient::Impl::send_all() {
    for (; !unsent.empty(); unsent.pop_front()) {
        const Request& next = unsent.front();
        if (::send(socket.native_handle(), &next, sizeof next, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            continue;
        sending = errno == EAGAIN;
        if (sending) break;
        if (auto failed = waiting.extract(next.id); !failed.empty())
            fail_later(std::move(failed.mapped()), from_errno(errno));
    }
    if (!sending) return;
    socket.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                      [this, guard = std::weak_ptr{alive}](const error_code& error) {
                          if (guard.expired()) return;
                          sending = false;
                          if (!error) send_all();
                      });
}

void KeeperClient::Impl::fail_later(Opened then, const error_code& why) {
    boost::asio::post(io, [guard = std::weak_ptr{alive}, then = std::move(then), why] {
        if (!guard.expired()) then(why);
    });
}

void KeeperClient::Impl::listen() {
    socket.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this, guard = std::weak_ptr{alive}](const error_code& error) {
                          if (guard.expired()) return;
                          if (error) return lose(error);
                          // A callback may destroy us.
                          while (!guard.expired() && receive_one()) {
                          }
                          if (!guard.expired() && !lost) listen();
                      });
}

bool KeeperClient::Impl::receive_one() {
    Reply reply;
    iovec data{&reply, sizeof reply};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();

    const ssize_t size =
        ::recvmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    Descriptor opened;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message);
        size > 0 && header && header->cmsg_type == SCM_RIGHTS) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
        opened.reset(fd);
    }
    // We are out of descriptors: the kernel has closed what it could not give us.
    if (size > 0 && (message.msg_flags & MSG_CTRUNC) != 0) reply.error = EMFILE;
    if (size != sizeof reply) {
        lose(from_errno(size < 0 ? errno : ECONNRESET));
        return false;
    }

    auto found = waiting.extract(reply.id);
    if (found.empty()) return true;
    if (reply.error != 0) {
        found.mapped()(from_errno(reply.error));
    } else {
        found.mapped()(std::move(opened));
    }
    return true;
}

void KeeperClient::Impl::lose(const error_code& why) {
    lost = why;
    error_code ignored;
    socket.close(ignored);
    const auto failed = std::exchange(waiting, {});
    unsent.clear();
    const auto tell = on_lost;
    const std::weak_ptr guard{alive};  // a callback may destroy us
    for (const auto& [id, then] : failed) {
        if (!guard.expired()) then(why);
    }
    if (!guard.expired() && tell) tell();
}

KeeperClient::KeeperClient(boost::asio::io_context& io, Descriptor socket,
                           std::function<void()> on_lost)
    : impl_(std::make_unique<Impl>(io, std::move(socket), std::move(on_lost))) {
    impl_->listen();
}

KeeperClient::~KeeperClient() = default;

namespace {

KeeperClient::Opened without_socket(KeeperClient::Done then) {
    return [then = std::move(then)](const boost::system::result<Descriptor>& outcome) {
        if (then) then(outcome ? error_code{} : outcome.error());
    };
}

}  // namespace

void KeeperClient::open_arp(int ifindex, Opened then) {
    impl_->ask({.operation = Operation::open_arp, .ifindex = ifindex}, std::move(then));
}

void KeeperClient::add_address(int ifindex, Address address, bool default_route, Done then) {
    impl_->ask({.operation = Operation::add_address,
                .ifindex = ifindex,
                .address = address.to_uint(),
                .default_route = default_route ? 1U : 0U},
               without_socket(std::move(then)));
}

void KeeperClient::remove_address(int ifindex, Address address, Done then) {
    impl_->ask(
        {.operation = Operation::remove_address, .ifindex = ifindex, .address = address.to_uint()},
        without_socket(std::move(then)));
}

void KeeperClient::yield_address(int ifindex, Address address, Done then) {
    impl_->ask(
        {.operation = Operation::yield_address, .ifindex = ifindex, .address = address.to_uint()},
        without_socket(std::move(then)));
}

void KeeperClient::remove_stale(int ifindex, Address address, Done then) {
    impl_->ask(
        {.operation = Operation::remove_stale, .ifindex = ifindex, .address = address.to_uint()},
        without_socket(std::move(then)));
}

void KeeperClient::add_route(int ifindex, Done then) {
    impl_->ask({.operation = Operation::add_route, .ifindex = ifindex},
               without_socket(std::move(then)));
}

void KeeperClient::remove_route(int ifindex, Done then) {
    impl_->ask({.operation = Operation::remove_route, .ifindex = ifindex},
               without_socket(std::move(then)));
}

void KeeperClient::reload_rules(Done then) {
    impl_->ask({.operation = Operation::reload_rules}, without_socket(std::move(then)));
}

}  // namespace avahid::keeper
