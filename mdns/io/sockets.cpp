#include "mdns/io/sockets.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>

#include "mdns/constants.hpp"
#include "mdns/io/receive_batch.hpp"
#include "mdns/io/reply_source.hpp"
#include "mdns/io/send_batch.hpp"

namespace mdns::io {
namespace {

using boost::system::error_code;
using engine::Family;
using engine::LinkId;

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto retry_pause = 20ms;
// Less than what lies between two probes: they never leave together.
constexpr auto patience = 200ms;

constexpr std::array families{Family::ipv4, Family::ipv6};

struct OpenLink {
    OpenLink(boost::asio::io_context& io, LinkId id, LinkSocket socket)
        : link(id),
          bound_to_device(socket.bound_to_device),
          descriptor(io, socket.fd.release()),
          outgoing(id) {}

    int fd() { return descriptor.native_handle(); }

    LinkId link;
    bool bound_to_device;
    boost::asio::posix::stream_descriptor descriptor;
    SendBatch outgoing;
    std::optional<Clock::time_point> stuck_since;
    std::vector<engine::Address> own;
    Traffic traffic;
    std::set<int> refusals_told;
};

bool contains(const std::vector<engine::Address>& all, const engine::Address& address) {
    return std::ranges::find(all, address) != all.end();
}

/// Netlink says so, too, and better.
bool interface_is_gone(int error) { return error == ENODEV || error == ENXIO || error == ENETDOWN; }

std::set<Inode> inode_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return {};
    return {status.st_ino};
}

}  // namespace

struct Sockets::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& context, Handlers callbacks, Binding how)
        : io(context), handlers(std::move(callbacks)), binding(how), retry(context) {}

    boost::system::result<void, SocketError> open(LinkId link);
    void close(LinkId link);
    void wait(const std::shared_ptr<OpenLink>& on);
    void on_readable(const std::shared_ptr<OpenLink>& on);
    void deliver(OpenLink& on, const Received& received);
    std::optional<LinkId> link_of(const OpenLink& on, const Received& received) const;
    std::optional<LinkId> link_with(const engine::Address& own) const;
    void open_local();
    void close_local();
    void send(const engine::SendDatagram& datagram);
    void flush();
    void flush(OpenLink& on);
    SendOutcome send_queued(OpenLink& on, bool patient);
    void retry_later();
    bool has_any(Family family) const;
    std::vector<UdpSocketRow> foreign(Family family) const;

    boost::asio::io_context& io;
    Handlers handlers;
    Binding binding;
    bool stopped = false;  // the owner is gone, perhaps by the doing of a handler
    // Shared with the handlers that wait on them, so that a link may be closed from within one.
    std::unordered_map<LinkId, std::shared_ptr<OpenLink>> links;
    std::shared_ptr<OpenLink> local;  // with the first IPv4 link, if that can be
    std::vector<std::shared_ptr<OpenLink>> to_flush;
    boost::asio::steady_timer retry;
    bool retrying = false;
    ReceiveBatch incoming;
    ReplySources reply_sources;
    std::array<bool, families.size()> shared{};
    Counters counters;
};

bool Sockets::Impl::has_any(Family family) const {
    for (const auto& entry : links) {
        if (entry.first.family == family) return true;
    }
    return false;
}

boost::system::result<void, SocketError> Sockets::Impl::open(LinkId link) {
    if (links.contains(link)) return {};
    if (!has_any(link.family)) {
        shared[static_cast<std::size_t>(link.family)] = port_is_taken(link.family);
    }
    auto socket = open_link_socket(link, binding);
    if (!socket) return socket.error();
    const auto opened = std::make_shared<OpenLink>(io, link, std::move(*socket));
    links.emplace(link, opened);
    wait(opened);
    if (link.family == Family::ipv4) open_local();
    return {};
}

