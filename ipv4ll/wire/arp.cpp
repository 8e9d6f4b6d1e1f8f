#include "ipv4ll/wire/arp.hpp"

#include <algorithm>

namespace ipv4ll::wire {
namespace {

// Offsets in the frame: 14 bytes of Ethernet header, then RFC 826's packet.
constexpr std::size_t ethertype_at = 12;
constexpr std::size_t format_at = 14;  // hardware, protocol, their lengths
constexpr std::size_t operation_at = 20;
constexpr std::size_t sender_mac_at = 22;
constexpr std::size_t sender_ip_at = 28;
constexpr std::size_t target_mac_at = 32;
constexpr std::size_t target_ip_at = 38;

constexpr std::array<std::uint8_t, 2> arp_ethertype = {0x08, 0x06};
constexpr std::array<std::uint8_t, 6> ethernet_ipv4 = {0x00, 0x01, 0x08, 0x00, 6, 4};
constexpr Mac everyone = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

template <std::size_t N>
void put(Frame& frame, std::size_t at, const std::array<std::uint8_t, N>& bytes) {
    std::copy(bytes.begin(), bytes.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

template <std::size_t N>
std::array<std::uint8_t, N> get(std::span<const std::uint8_t> frame, std::size_t at) {
    std::array<std::uint8_t, N> bytes;
    std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), N, bytes.begin());
    return bytes;
}

}  // namespace

ArpPacket make_probe(const Mac& from, Ipv4 address) {
    return {Operation::request, from, Ipv4{}, Mac{}, address};
}

ArpPacket make_announcement(const Mac& from, Ipv4 address) {
    return {Operation::request, from, address, Mac{}, address};
}

bool is_probe(const ArpPacket& packet) {
    return packet.operation == Operation::request && packet.sender_ip.is_unspecified();
}

Frame encode_arp(const ArpPacket& packet) {
    Frame frame{};
    put(frame, 0, everyone);
    put(frame, everyone.size(), packet.sender_mac);
    put(frame, ethertype_at, arp_ethertype);
    put(frame, format_at, ethernet_ipv4);
    frame[operation_at + 1] = static_cast<std::uint8_t>(packet.operation);
    put(frame, sender_mac_at, packet.sender_mac);
    put(frame, sender_ip_at, packet.sender_ip.to_bytes());
    put(frame, target_mac_at, packet.target_mac);
    put(frame, target_ip_at, packet.target_ip.to_bytes());
    return frame;
}

boost::system::result<ArpPacket, Errc> decode_arp(std::span<const std::uint8_t> frame) {
    if (frame.size() < frame_size) return Errc::truncated;
    if (get<2>(frame, ethertype_at) != arp_ethertype) return Errc::not_arp;
    if (get<6>(frame, format_at) != ethernet_ipv4) return Errc::not_ipv4;

    const std::uint8_t operation = frame[operation_at + 1];
    if (frame[operation_at] != 0 || operation < 1 || operation > 2) return Errc::bad_operation;

    ArpPacket packet;
    packet.operation = static_cast<Operation>(operation);
    packet.sender_mac = get<6>(frame, sender_mac_at);
    packet.sender_ip = Ipv4{get<4>(frame, sender_ip_at)};
    packet.target_mac = get<6>(frame, target_mac_at);
    packet.target_ip = Ipv4{get<4>(frame, target_ip_at)};
    return packet;
}

}  // namespace ipv4ll::wire
