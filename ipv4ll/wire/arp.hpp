// ipv4ll/wire/arp.hpp: ARP for IPv4 over Ethernet (RFC 826) between bytes and values. Knows what a
// probe and an announcement look like (RFC 3927 §1.2), not when they are sent.
#pragma once

#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ipv4ll::wire {

using Mac = std::array<std::uint8_t, 6>;
using Ipv4 = boost::asio::ip::address_v4;

enum class Operation : std::uint16_t { request = 1, reply = 2 };

struct ArpPacket {
    Operation operation = Operation::request;
    Mac sender_mac{};
    Ipv4 sender_ip;
    Mac target_mac{};
    Ipv4 target_ip;
    bool operator==(const ArpPacket&) const = default;
};

/// Asks whether anyone has `address`, without claiming it (RFC 3927 §1.2).
ArpPacket make_probe(const Mac& from, Ipv4 address);
/// States that `address` is ours (RFC 3927 §1.2).
ArpPacket make_announcement(const Mac& from, Ipv4 address);
/// Is it a probe, whoever sent it and for whatever address?
bool is_probe(const ArpPacket& packet);

constexpr std::size_t frame_size = 42;  // Ethernet header and ARP; the card pads
using Frame = std::array<std::uint8_t, frame_size>;

/// The whole Ethernet frame, always to the broadcast address (RFC 3927 §2.5, last paragraph).
Frame encode_arp(const ArpPacket& packet);

enum class Errc {
    truncated,      // shorter than frame_size
    not_arp,        // another EtherType
    not_ipv4,       // not Ethernet addresses of 6 bytes and IPv4 addresses of 4
    bad_operation,  // neither request nor reply
};

/// Reads an Ethernet frame; padding behind the ARP packet is ignored.
boost::system::result<ArpPacket, Errc> decode_arp(std::span<const std::uint8_t> frame);

}  // namespace ipv4ll::wire
