#include "ipv4ll/io/driver.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <span>
#include <utility>
#include <variant>

#include "ipv4ll/io/text.hpp"

namespace ipv4ll::io {

using boost::system::error_code;
using engine::Instant;
using std::chrono::steady_clock;
using wire::Ipv4;

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
    if (a && b) return std::min(*a, *b);
    return a ? a : b;
}

}  // namespace

struct Driver::Impl {
    Impl(boost::asio::io_context& io, const DriverConfig& config, int arp_socket, Host to)
        : policy(config.policy),
          machine(config.engine),
          host(std::move(to)),
          socket(io),
          timer(io) {
        open(arp_socket);
    }

    void open(int arp_socket);
    void pump();
    void follow_policy(Instant now);
    void on_timer();
    void listen();
    void receive_all();
    void on_frame(std::span<const std::uint8_t> frame);

    void perform(const engine::SendArp& send);
    void perform(const engine::Assign& assign);
    void perform(const engine::Release& release);
    void perform(const engine::Acquired& acquired);
    void perform(const engine::Conflicted& conflict);

    void on_answer(Ipv4 address, const error_code& error);
    void note(error_code& last, const error_code& now, std::string_view what);

    engine::ClaimPolicy policy;
    engine::Engine machine;
    Host host;
    boost::asio::posix::stream_descriptor socket;
    boost::asio::steady_timer timer;

    const Instant created = steady_clock::now();
    std::optional<Ipv4> told_bound;
    bool told_advertised = true;
    bool stopped = false;
    error_code send_error;  // the last ones, so that each is logged when it begins
    error_code assign_error;
    DriverStatus counters;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

void Driver::Impl::open(int arp_socket) {
    error_code error;
    socket.assign(arp_socket, error);
    if (!error) return;
    // An engine that hears no conflict must not claim anything.
    ::close(arp_socket);
    stopped = true;
    host.log(fmt::format("cannot watch the ARP socket: {}", error.message()));
}

// ---- the pump: after every input, perform what is asked, then sleep until the next deadline ----

void Driver::Impl::pump() {
    follow_policy(steady_clock::now());
    while (const auto action = machine.poll()) {
        std::visit([this](const auto& a) { perform(a); }, *action);
        follow_policy(steady_clock::now());
    }
    timer.cancel();
    const auto due = earlier(policy.deadline(), machine.deadline());
    if (!due || stopped) return;
    timer.expires_at(*due);
    timer.async_wait([this, guard = std::weak_ptr{alive}](const error_code& error) {
        if (!error && !guard.expired()) on_timer();
    });
}

void Driver::Impl::follow_policy(Instant now) {
    machine.on_link(now, policy.claiming() && !stopped);
    if (policy.advertised() == told_advertised) return;
    told_advertised = policy.advertised();
    host.advertised(told_advertised);
}

void Driver::Impl::on_timer() {
    const Instant now = steady_clock::now();
    policy.on_time(now);
    machine.on_time(now);
    pump();
}

// ---- packets in ----

void Driver::Impl::listen() {
    socket.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this, guard = std::weak_ptr{alive}](const error_code& error) {
                          if (error || guard.expired() || stopped) return;
                          receive_all();
                          pump();
                          listen();
                      });
}

