#include "avahid/keeper/arp_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

// Linux 4.20; older headers lack it.
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

namespace avahid::keeper {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

constexpr std::uint32_t packet_type = static_cast<std::uint32_t>(SKF_AD_OFF) + SKF_AD_PKTTYPE;
constexpr std::uint32_t link_local = 0xA9FE;  // 169.254, the first half of an address

constexpr std::uint8_t size = 17;
constexpr std::uint8_t accept = size - 2;
constexpr std::uint8_t drop = size - 1;

constexpr sock_filter load(unsigned width, std::uint32_t at) {
    return {static_cast<std::uint16_t>(BPF_LD | BPF_ABS | width), 0, 0, at};
}
/// At line `line`: go to line `yes` if the loaded value is this one, else to line `no`.
constexpr sock_filter is(int line, std::uint32_t value, int yes, int no) {
    return {BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint8_t>(yes - line - 1),
            static_cast<std::uint8_t>(no - line - 1), value};
}
constexpr sock_filter take(std::uint32_t bytes) { return {BPF_RET | BPF_K, 0, 0, bytes}; }

// Offsets are those of ipv4ll/wire/arp.cpp. A load beyond the end of the frame drops it.
constexpr std::array<sock_filter, size> link_local_arp = {
    // Frames of other VLANs, which the parent interface sees without their tag, and in promiscuous
    // mode those to other hosts.
    load(BPF_B, packet_type),          // 0
    is(1, PACKET_OTHERHOST, drop, 2),  //
    load(BPF_H, 12),                   // 2: EtherType
    is(3, ETHERTYPE_ARP, 4, drop),     //
    load(BPF_W, 14),                   // 4: Ethernet, IPv4
    is(5, 0x00010800, 6, drop),        //
    load(BPF_H, 18),                   // 6: lengths of their addresses
    is(7, 0x0604, 8, drop),            //
    load(BPF_H, 20),                   // 8: request or reply
    is(9, 1, 11, 10),                  //
    is(10, 2, 11, drop),               //
    load(BPF_H, 28),                   // 11: sender
    is(12, link_local, accept, 13),    //
    load(BPF_H, 38),                   // 13: target
    is(14, link_local, accept, drop),  //
    take(0xFFFF),                      // accept
    take(0),                           // drop
};

bool set_options(int fd) {
    sock_fprog program{size, const_cast<sock_filter*>(link_local_arp.data())};
    const int on = 1;
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) return false;
    if (::setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) < 0) return false;
    // Only saves work: the engine knows its own packets.
    ::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    return true;
}

}  // namespace

boost::system::result<Descriptor> open_arp_socket(int ifindex) {
    // Protocol 0: nothing is received before the filter is in place and the socket is bound.
    Descriptor fd{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd || !set_options(fd.get())) return last_error();

    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_ARP);
    link.sll_ifindex = ifindex;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&link), sizeof link) < 0) {
        return last_error();
    }
    return fd;
}

}  // namespace avahid::keeper