/// Not to have it is no reason to fail: all that is lost is what this host asks its own addresses.
void Sockets::Impl::open_local() {
    if (local || binding != Binding::device) return;  // with `exclusive`, nobody shares it
    auto socket = open_local_socket();
    if (!socket) return;
    local =
        std::make_shared<OpenLink>(io, LinkId{loopback_ifindex, Family::ipv4}, std::move(*socket));
    wait(local);
}

void Sockets::Impl::close_local() {
    if (!local) return;
    error_code ignored;
    std::exchange(local, nullptr)->descriptor.close(ignored);
}

void Sockets::Impl::close(LinkId link) {
    const auto found = links.find(link);
    if (found == links.end()) return;
    const auto closing = found->second;
    links.erase(found);
    send_queued(*closing, false);  // what is refused now is nobody's concern
    error_code ignored;
    closing->descriptor.close(ignored);
    if (!has_any(Family::ipv4)) close_local();
}

void Sockets::Impl::wait(const std::shared_ptr<OpenLink>& on) {
    on->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                              [weak = weak_from_this(), on](const error_code& failed) {
                                  const auto self = weak.lock();
                                  if (!self || failed || !on->descriptor.is_open()) return;
                                  self->on_readable(on);
                                  if (on->descriptor.is_open() && !self->stopped) self->wait(on);
                              });
}

/// One batch, then the loop's other work gets its turn.
void Sockets::Impl::on_readable(const std::shared_ptr<OpenLink>& on) {
    const std::size_t count = incoming.receive(on->fd());
    for (std::size_t i = 0; i < count && on->descriptor.is_open() && !stopped; ++i) {
        const auto one = incoming.at(i);
        if (const auto* received = std::get_if<Received>(&one)) {
            deliver(*on, *received);
        } else if (std::get<Unusable>(one) == Unusable::too_long) {
            ++counters.oversized;
        } else {
            ++counters.misaddressed;
        }
    }
    if (!stopped) flush();
}

/// A socket bound to its device gets nothing but its own; else the packet info decides. What this
/// host sends to itself says where it came from by the address that it was sent to.
std::optional<LinkId> Sockets::Impl::link_of(const OpenLink& on, const Received& received) const {
    if (on.bound_to_device && on.link.ifindex != loopback_ifindex) return on.link;
    if (received.ifindex == loopback_ifindex)
        return received.source.to_group ? std::nullopt : link_with(received.to);
    const LinkId arrived{received.ifindex, on.link.family};
    if (!links.contains(arrived)) return std::nullopt;
    // Each link's own socket gets the multicast of its link: here it would be a copy.
    if (received.source.to_group && arrived != on.link) return std::nullopt;
    return arrived;
}

std::optional<LinkId> Sockets::Impl::link_with(const engine::Address& own) const {
    for (const auto& [id, link] : links) {
        if (contains(link->own, own)) return id;
    }
    return std::nullopt;
}

void Sockets::Impl::deliver(OpenLink& on, const Received& received) {
    const auto link = link_of(on, received);
    if (!link) {
        ++counters.misaddressed;
        return;
    }
    ++counters.received;
    OpenLink& belongs_to = *links.at(*link);
    if (!contains(belongs_to.own, received.source.from.address)) {
        Traffic& traffic = belongs_to.traffic;
        ++(received.source.to_group ? traffic.group_heard : traffic.unicast_heard);
    }
    if (!received.source.to_group) {
        reply_sources.on_unicast(*link, received.source.from, received.to);
    }
    handlers.on_datagram(*link, received.source, received.bytes);
}

void Sockets::Impl::send(const engine::SendDatagram& datagram) {
    const auto found = links.find(datagram.link);
    const auto from =
        datagram.to ? reply_sources.source_for(datagram.link, *datagram.to) : std::nullopt;
    if (found == links.end() || datagram.bytes.size() > max_packet) {
        ++counters.send_failed;
        return;
    }
    OpenLink& on = *found->second;
    const bool first = on.outgoing.empty();
    if (!on.outgoing.add(datagram.bytes, datagram.to, from)) {
        ++counters.send_failed;
        return;
    }
    if (!datagram.to) ++on.traffic.group_sent;
    if (first) to_flush.push_back(found->second);
    if (on.outgoing.full()) flush(on);
}

