#include "avahid/unicast/soa.hpp"

#include <gtest/gtest.h>

#include <string>

namespace avahid::unicast {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint16_t id = 0x1234;

/// As a name server answers: header and question, then SOA records of this owner.
Bytes reply(std::uint8_t flags, std::uint8_t rcode, const std::string& owner = "",
            std::uint16_t type = 6) {
    Bytes bytes = soa_query(id);
    bytes[2] = flags;
    bytes[3] = rcode;
    if (owner.empty()) return bytes;
    bytes[7] = 1;
    bytes.push_back(static_cast<std::uint8_t>(owner.size()));
    bytes.insert(bytes.end(), owner.begin(), owner.end());
    const Bytes rest{0, 0,  static_cast<std::uint8_t>(type),
                     0, 1,  0,
                     0, 0,  60,
                     0, 22, 0,
                     0, 0,  0,
                     0, 1,  0,
                     0, 0,  1,
                     0, 0,  0,
                     1, 0,  0,
                     0, 1,  0,
                     0, 0,  1};
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

TEST(LocalZoneSoa, AsksForTheSoaOfLocal) {
    EXPECT_EQ(soa_query(id), (Bytes{0x12, 0x34, 1,   0,   0,   1,   0, 0, 0, 0, 0, 0,  //
                                    5,    'l',  'o', 'c', 'a', 'l', 0, 0, 6, 0, 1}));
}

TEST(LocalZoneSoa, ARecordOfLocalItselfMeansThatTheZoneExists) {  // NSS-§name-03
    EXPECT_EQ(zone_exists(reply(0x81, 0x80, "local"), id), true);
    EXPECT_EQ(zone_exists(reply(0x85, 0x00, "LOCAL"), id), true);
}

TEST(LocalZoneSoa, ItsNameMayPointToTheQuestions) {
    Bytes bytes = reply(0x81, 0x80);
    bytes[7] = 1;
    const Bytes record{0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0,
                       1,    0,  0, 0, 1, 0, 0, 0, 1, 0,  0, 0,  1, 0, 0, 0, 1};
    bytes.insert(bytes.end(), record.begin(), record.end());
    EXPECT_EQ(zone_exists(bytes, id), true);
    bytes[3] = 0x83;
    EXPECT_EQ(zone_exists(bytes, id), false);
}

TEST(LocalZoneSoa, NoSuchNameOrNoDataMeansThatItDoesNot) {  // NSS-§name-03
    EXPECT_EQ(zone_exists(reply(0x81, 0x83), id), false);
    EXPECT_EQ(zone_exists(reply(0x81, 0x80), id), false);
    EXPECT_EQ(zone_exists(reply(0x81, 0x80, "corp"), id), false);
    EXPECT_EQ(zone_exists(reply(0x81, 0x80, "local", 16), id), false);
}

TEST(LocalZoneSoa, AFailureSaysNothing) {
    EXPECT_EQ(zone_exists(reply(0x81, 0x82), id), std::nullopt);  // SERVFAIL
    EXPECT_EQ(zone_exists(reply(0x81, 0x85), id), std::nullopt);  // REFUSED
}

TEST(LocalZoneSoa, OnlyTheReplyToTheQueryCounts) {
    EXPECT_EQ(zone_exists(reply(0x81, 0x80, "local"), id + 1), std::nullopt);
    EXPECT_EQ(zone_exists(reply(0x01, 0x80, "local"), id), std::nullopt);  // a query
    Bytes other = reply(0x81, 0x83);
    other[13] = 'x';  // the name asked for
    EXPECT_EQ(zone_exists(other, id), std::nullopt);
    Bytes none = reply(0x81, 0x80, "local");
    none[5] = 0;  // no question at all: what follows is read as the answer
    EXPECT_EQ(zone_exists(none, id), std::nullopt);
}

TEST(LocalZoneSoa, NoPartOfAReplyIsOne) {
    const Bytes whole = reply(0x81, 0x80, "local");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(zone_exists(std::span(whole).first(size), id), std::nullopt) << size;
}

}  // namespace
}  // namespace avahid::unicast
