// What the kernel might say of interfaces, addresses, routes and neighbours, and what it would
// never: any bytes behind any header. Whatever was said, the table of interfaces stays one.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "avahid/net/eligible.hpp"
#include "avahid/net/interface_table.hpp"

namespace {

using namespace avahid::net;

constexpr std::uint16_t types[] = {RTM_NEWLINK,  RTM_DELLINK,  RTM_NEWADDR,  RTM_DELADDR,
                                   RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH, RTM_DELNEIGH};

void check(InterfaceTable& table) {
    for (const LinkEvent& event : table.take_events()) {
        const bool there = table.interfaces().contains(event.ifindex);
        if (event.kind == LinkEvent::Kind::changed && !there) std::abort();
    }
    if (!table.take_events().empty()) std::abort();
    for (const auto& [ifindex, interface] : table.interfaces()) {
        if (interface.ifindex != ifindex) std::abort();
        to_string(mdns_verdict(interface, {}));
        to_string(ipv4ll_verdict(interface, {}));
        const auto publishable = publishable_addresses(interface);
        if (publishable.size() > interface.addresses.size()) std::abort();
    }
}

}  // namespace

/// The input: for each message its type (an index), its length, and so many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    InterfaceTable table;
    while (size >= 2) {
        const std::size_t length = std::min<std::size_t>(data[1], size - 2);
        // In its own piece of memory, aligned, so that a step beyond it is noticed.
        std::vector<std::uint32_t> memory((NLMSG_HDRLEN + length + 3) / 4);
        nlmsghdr header{};
        header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + length);
        header.nlmsg_type = types[data[0] % std::size(types)];
        std::memcpy(memory.data(), &header, sizeof header);
        std::memcpy(reinterpret_cast<std::uint8_t*>(memory.data()) + NLMSG_HDRLEN, data + 2,
                    length);
        auto& message = *reinterpret_cast<nlmsghdr*>(memory.data());
        if (auto parsed = parse_route_message(message)) table.on_message(std::move(*parsed));
        parse_neighbour(message);
        data += 2 + length;
        size -= 2 + length;
        if (size % 3 == 0) check(table);
    }
    check(table);
    return 0;
}
