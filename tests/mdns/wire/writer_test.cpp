// Messages written: compression, limits, header bits.
#include "mdns/wire/writer.hpp"

#include <gmock/gmock.h>

#include "tests/mdns/wire/bytes.hpp"

namespace mdns::wire::test {
namespace {

using testing::ElementsAreArray;
using testing::SizeIs;
using Dialect = Writer::Dialect;

constexpr std::size_t mtu = 1472;
constexpr Header response_header{.response = true, .authoritative = true};

Buffer finished(Writer& writer) { return buffer(writer.finish()); }

/// Rdata as written in a message whose question was "a.local" (at 12, "local" at 14).
Buffer written(std::uint16_t type, Bytes rdata, Dialect dialect = Dialect::mdns) {
    Writer writer;
    writer.begin(response_header, mtu, dialect);
    writer.question(name("a.local"), type::any, class_in);
    EXPECT_TRUE(writer.record(Section::answer, name("a.local"), type, class_in, 0, rdata));
    const Buffer message = finished(writer);
    const std::size_t start = 12 + 9 + 4 + 12;  // header, question, owner pointer to RDLENGTH
    EXPECT_EQ(message[start - 2] << 8 | message[start - 1],
              static_cast<int>(message.size() - start));
    return {message.begin() + start, message.end()};
}

// RFC6762-§18.2-01 RFC6762-§18.2-02 RFC6762-§18.3-01 RFC6762-§18.4-01 RFC6762-§18.4-03
// RFC6762-§18.5-02 RFC6762-§18.6-01 RFC6762-§18.11-01 RFC6762-§18.1-04
TEST(WireWriter, HeaderOfQueryAndResponse) {
    Writer writer;
    writer.begin({}, mtu);
    EXPECT_TRUE(writer.empty());
    EXPECT_THAT(finished(writer), ElementsAreArray(bytes("0000 0000 0000 0000 0000 0000")));
    writer.begin(response_header, mtu);
    EXPECT_THAT(finished(writer), ElementsAreArray(bytes("0000 8400 0000 0000 0000 0000")));
    writer.begin({.id = 0x1234, .truncated = true, .recursion_desired = true}, mtu);
    EXPECT_THAT(finished(writer), ElementsAreArray(bytes("1234 0300 0000 0000 0000 0000")));
    writer.begin({}, mtu);
    writer.set_truncated();
    EXPECT_THAT(finished(writer), ElementsAreArray(bytes("0000 0200 0000 0000 0000 0000")));
}

// RFC6762-§18.7-01 RFC6762-§18.8-01 RFC6762-§18.9-01 RFC6762-§18.10-01
TEST(WireWriter, RaZAdCdAreAlwaysZero) {
    Message message;
    ASSERT_EQ(message.decode(bytes("ffff ffff 0000 0000 0000 0000")), Errc::ok);
    Writer writer;
    writer.begin(message.header(), mtu);
    EXPECT_EQ(writer.finish()[3] & 0xf0, 0);
    EXPECT_EQ(writer.finish()[2], 0xff);
}

TEST(WireWriter, OwnerNamesAreCompressed) {  // RFC6762-§18.14-01
    Writer writer;
    writer.begin({}, mtu);
    const Name type = name("_ipp._tcp.local");
    ASSERT_TRUE(writer.question(type, type::ptr, class_in));
    for (int i = 0; i < 10; ++i) {
        const Name instance = *type.prepend("instance " + std::to_string(i));
        ASSERT_TRUE(
            writer.record(Section::answer, type, type::ptr, class_in, 4500, make_name(instance)));
    }
    EXPECT_EQ(writer.questions(), 1U);
    EXPECT_EQ(writer.records(), 10U);
    // The type once; each record: pointer, 10 fixed bytes, label of 10, pointer.
    EXPECT_THAT(finished(writer), SizeIs(12 + 17 + 4 + 10 * (2 + 10 + 11 + 2)));
}

TEST(WireWriter, NamesInRdataOfTheListedTypesAreCompressed) {  // RFC6762-§18.14-02
    const Buffer name_rdata = bytes("'x' 'local' 00");
    for (const std::uint16_t type : {type::ns, type::cname, type::ptr, type::dname}) {
        EXPECT_THAT(written(type, name_rdata), ElementsAreArray(bytes("'x' c00e"))) << type;
    }
    for (const std::uint16_t type : {type::mx, type::afsdb, type::rt, type::kx}) {
        EXPECT_THAT(written(type, bytes("0001 'x' 'local' 00")),
                    ElementsAreArray(bytes("0001 'x' c00e")))
            << type;
    }
    EXPECT_THAT(written(type::soa, bytes("'a' 'local' 00 'x' 'local' 00"
                                         "0000000100000002000000030000000400000005")),
                ElementsAreArray(bytes("c00c 'x' c00e 0000000100000002000000030000000400000005")));
    EXPECT_THAT(written(type::rp, bytes("'x' 'local' 00 'x' 'local' 00")),
                ElementsAreArray(bytes("'x' c00e c025")));
    EXPECT_THAT(written(type::px, bytes("0001 'a' 'local' 00 'local' 00")),
                ElementsAreArray(bytes("0001 c00c c00e")));
    EXPECT_THAT(written(type::srv, make_srv({0, 0, 80, name("x.local")})),
                ElementsAreArray(bytes("0000 0000 0050 'x' c00e")));
    EXPECT_THAT(written(type::nsec, make_nsec(name("a.local"), {1, 28})),  // RFC6762-§6.1-03
                ElementsAreArray(bytes("c00c 00 04 40000008")));
}

TEST(WireWriter, RdataOfOtherTypesIsVerbatim) {  // RFC6762-§18.14-03
    for (const std::uint16_t type : {std::uint16_t{65280}, type::txt, type::tsig}) {
        const Buffer rdata = bytes("'x' 'local' 00");
        EXPECT_THAT(written(type, rdata), ElementsAreArray(rdata)) << type;
    }
    const Buffer naptr = bytes("0001 0002 's' 'p' '' 'a' 'local' 00");
    EXPECT_THAT(written(type::naptr, naptr), ElementsAreArray(naptr));
    // Does not fit its type: there are no names to be found in it.
    for (const char* broken : {"'a' 'local' 00 00", "'a' 'local'", "'a' c00c", ""}) {
        EXPECT_THAT(written(type::ptr, bytes(broken)), ElementsAreArray(bytes(broken))) << broken;
    }
}

TEST(WireWriter, LegacyRepliesCompressOnlyWhatEveryResolverKnows) {  // RFC6762-§18.14-08
    const Buffer srv = make_srv({0, 0, 80, name("a.local")});
    EXPECT_THAT(written(type::srv, srv, Dialect::legacy), ElementsAreArray(srv));
    const Buffer nsec = make_nsec(name("a.local"), {1});
    EXPECT_THAT(written(type::nsec, nsec, Dialect::legacy), ElementsAreArray(nsec));
    EXPECT_THAT(written(type::ptr, make_name(name("x.local")), Dialect::legacy),
                ElementsAreArray(bytes("'x' c00e")));
}

TEST(WireWriter, LetterCaseOfEveryNameIsKept) {  // RFC6762-§16-06
    Writer writer;
    writer.begin(response_header, mtu);
    ASSERT_TRUE(writer.question(name("myprinter.local"), type::a, class_in));
    ASSERT_TRUE(writer.record(Section::answer, name("MyPrinter.local"), type::a, class_in, 120,
                              bytes("01020304")));
    const Buffer datagram = finished(writer);
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_EQ(message.questions()[0].name.to_text(), "myprinter.local");
    EXPECT_EQ(message.answers()[0].name.to_text(), "MyPrinter.local");
}

TEST(WireWriter, ByteOrderMarkIsKept) {  // RFC6762-§16-02
    Writer writer;
    writer.begin({}, mtu);
    ASSERT_TRUE(writer.question(name("\xef\xbb\xbfx.local"), type::a, class_in));
    EXPECT_THAT(finished(writer), ElementsAreArray(bytes("0000 0000 0001 0000 0000 0000"
                                                         "04 efbbbf78 'local' 00 0001 0001")));
}

TEST(WireWriter, RepeatedLabelsAreNotTakenForEachOther) {
    Writer writer;
    writer.begin({}, mtu);
    ASSERT_TRUE(writer.question(name("a.a.a"), type::a, class_in));
    ASSERT_TRUE(writer.question(name("a.a"), type::a, class_in));
    ASSERT_TRUE(writer.question(name("a.b.a"), type::a, class_in));
    ASSERT_TRUE(writer.question(Name(), type::a, class_in));
    const Buffer datagram = finished(writer);
    EXPECT_THAT(datagram,
                ElementsAreArray(
                    bytes("0000 0000 0004 0000 0000 0000 'a' 'a' 'a' 00 0001 0001 c00e 0001 0001"
                          "'a' 'b' c010 0001 0001 00 0001 0001")));
}

TEST(WireWriter, NamesAreComparedNotJustTheirHashes) {
    // The writer's 32-bit hash (FNV-1a from the last label) of these two is the same.
    Writer writer;
    writer.begin({}, mtu);
    ASSERT_TRUE(writer.question(name("wghugxsr.local"), type::a, class_in));
    ASSERT_TRUE(writer.question(name("vszszimq.local"), type::a, class_in));
    EXPECT_THAT(
        finished(writer),
        ElementsAreArray(bytes("0000 0000 0002 0000 0000 0000"
                               "'wghugxsr' 'local' 00 0001 0001 'vszszimq' c015 0001 0001")));
}

TEST(WireWriter, WhatDoesNotFitIsNotWritten) {
    const Name owner = name("a.local");
    for (std::size_t limit = 12; limit < 12 + 9 + 4; ++limit) {
        Writer writer;
        writer.begin({}, limit);
        EXPECT_FALSE(writer.question(owner, type::a, class_in));
        EXPECT_THAT(finished(writer), ElementsAreArray(bytes("0000 0000 0000 0000 0000 0000")));
    }
    Writer writer;
    writer.begin({}, 12 + 9 + 4 + 15);
    ASSERT_TRUE(writer.question(owner, type::a, class_in));
    const Buffer before = finished(writer);
    EXPECT_FALSE(writer.record(Section::answer, owner, type::a, class_in, 1, bytes("01020304")));
    EXPECT_EQ(finished(writer), before);
    writer.set_limit(12 + 9 + 4 + 16);
    EXPECT_TRUE(writer.record(Section::answer, owner, type::a, class_in, 1, bytes("01020304")));
    EXPECT_EQ(writer.size(), 12U + 9 + 4 + 16);
}

TEST(WireWriter, NothingPointsIntoWhatWasTakenBack) {
    Writer writer;
    writer.begin({}, 40);
    EXPECT_FALSE(
        writer.record(Section::answer, name("b.local"), type::txt, class_in, 1, Buffer(30)));
    ASSERT_TRUE(writer.question(name("b.local"), type::a, class_in));
    EXPECT_THAT(finished(writer),
                ElementsAreArray(bytes("0000 0000 0001 0000 0000 0000 'b' 'local' 00 0001 0001")));
}

TEST(WireWriter, SectionsMustComeInOrder) {
    const Name owner = name("a.local");
    const Buffer rdata = bytes("01020304");
    Writer writer;
    writer.begin(response_header, mtu);
    ASSERT_TRUE(writer.record(Section::authority, owner, type::a, class_in, 1, rdata));
    EXPECT_FALSE(writer.record(Section::answer, owner, type::a, class_in, 1, rdata));
    EXPECT_FALSE(writer.question(owner, type::a, class_in));
    EXPECT_TRUE(writer.record(Section::authority, owner, type::a, class_in, 1, rdata));
    EXPECT_TRUE(writer.record(Section::additional, owner, type::a, class_in, 1, rdata));
    EXPECT_FALSE(writer.record(Section::authority, owner, type::a, class_in, 1, rdata));
    EXPECT_EQ(writer.records(), 3U);
}

TEST(WireWriter, NoDatagramIsLongerThan65535Bytes) {
    Writer writer;
    writer.begin({}, std::size_t{1} << 20);
    EXPECT_FALSE(writer.record(Section::answer, Name(), type::txt, class_in, 1, Buffer(70000)));
    EXPECT_FALSE(writer.record(Section::answer, Name(), type::txt, class_in, 1, Buffer(65535)));
    EXPECT_TRUE(writer.record(Section::answer, Name(), type::txt, class_in, 1, Buffer(65000)));
}

TEST(WireWriter, PointersReachOnlyTheFirst16384Bytes) {
    Writer writer;
    writer.begin(response_header, 40000);
    // The next owner name would begin at 0x3ffe: "ab" is within reach, "local" is not.
    const std::size_t filler = 0x3ffe - 12 - 11;
    ASSERT_TRUE(writer.record(Section::answer, Name(), type::txt, class_in, 1, Buffer(filler)));
    ASSERT_EQ(writer.size(), 0x3ffeU);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(writer.record(Section::answer, name("ab.local"), type::a, class_in, 1,
                                  bytes("01020304")));
    }
    ASSERT_TRUE(
        writer.record(Section::answer, name("x.local"), type::a, class_in, 1, bytes("01020304")));
    const Buffer datagram = finished(writer);
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    ASSERT_THAT(message.answers(), SizeIs(5));
    EXPECT_TRUE(message.answers()[1].name.equals(name("ab.local")));
    EXPECT_TRUE(message.answers()[3].name.equals(name("ab.local")));
    EXPECT_TRUE(message.answers()[4].name.equals(name("x.local")));
    EXPECT_EQ(datagram.size(), 0x3ffeU + (10 + 14) + 2 * (2 + 14) + (9 + 14));
}

}  // namespace
}  // namespace mdns::wire::test
