#include "mdns/io/receive_batch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "mdns/constants.hpp"

namespace mdns::io {
namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using engine::Address;

constexpr std::size_t control_size =
    CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo));

const address_v4 ipv4_group = boost::asio::ip::make_address_v4(group_ipv4);
const address_v6 ipv6_group = boost::asio::ip::make_address_v6(group_ipv6);

Address from_kernel(const in_addr& address) { return address_v4(ntohl(address.s_addr)); }

Address from_kernel(const in6_addr& address) {
    address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &address, bytes.size());
    return address_v6(bytes);
}

engine::Endpoint sender(const sockaddr_storage& name) {
    if (name.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &name, sizeof v4);
        return {from_kernel(v4.sin_addr), ntohs(v4.sin_port)};
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &name, sizeof v6);
    return {from_kernel(v6.sin6_addr), ntohs(v6.sin6_port)};
}

struct Arrival {
    Address to;
    Address local;  // the address of ours that stands for it; the same with true unicast
    int ifindex = 0;
};

template <typename Info>
Info read_info(const cmsghdr* message) {
    Info info{};
    std::memcpy(&info, CMSG_DATA(message), sizeof info);
    return info;
}

std::optional<Arrival> arrival(msghdr& header) {
    for (auto* message = CMSG_FIRSTHDR(&header); message != nullptr;
         message = CMSG_NXTHDR(&header, message)) {
        if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
            const auto info = read_info<in_pktinfo>(message);
            return Arrival{from_kernel(info.ipi_addr), from_kernel(info.ipi_spec_dst),
                           info.ipi_ifindex};
        }
        if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
            const auto info = read_info<in6_pktinfo>(message);
            const Address to = from_kernel(info.ipi6_addr);
            return Arrival{to, to, static_cast<int>(info.ipi6_ifindex)};
        }
    }
    return std::nullopt;
}

bool is_group(const Address& to) {
    return to.is_v4() ? to.to_v4() == ipv4_group : to.to_v6() == ipv6_group;
}

bool is_own_address(const Arrival& a) { return a.to == a.local && !a.to.is_multicast(); }

}  // namespace

struct ReceiveBatch::Buffers {
    std::array<std::array<std::uint8_t, max_packet>, capacity> bytes;
    std::array<sockaddr_storage, capacity> names;
    alignas(cmsghdr) std::array<std::array<std::uint8_t, control_size>, capacity> controls;
    std::array<iovec, capacity> vectors;
    std::array<mmsghdr, capacity> messages;
};

ReceiveBatch::ReceiveBatch() : buffers_(std::make_unique<Buffers>()) {}
ReceiveBatch::~ReceiveBatch() = default;

std::size_t ReceiveBatch::receive(int fd) {
    Buffers& b = *buffers_;
    for (std::size_t i = 0; i < capacity; ++i) {
        b.vectors[i] = {b.bytes[i].data(), b.bytes[i].size()};
        msghdr& header = b.messages[i].msg_hdr;
        header = {};
        header.msg_name = &b.names[i];
        header.msg_namelen = sizeof b.names[i];
        header.msg_iov = &b.vectors[i];
        header.msg_iovlen = 1;
        header.msg_control = b.controls[i].data();
        header.msg_controllen = b.controls[i].size();
    }
    int received = 0;
    do received = ::recvmmsg(fd, b.messages.data(), capacity, MSG_DONTWAIT, nullptr);
    while (received < 0 && errno == EINTR);
    return received < 0 ? 0 : static_cast<std::size_t>(received);
}

std::variant<Received, Unusable> ReceiveBatch::at(std::size_t i) const {
    mmsghdr& message = buffers_->messages[i];
    if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) return Unusable::too_long;
    const auto how = arrival(message.msg_hdr);
    if (!how) return Unusable::no_info;
    const bool to_group = is_group(how->to);
    // Answering a broadcast as if it were for us alone would set the whole link talking.
    if (!to_group && !is_own_address(*how)) return Unusable::not_addressed;
    return Received{.source = {.from = sender(buffers_->names[i]), .to_group = to_group},
                    .to = how->to,
                    .ifindex = how->ifindex,
                    .bytes = {buffers_->bytes[i].data(), message.msg_len}};
}

}  // namespace mdns::io
