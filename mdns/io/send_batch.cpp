#include "mdns/io/send_batch.hpp"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/container_hash/hash.hpp>
#include <cerrno>
#include <cstring>

#include "mdns/constants.hpp"

namespace mdns::io {
namespace {

using engine::Address;
using engine::Family;

constexpr std::size_t control_size = CMSG_SPACE(sizeof(in6_pktinfo));
using Control = std::array<std::uint8_t, control_size>;

in_addr to_kernel(const boost::asio::ip::address_v4& address) {
    return {.s_addr = htonl(address.to_uint())};
}

in6_addr to_kernel(const boost::asio::ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    in6_addr result{};
    std::memcpy(&result, bytes.data(), bytes.size());
    return result;
}

template <typename Info>
void put_info(msghdr& header, Control& control, int level, int type, const Info& info) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* const message = CMSG_FIRSTHDR(&header);
    message->cmsg_level = level;
    message->cmsg_type = type;
    message->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(message), &info, sizeof info);
}

void put_source(msghdr& header, Control& control, const Address& from, int ifindex) {
    control = {};
    if (from.is_v4()) {
        in_pktinfo info{};
        info.ipi_ifindex = ifindex;
        info.ipi_spec_dst = to_kernel(from.to_v4());
        put_info(header, control, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        info.ipi6_ifindex = static_cast<unsigned>(ifindex);
        info.ipi6_addr = to_kernel(from.to_v6());
        put_info(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

bool no_room(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS; }

/// What a link answers that is not quite up: no route for the group, no address to send from, or
/// one whose duplicate is still looked for (IPv6).
bool not_ready(int error) {
    return error == ENETUNREACH || error == EADDRNOTAVAIL || error == EINVAL;
}

engine::Endpoint group_of(Family family) {
    static const Address ipv4 = boost::asio::ip::make_address(group_ipv4);
    static const Address ipv6 = boost::asio::ip::make_address(group_ipv6);
    return {family == Family::ipv4 ? ipv4 : ipv6, port};
}

/// What is in the send buffer: nothing but what the device or, for want of a hardware address, the
/// kernel holds back.
struct SendBuffer {
    std::uint32_t used = 0;
    std::uint32_t size = 1;
    unsigned eighths() const { return static_cast<unsigned>(std::uint64_t{used} * 8 / size); }
};
SendBuffer send_buffer(int fd) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return {};
    return {info[SK_MEMINFO_WMEM_ALLOC], std::max(info[SK_MEMINFO_SNDBUF], 1u)};
}

constexpr unsigned careful_from = 2;  // eighths of the send buffer
constexpr unsigned unicast_up_to = 6;

}  // namespace

std::optional<SendBatch::SocketAddress> SendBatch::target(
    const std::optional<engine::Endpoint>& to) const {
    const engine::Endpoint peer = to ? *to : group_of(link_.family);
    if (peer.address.is_v4() != (link_.family == Family::ipv4)) return std::nullopt;
    SocketAddress result{};
    if (peer.address.is_v4()) {
        result.v4.sin_family = AF_INET;
        result.v4.sin_port = htons(peer.port);
        result.v4.sin_addr = to_kernel(peer.address.to_v4());
        return result;
    }
    const auto v6 = peer.address.to_v6();
    result.v6 = {};
    result.v6.sin6_family = AF_INET6;
    result.v6.sin6_port = htons(peer.port);
    result.v6.sin6_addr = to_kernel(v6);
    const bool scoped = v6.is_link_local() || v6.is_multicast();
    if (scoped) result.v6.sin6_scope_id = static_cast<std::uint32_t>(link_.ifindex);
    return result;
}

bool SendBatch::add(std::span<const std::uint8_t> bytes, const std::optional<engine::Endpoint>& to,
                    const std::optional<Address>& from) {
    const auto name = target(to);
    if (!name) return false;
    items_.push_back({bytes_.size(), bytes.size(), *name, !to, from});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return true;
}

/// \return how many of the items from `first` on were taken; negative: errno says why not the first
int SendBatch::send_some(int fd, std::size_t first, std::size_t most) {
    std::array<mmsghdr, chunk> messages{};
    std::array<iovec, chunk> vectors{};
    alignas(cmsghdr) std::array<Control, chunk> controls;
    const std::size_t count = std::min({chunk, items_.size() - first, most});
    for (std::size_t i = 0; i < count; ++i) {
        Item& item = items_[first + i];
        vectors[i] = {bytes_.data() + item.offset, item.length};
        msghdr& header = messages[i].msg_hdr;
        header.msg_name = &item.to;
        header.msg_namelen =
            link_.family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        header.msg_iov = &vectors[i];
        header.msg_iovlen = 1;
        if (item.from) put_source(header, controls[i], *item.from, link_.ifindex);
    }
    int taken = 0;
    do taken = ::sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    while (taken < 0 && errno == EINTR);
    return taken;
}

/// The items before `count` are done with.
void SendBatch::forget(std::size_t count) {
    if (count < items_.size()) {
        const std::size_t gone = items_[count].offset;
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(gone));
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
        for (Item& item : items_) item.offset -= gone;
    } else {
        bytes_.clear();
        items_.clear();
    }
}

/// While much waits, unicast goes one by one: to whom more waits afterwards, there is nobody.
/// \return false: it is not worth the room
bool SendBatch::send_unicast(int fd, std::size_t index, int& taken) {
    const SocketAddress& to = items_[index].to;
    const std::size_t host = link_.family == Family::ipv4
                                 ? boost::hash_value(to.v4.sin_addr.s_addr)
                                 : boost::hash_range(std::begin(to.v6.sin6_addr.s6_addr),
                                                     std::end(to.v6.sin6_addr.s6_addr));
    const auto now = SilentHosts::Clock::now();
    if (!silent_) silent_ = std::make_unique<SilentHosts>();
    if (silent_->contains(now, host)) return false;
    const SendBuffer before = send_buffer(fd);
    if (before.eighths() >= unicast_up_to) return false;
    taken = send_some(fd, index, 1);
    if (const int error = errno; send_buffer(fd).used > before.used) {
        silent_->note(now, host);
        errno = error;
    }
    return true;
}

SendOutcome SendBatch::flush(int fd, bool patient) {
    SendOutcome outcome;
    std::size_t next = 0;
    const bool careful =
        std::ranges::any_of(items_, [](const Item& item) { return !item.to_group; }) &&
        send_buffer(fd).eighths() >= careful_from;
    while (next < items_.size()) {
        int taken = 0;
        if (!careful) {
            taken = send_some(fd, next, chunk);
        } else if (items_[next].to_group) {
            taken = send_some(fd, next, 1);
        } else if (!send_unicast(fd, next, taken)) {
            ++outcome.dropped;
            ++next;
            continue;
        }
        if (taken > 0) {
            outcome.sent += static_cast<std::size_t>(taken);
            next += static_cast<std::size_t>(taken);
        } else if (no_room(errno)) {
            outcome.dropped += items_.size() - next;
            break;
        } else if (items_[next].from) {
            items_[next].from.reset();  // that address of ours may be gone: any other will do
        } else if (patient && items_[next].to_group && not_ready(errno)) {
            outcome.stuck = true;
            forget(next);
            return outcome;
        } else {
            outcome.error = errno;
            ++outcome.failed;
            ++next;
        }
    }
    bytes_.clear();
    items_.clear();
    if (bytes_.capacity() > kept_bytes) {
        bytes_.shrink_to_fit();
        items_.shrink_to_fit();
    }
    return outcome;
}

}  // namespace mdns::io
