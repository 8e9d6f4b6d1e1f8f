#include "ipv4ll/wire/arp.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace ipv4ll::wire {
namespace {

constexpr Mac mac = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
const Ipv4 address{{169, 254, 7, 8}};

const Frame probe_bytes = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x08, 0x06,  // Ethernet
    0x00, 0x01, 0x08, 0x00, 6,    4,    0x00, 0x01,                                      // request
    0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0,    0,    0,    0,                             // sender
    0,    0,    0,    0,    0,    0,    169,  254,  7,    8,                             // target
};

/// A probe with one byte changed.
std::vector<std::uint8_t> probe_with(std::size_t at, std::uint8_t value) {
    std::vector<std::uint8_t> bytes(probe_bytes.begin(), probe_bytes.end());
    bytes[at] = value;
    return bytes;
}

TEST(Ipv4llArp, ProbeHasTheBytesOfSection12) {
    // RFC3927-§1.2-01 RFC3927-§1.2-02 RFC3927-§2.2.1-01 RFC5227-§1.1-01
    // RFC5227-§2.1.1-01 RFC5227-§2.1.1-02 RFC5227-§2.1.1-03 RFC5227-§2.1.1-04
    EXPECT_EQ(encode_arp(make_probe(mac, address)), probe_bytes);
}

TEST(Ipv4llArp, AnnouncementDiffersInTheSenderAddressOnly) {  // RFC3927-§1.2-03 RFC5227-§1.1-01
    Frame expected = probe_bytes;
    expected[28] = 169;
    expected[29] = 254;
    expected[30] = 7;
    expected[31] = 8;
    EXPECT_EQ(encode_arp(make_announcement(mac, address)), expected);
}

TEST(Ipv4llArp, EveryPacketIsBroadcast) {  // RFC3927-§2.5-07
    const ArpPacket reply{Operation::reply, mac, address, Mac{1, 2, 3, 4, 5, 6}, address};
    const Frame frame = encode_arp(reply);
    EXPECT_THAT(std::vector(frame.begin(), frame.begin() + 6), testing::Each(0xFF));
}

TEST(Ipv4llArp, DecodesWhatItEncodes) {
    const ArpPacket reply{Operation::reply, mac, address, Mac{1, 2, 3, 4, 5, 6}, Ipv4{0x0A000001}};
    const auto decoded = decode_arp(encode_arp(reply));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, reply);
}

TEST(Ipv4llArp, AcceptsEthernetPadding) {  // RFC3927-§V-02
    std::vector<std::uint8_t> padded(probe_bytes.begin(), probe_bytes.end());
    padded.resize(60, 0xAA);
    const auto decoded = decode_arp(padded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, make_probe(mac, address));
}

TEST(Ipv4llArp, RefusesEveryShorterFrame) {  // RFC3927-§V-01
    for (std::size_t size = 0; size < frame_size; ++size) {
        const auto decoded = decode_arp(std::span(probe_bytes).first(size));
        ASSERT_FALSE(decoded) << size;
        EXPECT_EQ(decoded.error(), Errc::truncated);
    }
}

TEST(Ipv4llArp, RefusesOtherProtocols) {  // RFC3927-§V-01
    struct Case {
        std::size_t at;
        std::uint8_t value;
        Errc expected;
    };
    for (const Case& c : {
             Case{13, 0x00, Errc::not_arp},     // IPv4
             Case{12, 0x81, Errc::not_arp},     // not 0x0806
             Case{15, 6, Errc::not_ipv4},       // IEEE 802 hardware type
             Case{16, 0x86, Errc::not_ipv4},    // another protocol
             Case{18, 8, Errc::not_ipv4},       // hardware address length
             Case{19, 16, Errc::not_ipv4},      // protocol address length
             Case{21, 0, Errc::bad_operation},  // reserved
             Case{21, 3, Errc::bad_operation},  // RARP request
             Case{20, 1, Errc::bad_operation},  // 0x0101
         }) {
        const auto decoded = decode_arp(probe_with(c.at, c.value));
        ASSERT_FALSE(decoded) << c.at;
        EXPECT_EQ(decoded.error(), c.expected) << c.at;
    }
}

TEST(Ipv4llArp, OnlyARequestWithoutSenderIsAProbe) {
    EXPECT_TRUE(is_probe(make_probe(mac, address)));
    EXPECT_FALSE(is_probe(make_announcement(mac, address)));
    EXPECT_FALSE(is_probe({Operation::reply, mac, Ipv4{}, Mac{}, address}));
}

}  // namespace
}  // namespace ipv4ll::wire
