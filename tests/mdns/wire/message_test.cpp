// Messages read: what is accepted, what is refused, what is left out.
#include "mdns/wire/message.hpp"

#include <gmock/gmock.h>

#include <chrono>

#include "tests/mdns/wire/bytes.hpp"

namespace mdns::wire::test {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

Errc errc_of(const Buffer& datagram) {
    Message message;
    const Errc errc = message.decode(datagram);
    if (errc != Errc::ok) {  // then there is nothing left of it
        EXPECT_THAT(message.questions(), IsEmpty());
        EXPECT_THAT(message.records(), IsEmpty());
        EXPECT_EQ(message.bad_records(), 0U);
        EXPECT_FALSE(message.header().response);
    }
    return errc;
}

/// Owner of the first answer of a message whose 12 bytes of header promise one.
Errc owner_errc(std::string_view name,
                std::string_view after = "0001 0001 00000078 0004 01020304") {
    Buffer datagram = bytes("0000 8400 0000 0001 0000 0000");
    for (const std::uint8_t byte : bytes(name)) datagram.push_back(byte);
    for (const std::uint8_t byte : bytes(after)) datagram.push_back(byte);
    return errc_of(datagram);
}

TEST(WireMessage, QuBitIsNoPartOfTheClass) {  // RFC6762-§5.4-01 RFC6762-§18.12-01
    const Buffer datagram =
        bytes("0000 0000 0002 0000 0000 0000  'a' 00 0001 8001  'a' 00 0001 0001");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    ASSERT_THAT(message.questions(), SizeIs(2));
    EXPECT_TRUE(message.questions()[0].unicast_response);
    EXPECT_EQ(message.questions()[0].klass, class_in);
    EXPECT_FALSE(message.questions()[1].unicast_response);
    EXPECT_EQ(message.questions()[1].klass, class_in);
}

TEST(WireMessage, CacheFlushBitIsNoPartOfTheClass) {  // RFC6762-§10.2-12 RFC6762-§18.13-01
    Buffer datagram = response_with(type::a, "01020304");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_FALSE(message.answers()[0].cache_flush);
    datagram[17] = 0x80;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_TRUE(message.answers()[0].cache_flush);
    EXPECT_EQ(message.answers()[0].klass, class_in);
    EXPECT_EQ(message.answers()[0].to_record().klass, class_in);
}

TEST(WireMessage, ClassesAbove32767CannotBeSaid) {  // RFC6762-§22-01
    const Buffer datagram = bytes(
        "0000 8400 0001 0001 0000 0000  'a' 00 0001 8123"
        "'a' 00 0001 8123 00000078 0004 01020304");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_EQ(message.questions()[0].klass, 0x0123);
    EXPECT_TRUE(message.questions()[0].unicast_response);
    EXPECT_EQ(message.answers()[0].klass, 0x0123);
    EXPECT_TRUE(message.answers()[0].cache_flush);
    EXPECT_EQ(message.answers()[0].to_record().klass, 0x0123);
}

TEST(WireMessage, OptClassIsASize) {  // RFC6762-§10.2-13
    const Buffer datagram = bytes(
        "0000 8400 0000 0000 0000 0002  'a' 00 0001 8001 00000078 0004 01020304"
        "00 0029 8fff 80000001 0000");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    ASSERT_THAT(message.additionals(), SizeIs(2));
    EXPECT_FALSE(message.additionals()[1].cache_flush);
    EXPECT_EQ(message.additionals()[1].klass, 0x8fff);
    EXPECT_THAT(message.edns_size(), Optional(36863));
    ASSERT_EQ(message.decode(response_with(type::a, "01020304")), Errc::ok);
    EXPECT_EQ(message.edns_size(), std::nullopt);
}

TEST(WireMessage, TtlWithTheTopBitIsZero) {  // RFC6762-§10-05
    Buffer datagram = response_with(type::a, "01020304");
    Message message;
    datagram[19] = 0x80;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_EQ(message.answers()[0].ttl, 0U);
    datagram[19] = 0x7f;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_EQ(message.answers()[0].ttl, 0x7f000078U);
}

TEST(WireMessage, HeaderFlags) {
    Message message;
    ASSERT_EQ(message.decode(bytes("1234 fd8f 0000 0000 0000 0000")), Errc::ok);
    EXPECT_EQ(message.header().id, 0x1234);
    EXPECT_TRUE(message.header().response);
    EXPECT_EQ(message.header().opcode, 15);
    EXPECT_TRUE(message.header().authoritative);
    EXPECT_FALSE(message.header().truncated);
    EXPECT_TRUE(message.header().recursion_desired);
    EXPECT_EQ(message.header().rcode, 15);
    ASSERT_EQ(message.decode(bytes("0000 0200 0000 0000 0000 0000")), Errc::ok);
    EXPECT_FALSE(message.header().response);
    EXPECT_EQ(message.header().opcode, 0);
    EXPECT_TRUE(message.header().truncated);
    EXPECT_FALSE(message.header().recursion_desired);
    EXPECT_EQ(message.header().rcode, 0);
}

// RFC6762-§18.7-02 RFC6762-§18.8-02 RFC6762-§18.9-02 RFC6762-§18.10-02
TEST(WireMessage, RaZAdCdAreIgnored) {
    Buffer datagram = response_with(type::a, "01020304");
    for (unsigned bit = 0x10; bit <= 0x80; bit <<= 1) {
        datagram[3] = static_cast<std::uint8_t>(bit);
        Message message;
        ASSERT_EQ(message.decode(datagram), Errc::ok);
        EXPECT_THAT(message.answers(), SizeIs(1));
        EXPECT_EQ(message.header().rcode, 0);
    }
}

TEST(WireMessage, SectionsAreKeptApart) {
    const std::string record = "'a' 00 0001 0001 00000078 0004 0102030";
    const Buffer datagram = bytes("0000 8400 0000 0001 0002 0001" + record + "1" + record + "2" +
                                  record + "3" + record + "4");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_THAT(message.answers(), SizeIs(1));
    EXPECT_THAT(message.authorities(), SizeIs(2));
    ASSERT_THAT(message.additionals(), SizeIs(1));
    EXPECT_EQ(message.additionals()[0].raw[3], 4);
    EXPECT_THAT(message.records(), SizeIs(4));
}

TEST(WireMessage, SectionsStayRightWhenARecordIsLeftOut) {  // RFC6762-§6.1-10
    const Buffer datagram = bytes(
        "0000 8400 0000 0002 0001 0001"
        "'a' 00 0001 0001 00000078 0004 01020304"
        "'a' 00 002f 0001 00000078 0004 c00c 0000"          // NSEC, bitmap of length 0
        "'a' 00 0021 0001 00000078 0007 0000 0000 0050 05"  // SRV, target runs out
        "'b' 00 0001 0001 00000078 0004 01020305");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    ASSERT_THAT(message.answers(), SizeIs(1));
    EXPECT_EQ(message.answers()[0].type, type::a);
    EXPECT_THAT(message.authorities(), IsEmpty());
    ASSERT_THAT(message.additionals(), SizeIs(1));
    EXPECT_TRUE(message.additionals()[0].name.equals(name("b")));
    EXPECT_EQ(message.bad_records(), 2U);
}

TEST(WireMessage, RecordsThatDoNotFitTheirTypeAreLeftOut) {  // RFC6762-§6.1-09 RFC6762-§6.1-10
    struct Row {
        std::uint16_t type;
        const char* rdata;
    };
    const Row rows[] = {
        {type::a, "010203"},
        {type::a, "0102030405"},
        {type::aaaa, "01020304"},
        {type::ptr, ""},
        {type::ptr, "'x'"},
        {type::ptr, "'x' 00 00"},
        {type::ptr, "c019"},  // to itself
        {type::ptr, "c0ff"},  // past the end
        {type::ptr, "80"},
        {type::srv, "0000 0000 0050 c01f"},
        {type::srv, "0000 0000 00"},
        {type::hinfo, "'cpu' 05 61"},
        {type::nsec, "c00c"},
        {type::nsec, "c00c 00 00"},
        {type::nsec, "c00c 00 02 40"},
        {type::nsec,
         "c00c 00 21 000000000000000000000000000000000000000000000000000000000000000000"},
    };
    for (const Row& row : rows) {
        Message message;
        ASSERT_EQ(message.decode(response_with(row.type, row.rdata)), Errc::ok) << row.rdata;
        EXPECT_THAT(message.records(), IsEmpty()) << row.rdata;
        EXPECT_EQ(message.bad_records(), 1U) << row.rdata;
    }
}

TEST(WireMessage,
     NsecOfTheGeneralFormOrWithAnotherNextNameIsKept) {  // RFC6762-§6.1-04 RFC6762-§6.1-08
    for (const char* rdata : {"c00c 00 01 40 01 01 40", "'zzz' 00 00 01 40", "c00c 01 01 40"}) {
        Message message;
        ASSERT_EQ(message.decode(response_with(type::nsec, rdata)), Errc::ok);
        EXPECT_THAT(message.answers(), SizeIs(1)) << rdata;
    }
}

TEST(WireMessage, UnknownTypesAndClassesAreOpaque) {  // RFC6762-§18.14-11
    const Buffer datagram = bytes(
        "0000 8400 0000 0003 0000 0000"
        "'a' 00 ff00 0001 00000078 0003 c0ffee"
        "'a' 00 0010 0123 00000078 0002 'b'"
        "'b' 00 0001 0001 00000078 0004 01020304");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    ASSERT_THAT(message.answers(), SizeIs(3));
    EXPECT_THAT(message.answers()[0].to_record().rdata, ElementsAreArray(bytes("c0ffee")));
    EXPECT_EQ(message.answers()[1].klass, 0x0123);
    EXPECT_TRUE(message.answers()[2].name.equals(name("b")));
}

// RFC6762-§18.14-04 RFC6762-§18.14-05 RFC6762-§18.14-06 RFC6762-§18.14-07
TEST(WireMessage, CompressedNamesInRdataAreDecoded) {
    struct Row {
        std::uint16_t type;
        const char* compressed;
        const char* canonical;
    };
    const Row rows[] = {
        {type::ns, "'x' c00c", "'x' 'a' 00"},
        {type::cname, "'x' c00c", "'x' 'a' 00"},
        {type::ptr, "'x' c00c", "'x' 'a' 00"},
        {type::dname, "'x' c00c", "'x' 'a' 00"},
        {type::soa, "c00c 'x' c00c 0000000100000002000000030000000400000005",
         "'a' 00 'x' 'a' 00 0000000100000002000000030000000400000005"},
        {type::mx, "0001 c00c", "0001 'a' 00"},
        {type::afsdb, "0001 c00c", "0001 'a' 00"},
        {type::rt, "0001 c00c", "0001 'a' 00"},
        {type::kx, "0001 c00c", "0001 'a' 00"},
        {type::rp, "c00c 'x' c00c", "'a' 00 'x' 'a' 00"},
        {type::px, "0001 c00c c00c", "0001 'a' 00 'a' 00"},
        {type::srv, "0000 0000 0050 'x' c00c", "0000 0000 0050 'x' 'a' 00"},
        {type::nsec, "c00c 00 01 40", "'a' 00 00 01 40"},
        {type::naptr, "0001 0002 's' 'p' '' c00c", "0001 0002 's' 'p' '' 'a' 00"},
        {type::sig, "0001 05 02 00000001 00000002 00000003 0004 c00c c00c",
         "0001 05 02 00000001 00000002 00000003 0004 'a' 00 c00c"},
        {65280, "'x' c00c", "'x' c00c"},
    };
    Message message;
    Rdata rdata = bytes("ff");  // what was there before does not matter
    for (const Row& row : rows) {
        const Buffer datagram = response_with(row.type, row.compressed);
        ASSERT_EQ(message.decode(datagram), Errc::ok) << row.type;
        ASSERT_THAT(message.answers(), SizeIs(1)) << row.type;
        const RecordView& record = message.answers()[0];
        record.canonical_rdata(rdata);
        EXPECT_THAT(rdata, ElementsAreArray(bytes(row.canonical))) << row.type;
        EXPECT_EQ(record.to_record().rdata, rdata);
        EXPECT_TRUE(record.rdata_equals(rdata)) << row.type;
        EXPECT_EQ(check_rdata(row.type, rdata), Errc::ok) << row.type;
        rdata.back() ^= 0x80;
        EXPECT_FALSE(record.rdata_equals(rdata)) << row.type;
        rdata.pop_back();
        EXPECT_FALSE(record.rdata_equals(rdata)) << row.type;
    }
}

TEST(WireMessage, ComparisonUncompressesNamesInRdata) {  // RFC6762-§8.2-06
    const char* ways[] = {"0000 0000 0050 'x' c00c", "0000 0000 0050 'x' 'a' 00"};
    Rdata first;
    Message message;
    for (const char* way : ways) {
        const Buffer datagram = response_with(type::srv, way);
        ASSERT_EQ(message.decode(datagram), Errc::ok);
        Rdata rdata;
        message.answers()[0].canonical_rdata(rdata);
        if (first.empty()) first = rdata;
        EXPECT_EQ(compare_rdata(first, rdata), 0);
    }
}

TEST(WireMessage, RdataEqualsIgnoresCaseInNames) {
    const Buffer datagram = response_with(type::srv, "0000 0000 0050 'HOST' c00c");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_TRUE(message.answers()[0].rdata_equals(make_srv({0, 0, 80, name("host.A")})));
    EXPECT_FALSE(message.answers()[0].rdata_equals(make_srv({0, 0, 81, name("host.A")})));
}

TEST(WireMessage, NameViewsAreNames) {
    const Buffer datagram = bytes(
        "0000 0000 0002 0000 0000 0000"
        "'Beta' 'local' 00 0001 0001  'x' c00c 0001 0001");
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    const NameView beta = message.questions()[0].name;
    const NameView below = message.questions()[1].name;
    const HashKey key{7, 9};
    EXPECT_EQ(below.to_text(), "x.Beta.local");
    EXPECT_TRUE(below.equals(name("X.beta.LOCAL")));
    EXPECT_FALSE(below.equals(name("beta.local")));
    EXPECT_FALSE(below.equals(beta));
    EXPECT_FALSE(beta.equals(below));
    EXPECT_TRUE(beta.equals(beta));
    EXPECT_EQ(hash(below, key), hash(name("x.beta.local"), key));
    EXPECT_NE(hash(below, key), hash(beta, key));
    Buffer wire = bytes("ff");
    below.append_to(wire);
    EXPECT_THAT(wire, ElementsAreArray(bytes("ff 'x' 'Beta' 'local' 00")));
    EXPECT_TRUE(NameView().to_name().is_root());
    EXPECT_TRUE(NameView().equals(Name()));
    EXPECT_EQ(hash(NameView(), key), hash(Name(), key));
}

TEST(WireMessage, ARecordWhoseNamePointsAstrayDoesNotHideTheOthers) {  // RFC6762-§18.14-09
    struct Row {
        const char* owner;
        const char* where;
    };
    const Row rows[] = {{"c00c", "to itself"},          {"'a' c00c", "to the name it ends"},
                        {"'a' c00e", "to the pointer"}, {"c014", "forward"},
                        {"ffff", "past the end"},       {"c004", "into the header"}};
    for (const Row& row : rows) {
        Buffer datagram = bytes("0000 8400 0000 0002 0000 0000");
        for (const std::uint8_t byte : bytes(row.owner)) datagram.push_back(byte);
        for (const std::uint8_t byte : bytes("0001 0001 00000078 0004 01020304"
                                             "'b' 00 0001 0001 00000078 0004 01020304")) {
            datagram.push_back(byte);
        }
        Message message;
        ASSERT_EQ(message.decode(datagram), Errc::ok) << row.where;
        EXPECT_EQ(message.bad_records(), 1U) << row.where;
        ASSERT_THAT(message.answers(), SizeIs(1)) << row.where;
        EXPECT_TRUE(message.answers()[0].name.equals(name("b"))) << row.where;
    }
}

TEST(WireMessage, OwnerNamesThatDoNotEndRefuseTheMessage) {  // RFC6762-§C-02
    EXPECT_EQ(owner_errc("'a' 00"), Errc::ok);
    EXPECT_EQ(owner_errc("40 00"), Errc::bad_label) << "label type 01";
    EXPECT_EQ(owner_errc("80 00"), Errc::bad_label) << "label type 10";
    EXPECT_EQ(owner_errc("'a' c0", ""), Errc::truncated);
    EXPECT_EQ(owner_errc("'a'", ""), Errc::truncated);
    EXPECT_EQ(owner_errc("05 61", ""), Errc::truncated);
}

TEST(WireMessage, TwoPointersCannotMakeALoop) {  // RFC6762-§18.14-09
    // 12: 'a' pointer to 16, 16: 'b' pointer to 12
    EXPECT_EQ(errc_of(bytes("0000 0000 0002 0000 0000 0000 'a' c010 'b' c00c 0001 0001 0001 0001")),
              Errc::bad_pointer);
}

TEST(WireMessage, BadQuestionNamesRefuseTheMessage) {
    EXPECT_EQ(errc_of(bytes("0000 0000 0001 0000 0000 0000 c00c 0001 0001")), Errc::bad_pointer);
    EXPECT_EQ(errc_of(bytes("0000 0000 0001 0000 0000 0000 'a' 00 0001 00")), Errc::truncated);
}

/// Questions, each a pointer to the one before: the last name needs count - 1 of them.
Buffer pointer_chain(std::size_t count) {
    Buffer datagram = bytes("0000 0000 0000 0000 0000 0000 'a' 00 0001 0001");
    std::size_t target = 12;
    for (std::size_t i = 1; i < count; ++i) {
        const std::size_t here = datagram.size();
        datagram.push_back(static_cast<std::uint8_t>(0xc0 | target >> 8));
        datagram.push_back(static_cast<std::uint8_t>(target));
        for (const std::uint8_t byte : bytes("0001 0001")) datagram.push_back(byte);
        target = here;
    }
    datagram[4] = static_cast<std::uint8_t>(count >> 8);
    datagram[5] = static_cast<std::uint8_t>(count);
    return datagram;
}

TEST(WireMessage, MoreThan128PointersAreRefused) {  // RFC6762-§18.14-09
    const Buffer longest = pointer_chain(129);
    Message message;
    ASSERT_EQ(message.decode(longest), Errc::ok);
    EXPECT_TRUE(message.questions().back().name.equals(name("a")));
    EXPECT_EQ(errc_of(pointer_chain(130)), Errc::bad_pointer);
}

TEST(WireMessage, NamesOf256BytesAreReadLongerOnesRefused) {  // RFC6762-§C-01
    const auto datagram_with = [](std::size_t last) {
        Buffer datagram = bytes("0000 0000 0001 0000 0000 0000");
        for (const std::size_t size : {std::size_t{63}, std::size_t{63}, std::size_t{63}, last}) {
            datagram.push_back(static_cast<std::uint8_t>(size));
            datagram.insert(datagram.end(), size, 'x');
        }
        for (const std::uint8_t byte : bytes("00 0001 0001")) datagram.push_back(byte);
        return datagram;
    };
    EXPECT_EQ(errc_of(datagram_with(62)), Errc::ok);
    EXPECT_EQ(errc_of(datagram_with(63)), Errc::name_too_long);
}

TEST(WireMessage, CompressionCannotMakeOverlongNames) {  // RFC6762-§C-01
    // Each question is 63 letters more and a pointer to the one before.
    Buffer datagram = bytes("0000 0000 0005 0000 0000 0000 00 0001 0001");
    std::size_t target = 12;
    Message message;
    for (int i = 0; i < 4; ++i) {
        const std::size_t here = datagram.size();
        datagram.push_back(63);
        datagram.insert(datagram.end(), 63, 'x');
        datagram.push_back(static_cast<std::uint8_t>(0xc0 | target >> 8));
        datagram.push_back(static_cast<std::uint8_t>(target));
        for (const std::uint8_t byte : bytes("0001 0001")) datagram.push_back(byte);
        target = here;
    }
    EXPECT_EQ(message.decode(datagram), Errc::name_too_long);  // 4 * 64 + 1
    datagram[5] = 4;
    EXPECT_EQ(message.decode(datagram), Errc::ok);
}

TEST(WireMessage, ShortMessagesAndWrongCountsAreRefused) {  // RFC6762-§18.14-10
    for (std::size_t size = 0; size < 12; ++size) EXPECT_EQ(errc_of(Buffer(size)), Errc::truncated);
    EXPECT_EQ(errc_of(Buffer(12)), Errc::ok);
    for (std::size_t count = 4; count < 12; count += 2) {  // each count alone: 65535
        Buffer datagram(12);
        datagram[count] = datagram[count + 1] = 0xff;
        EXPECT_EQ(errc_of(datagram), Errc::truncated);
    }
    Buffer long_rdata = response_with(type::a, "01020304");
    long_rdata[24] = 5;
    EXPECT_EQ(errc_of(long_rdata), Errc::truncated);
}

TEST(WireMessage, TrailingBytesAreTolerated) {  // RFC6762-§18.14-10
    Buffer datagram = response_with(type::a, "01020304");
    datagram.insert(datagram.end(), 4, 0xff);
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    EXPECT_THAT(message.answers(), SizeIs(1));
}

TEST(WireMessage, NothingIsLeftOfTheMessageBefore) {
    Message message;
    ASSERT_EQ(message.decode(response_with(type::a, "01")), Errc::ok);
    EXPECT_EQ(message.bad_records(), 1U);
    ASSERT_EQ(message.decode(Buffer(12)), Errc::ok);
    EXPECT_EQ(message.bad_records(), 0U);
    EXPECT_THAT(message.records(), IsEmpty());
    EXPECT_FALSE(message.header().response);
}

TEST(WireMessage, HostileMessageIsReadInNoTime) {  // RFC6762-§18.14-09
    // As many questions as 9000 bytes hold, each name with all pointers allowed.
    Buffer datagram = pointer_chain(129);
    const Buffer last(datagram.end() - 6, datagram.end());
    std::size_t count = 129;
    for (; datagram.size() + last.size() <= 9000; ++count) {
        datagram.insert(datagram.end(), last.begin(), last.end());
    }
    datagram[4] = static_cast<std::uint8_t>(count >> 8);
    datagram[5] = static_cast<std::uint8_t>(count);
    Message message;
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    // A hundred times what it takes: this is about growth, not about speed.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(200));
}

}  // namespace
}  // namespace mdns::wire::test
