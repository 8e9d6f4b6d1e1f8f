// mdns/io/receive_batch.hpp: many datagrams in one system call, and how each was addressed (§11).
// Left to others: for which link a datagram is (sockets), what it says (engine).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "mdns/engine/types.hpp"

namespace mdns::io {

struct Received {
    engine::Source source;  // addresses without IPv6 scope ids: the link says it
    engine::Address to;     // the group, or the address of ours it was sent to
    int ifindex = 0;        // where it came in, as the kernel says; with a VRF, the VRF's
    std::span<const std::uint8_t> bytes;  // valid until the next receive()
};

enum class Unusable {
    too_long,       // above max_packet (§17)
    no_info,        // the kernel does not say how it was addressed
    not_addressed,  // to a broadcast address or another group
};

/// Its buffers are used again and again; one is enough for all sockets.
class ReceiveBatch {
public:
    static constexpr std::size_t capacity = 32;

    ReceiveBatch();
    ~ReceiveBatch();
    ReceiveBatch(const ReceiveBatch&) = delete;
    ReceiveBatch& operator=(const ReceiveBatch&) = delete;

    /// \return how many were read; 0: none there, or an error that the next wait will show
    std::size_t receive(int fd);
    /// \param i  below what receive() returned
    std::variant<Received, Unusable> at(std::size_t i) const;

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

}  // namespace mdns::io