void Driver::Impl::receive_all() {
    // A flood must not keep the rest of the program waiting: so many, then the others' turn.
    constexpr int batch = 64;
    std::array<std::uint8_t, 128> buffer;
    for (int i = 0; i < batch; ++i) {
        const ssize_t size =
            ::recv(socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        // Errors (ENETDOWN) are told once by the kernel and follow link events that we get anyway.
        if (size < 0) return;
        on_frame(std::span(buffer).first(static_cast<std::size_t>(size)));
    }
}

void Driver::Impl::on_frame(std::span<const std::uint8_t> frame) {
    ++counters.received;
    if (const auto packet = wire::decode_arp(frame)) {
        machine.on_arp(steady_clock::now(), *packet);
    } else {
        ++counters.malformed;
    }
}

// ---- actions ----

void Driver::Impl::perform(const engine::SendArp& send) {
    const wire::Frame frame = wire::encode_arp(send.packet);
    const ssize_t size =
        ::send(socket.native_handle(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size == static_cast<ssize_t>(frame.size())) {
        ++counters.sent;
        send_error = {};
        return;
    }
    ++counters.send_failures;
    note(send_error, last_error(), "cannot send ARP");
    machine.on_send_failed(steady_clock::now());
}

void Driver::Impl::perform(const engine::Assign& assign) {
    host.add_address(assign.address, [this, guard = std::weak_ptr{alive},
                                      address = assign.address](const error_code& error) {
        if (!guard.expired()) on_answer(address, error);
    });
}

void Driver::Impl::perform(const engine::Release& release) {
    policy.on_held(steady_clock::now(), false);
    host.remove_address(release.address, release.for_good);
    if (!std::exchange(told_bound, std::nullopt)) return;
    host.log(fmt::format("{} released", release.address.to_string()));
    host.released(release.address);
}

void Driver::Impl::perform(const engine::Acquired& acquired) {
    policy.on_held(steady_clock::now(), true);
    told_bound = acquired.address;
    host.log(fmt::format("{} acquired", acquired.address.to_string()));
    host.bound(acquired.address);
    host.remember(acquired.address);
}

void Driver::Impl::perform(const engine::Conflicted& conflict) {
    host.log(fmt::format("{} is claimed by {}, {}", conflict.address.to_string(),
                         to_text(conflict.who), to_text(conflict.outcome)));
}

// ---- answers ----

void Driver::Impl::on_answer(Ipv4 address, const error_code& error) {
    if (machine.status().address != address) return;  // we have moved on since
    const Instant now = steady_clock::now();
    if (error) {
        note(assign_error, error, fmt::format("cannot set {}", address.to_string()));
        machine.on_refused(now);
    } else {
        assign_error = {};
        machine.on_assigned(now);
    }
    pump();
}

void Driver::Impl::note(error_code& last, const error_code& now, std::string_view what) {
    if (std::exchange(last, now) == now) return;
    host.log(fmt::format("{}: {}", what, now.message()));
}

// ---- the outside ----

Driver::Driver(boost::asio::io_context& io, const DriverConfig& config, int arp_socket, Host host)
    : impl_(std::make_unique<Impl>(io, config, arp_socket, std::move(host))) {
    if (!impl_->stopped) impl_->listen();
}

Driver::~Driver() = default;

void Driver::on_carrier(bool carrier) {
    impl_->policy.on_carrier(steady_clock::now(), carrier);
    impl_->pump();
}

void Driver::on_routable(bool routable) {
    impl_->policy.on_routable(steady_clock::now(), routable);
    impl_->pump();
}

void Driver::on_policy(engine::Policy policy) {
    impl_->policy.on_policy(steady_clock::now(), policy);
    impl_->pump();
}

void Driver::on_mac(const wire::Mac& mac) {
    impl_->machine.on_mac(steady_clock::now(), mac);
    impl_->pump();
}

void Driver::on_resume() {
    if (!impl_->policy.carrier()) return;
    on_carrier(false);
    on_carrier(true);
}

void Driver::on_address_absent(Ipv4 address) {
    impl_->machine.on_removed(steady_clock::now(), address);
    impl_->pump();
}

void Driver::renew() {
    impl_->machine.renew(steady_clock::now());
    impl_->pump();
}

void Driver::refresh() {
    impl_->machine.refresh(steady_clock::now());
    impl_->pump();
}

void Driver::stop() {
    impl_->stopped = true;
    impl_->pump();
    error_code ignored;
    impl_->socket.cancel(ignored);
}

DriverStatus Driver::status() const {
    DriverStatus status = impl_->counters;
    status.policy = impl_->policy.policy();
    status.claiming = impl_->policy.claiming();
    status.advertised = impl_->policy.advertised();
    status.engine = impl_->machine.status();
    const bool idle = status.engine.state == engine::State::down;
    status.since = idle ? std::max(impl_->policy.since(), impl_->created) : status.engine.since;
    status.deadline = earlier(impl_->policy.deadline(), status.engine.deadline);
    return status;
}

engine::History Driver::history() const { return impl_->machine.history(); }

}  // namespace ipv4ll::io