void Sockets::Impl::flush() {
    // A refusal's handler may send again: what it adds is in the list, too.
    for (std::size_t i = 0; i < to_flush.size(); ++i) flush(*std::shared_ptr(to_flush[i]));
    std::erase_if(to_flush, [](const auto& link) {
        return link->outgoing.empty() || !link->descriptor.is_open();
    });
    if (!to_flush.empty()) retry_later();
}

SendOutcome Sockets::Impl::send_queued(OpenLink& on, bool patient) {
    const SendOutcome outcome = on.outgoing.flush(on.fd(), patient);
    counters.sent += outcome.sent;
    counters.send_dropped += outcome.dropped;
    counters.send_failed += outcome.failed;
    return outcome;
}

void Sockets::Impl::flush(OpenLink& on) {
    if (on.outgoing.empty() || !on.descriptor.is_open()) return;
    const bool patient =
        !on.outgoing.full() && (!on.stuck_since || Clock::now() - *on.stuck_since < patience);
    const SendOutcome outcome = send_queued(on, patient);
    if (outcome.stuck && !on.stuck_since) on.stuck_since = Clock::now();
    if (outcome.failed == 0 && !outcome.stuck) on.stuck_since.reset();
    if (outcome.failed > 0 && !interface_is_gone(outcome.error) &&
        on.refusals_told.insert(outcome.error).second) {
        handlers.on_send_failure(on.link, {outcome.error, boost::system::system_category()});
    }
}

void Sockets::Impl::retry_later() {
    if (std::exchange(retrying, true)) return;
    retry.expires_after(retry_pause);
    retry.async_wait([weak = weak_from_this()](const error_code& failed) {
        const auto self = weak.lock();
        if (!self || failed || self->stopped) return;
        self->retrying = false;
        self->flush();
    });
}

std::vector<UdpSocketRow> Sockets::Impl::foreign(Family family) const {
    std::set<Inode> own;
    for (const auto& entry : links) own.merge(inode_of(entry.second->fd()));
    if (local) own.merge(inode_of(local->fd()));
    return other_sockets(family, own);
}

Sockets::Sockets(boost::asio::io_context& io, Handlers handlers, Binding binding)
    : impl_(std::make_shared<Impl>(io, std::move(handlers), binding)) {}

Sockets::~Sockets() {
    impl_->stopped = true;
    impl_->close_local();
    for (auto& entry : impl_->links) {
        error_code ignored;
        entry.second->descriptor.close(ignored);
    }
}

boost::system::result<void, SocketError> Sockets::open(LinkId link) { return impl_->open(link); }

void Sockets::close(LinkId link) { impl_->close(link); }

bool Sockets::is_open(LinkId link) const { return impl_->links.contains(link); }

void Sockets::on_addresses(LinkId link, std::vector<engine::Address> addresses) {
    const auto found = impl_->links.find(link);
    if (found != impl_->links.end()) found->second->own = std::move(addresses);
}

Traffic Sockets::traffic(LinkId link) const {
    const auto found = impl_->links.find(link);
    return found == impl_->links.end() ? Traffic() : found->second->traffic;
}

void Sockets::send(const engine::SendDatagram& datagram) { impl_->send(datagram); }

void Sockets::flush() { impl_->flush(); }

bool Sockets::port_shared(Family family) const {
    return impl_->shared[static_cast<std::size_t>(family)];
}

bool Sockets::look_for_others() {
    const auto before = impl_->shared;
    for (const Family family : families) {
        impl_->shared[static_cast<std::size_t>(family)] = !impl_->foreign(family).empty();
    }
    return impl_->shared != before;
}

std::vector<PortOwner> Sockets::others() const {
    std::vector<UdpSocketRow> all;
    for (const Family family : families) {
        for (const auto& row : impl_->foreign(family)) all.push_back(row);
    }
    return owners_of(all);
}

const Counters& Sockets::counters() const { return impl_->counters; }

}  // namespace mdns::io
