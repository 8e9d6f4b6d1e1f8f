#include "avahid/net/link_monitor.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "avahid/net/route_socket.hpp"
#include "avahid/net/rtnetlink.hpp"

namespace avahid::net {
namespace {

using boost::system::error_code;
using namespace std::chrono_literals;
namespace errc = boost::system::errc;

constexpr int dump_receive_buffer = 256 * 1024;
constexpr int dump_attempts = 5;
constexpr int datagrams_per_wakeup = 1024;    // then the loop's other work gets its turn
constexpr int datagrams_per_drain = 100'000;  // far more than any receive buffer holds
constexpr auto resync_pause = 100ms;          // under a flood: dumps are dear
constexpr auto tell_pause = 50ms;             // what comes meanwhile is read and told together

bool worth_another_try(const error_code& failed) {
    return failed == errc::interrupted || failed == errc::device_or_resource_busy ||
           failed == errc::no_buffer_space;
}

/// Links with their addresses, as a dump gives them.
class Snapshot {
public:
    void add_link(nlmsghdr& message) {
        auto parsed = parse_route_message(message);
        if (auto* seen = parsed ? std::get_if<LinkSeen>(&*parsed) : nullptr) {
            const int ifindex = seen->interface.ifindex;
            links_.insert_or_assign(ifindex, std::move(seen->interface));
        }
    }
    void add_address(nlmsghdr& message) {
        const auto parsed = parse_route_message(message);
        const auto* seen = parsed ? std::get_if<AddressSeen>(&*parsed) : nullptr;
        const auto link = seen != nullptr ? links_.find(seen->ifindex) : links_.end();
        if (link != links_.end()) link->second.addresses.push_back(seen->address);
    }
    void add_route(nlmsghdr& message) {
        const auto parsed = parse_route_message(message);
        const auto* seen = parsed ? std::get_if<DefaultRouteSeen>(&*parsed) : nullptr;
        if (seen == nullptr) return;
        for (const auto& [ifindex, route] : seen->hops) {
            const auto link = links_.find(ifindex);
            if (link != links_.end()) link->second.routers.push_back(route);
        }
    }
    std::vector<Interface> interfaces() && {
        std::vector<Interface> all;
        for (auto& entry : links_) all.push_back(std::move(entry.second));
        return all;
    }

private:
    std::map<int, Interface> links_;
};

/// A namespace without any route has no table, and a kernel may have no IPv6: then there is none.
error_code add_routes(RouteSocket& socket, Snapshot& snapshot) {
    for (const auto family : {AF_INET, AF_INET6}) {
        const auto failed = socket.dump(
            RTM_GETROUTE, [&](nlmsghdr& m) { snapshot.add_route(m); },
            static_cast<std::uint8_t>(family));
        if (worth_another_try(failed)) return failed;
    }
    return {};
}

boost::system::result<Snapshot> take_snapshot(RouteSocket& socket) {
    error_code failed;
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        Snapshot snapshot;
        failed = socket.dump(RTM_GETLINK, [&](nlmsghdr& m) { snapshot.add_link(m); });
        if (!failed)
            failed = socket.dump(RTM_GETADDR, [&](nlmsghdr& m) { snapshot.add_address(m); });
        if (!failed) failed = add_routes(socket, snapshot);
        if (!failed) return snapshot;
        if (!worth_another_try(failed)) break;
    }
    return failed;
}

}  // namespace

struct LinkMonitor::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io, OnEvent callback, int buffer)
        : on_event(std::move(callback)),
          receive_buffer(buffer),
          readable(io),
          later(io),
          pause(io) {}
    ~Impl() {
        if (readable.is_open()) readable.release();  // the descriptor belongs to `events`
    }

    boost::system::result<void> start();
    void wait();
    void wait_a_little();
    bool read();
    void apply(nlmsghdr& message);
    void on_lost();
    void drain();
    void resync();
    void resync_later();
    void tell();

    bool stopped = false;  // the monitor is gone, perhaps by the doing of on_event
    OnEvent on_event;
    int receive_buffer;
    std::optional<RouteSocket> events;
    std::optional<RouteSocket> dumps;
    boost::asio::posix::stream_descriptor readable;
    boost::asio::steady_timer later;
    boost::asio::steady_timer pause;
    InterfaceTable table;
    bool lost = false;  // messages are missing: what comes in is worth nothing until the next dump
    std::chrono::steady_clock::time_point last_resync;
    std::uint64_t resyncs = 0;
};

