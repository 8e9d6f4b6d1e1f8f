// avahid/keeper/protocol.hpp: what the unprivileged process may ask of the keeper. One struct is
// one message of a SOCK_SEQPACKET socket pair; each request gets one reply with its id. Both ends
// are the same program, so byte order and padding are nobody's business.
#pragma once

#include <cstdint>
#include <type_traits>

namespace avahid::keeper {

enum class Operation : std::uint32_t {
    open_arp = 1,        // the reply carries a packet socket for link-local ARP on the interface
    add_address = 2,     // 169.254.x.y/16 and its routes
    remove_address = 3,  // one that add_address has set
    yield_address = 4,   // the same, and its connections are reset: somebody else has it
    remove_stale = 5,    // one that an earlier process left behind; the caller knows it was ours
    reload_rules = 6,    // the configuration has changed; all other fields are 0
    add_route = 7,       // 169.254.0.0/16 by an interface without address of ours; address is 0
    remove_route = 8,    // one that add_route has set; address is 0
};

struct Request {
    std::uint32_t id = 0;
    Operation operation{};
    std::int32_t ifindex = 0;
    std::uint32_t address = 0;        // host byte order; 0 where there is none
    std::uint32_t default_route = 0;  // add_address: 1: a default route too; else 0
};

struct Reply {
    std::uint32_t id = 0;
    std::int32_t error = 0;  // an errno value; 0: done
};

static_assert(std::is_trivially_copyable_v<Request> && sizeof(Request) == 20);
static_assert(std::is_trivially_copyable_v<Reply> && sizeof(Reply) == 8);

}  // namespace avahid::keeper