boost::system::result<void> LinkMonitor::Impl::start() {
    // Subscribed before the dump: what happens in between is applied after it.
    auto subscribed = RouteSocket::open(RouteSocket::Mode::events, receive_buffer);
    if (!subscribed) return subscribed.error();
    auto asking = RouteSocket::open(RouteSocket::Mode::dumps, dump_receive_buffer);
    if (!asking) return asking.error();
    auto snapshot = take_snapshot(*asking);
    if (!snapshot && !worth_another_try(snapshot.error())) return snapshot.error();

    events.emplace(std::move(*subscribed));
    dumps.emplace(std::move(*asking));
    error_code failed;
    readable.assign(events->fd(), failed);
    if (failed) return failed;
    if (snapshot) {
        table.replace(std::move(*snapshot).interfaces());
    } else {
        last_resync = std::chrono::steady_clock::now();
        resync_later();
    }
    wait();
    tell();
    return {};
}

void LinkMonitor::Impl::wait() {
    readable.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [weak = weak_from_this()](const error_code& failed) {
                            const auto self = weak.lock();
                            if (!self || failed) return;
                            if (!self->read()) return self->wait();  // others first, then the rest
                            self->tell();
                            self->wait_a_little();
                        });
}

void LinkMonitor::Impl::wait_a_little() {
    pause.expires_after(tell_pause);
    pause.async_wait([weak = weak_from_this()](const error_code& failed) {
        const auto self = weak.lock();
        if (self && !failed) self->wait();
    });
}

/// \return false: there is more. Faster than it is read nothing can come for long: the kernel makes
///         each change under one lock.
bool LinkMonitor::Impl::read() {
    for (int i = 0; i < datagrams_per_wakeup; ++i) {
        const error_code failed = events->receive([this](nlmsghdr& m) { apply(m); });
        if (failed == errc::no_buffer_space) on_lost();
        if (failed) return true;
    }
    return false;
}

void LinkMonitor::Impl::apply(nlmsghdr& message) {
    if (lost) return;
    if (auto parsed = parse_route_message(message)) table.on_message(std::move(*parsed));
}

void LinkMonitor::Impl::on_lost() {
    lost = true;
    if (std::chrono::steady_clock::now() - last_resync < resync_pause) {
        resync_later();
    } else {
        resync();
    }
}

/// What was queued before the loss must not be applied after the dump: an address that was added,
/// queued, and whose removal was lost would stay for ever.
void LinkMonitor::Impl::drain() {
    for (int i = 0; i < datagrams_per_drain; ++i) {
        const error_code failed = events->receive([](nlmsghdr&) {});
        if (failed && failed != errc::no_buffer_space) return;
    }
}

void LinkMonitor::Impl::resync() {
    later.cancel();
    drain();
    auto snapshot = take_snapshot(*dumps);
    last_resync = std::chrono::steady_clock::now();
    ++resyncs;
    lost = !snapshot;
    if (!snapshot) return resync_later();
    table.replace(std::move(*snapshot).interfaces());
}

void LinkMonitor::Impl::resync_later() {
    later.expires_at(last_resync + resync_pause);
    later.async_wait([weak = weak_from_this()](const error_code& failed) {
        const auto self = weak.lock();
        if (!self || failed) return;
        self->resync();
        self->tell();
    });
}

void LinkMonitor::Impl::tell() {
    for (const LinkEvent& event : table.take_events()) {
        if (stopped) return;
        on_event(event);
    }
}

LinkMonitor::LinkMonitor(boost::asio::io_context& io, OnEvent on_event, int receive_buffer)
    : impl_(std::make_shared<Impl>(io, std::move(on_event), receive_buffer)) {}

LinkMonitor::~LinkMonitor() { impl_->stopped = true; }

boost::system::result<void> LinkMonitor::start() {
    const auto alive = impl_;
    return alive->start();
}

const std::map<int, Interface>& LinkMonitor::interfaces() const {
    return impl_->table.interfaces();
}

std::vector<Neighbour> LinkMonitor::neighbours() const {
    std::vector<Neighbour> all;
    if (!impl_->dumps) return all;
    const auto failed = impl_->dumps->dump(RTM_GETNEIGH, [&](nlmsghdr& message) {
        if (auto one = parse_neighbour(message)) all.push_back(std::move(*one));
    });
    if (failed) all.clear();
    return all;
}

std::uint64_t LinkMonitor::resyncs() const { return impl_->resyncs; }

}  // namespace avahid::net
