// Rdata: made, parsed, compared and printed.
#include "mdns/wire/rdata.hpp"

#include <gmock/gmock.h>

#include "mdns/wire/nsec.hpp"
#include "tests/mdns/wire/bytes.hpp"

namespace mdns::wire::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Optional;

TEST(WireRdata, Addresses) {
    const auto ipv4 = boost::asio::ip::make_address_v4("169.254.1.2");
    EXPECT_THAT(make_a(ipv4), ElementsAreArray(bytes("a9fe 0102")));
    EXPECT_EQ(parse_a(make_a(ipv4)), ipv4);
    EXPECT_EQ(parse_a(bytes("a9fe 01")), std::nullopt);
    EXPECT_EQ(parse_a(bytes("a9fe 0102 03")), std::nullopt);
    const auto ipv6 = boost::asio::ip::make_address_v6("fe80::1");
    EXPECT_THAT(make_aaaa(ipv6),
                ElementsAreArray(bytes("fe80 0000 0000 0000 0000 0000 0000 0001")));
    EXPECT_EQ(parse_aaaa(make_aaaa(ipv6)), ipv6);
    EXPECT_EQ(parse_aaaa(bytes("fe80")), std::nullopt);
}

TEST(WireRdata, NamesAndSrv) {
    EXPECT_THAT(parse_name(make_name(name("beta.local"))), Optional(name("beta.local")));
    EXPECT_EQ(parse_name(bytes("'beta'")), std::nullopt);
    const Rdata rdata = make_srv({1, 2, 8080, name("beta.local")});
    EXPECT_THAT(rdata, ElementsAreArray(bytes("0001 0002 1f90 'beta' 'local' 00")));
    const auto srv = parse_srv(rdata);
    ASSERT_TRUE(srv.has_value());
    EXPECT_THAT((std::vector{srv->priority, srv->weight, srv->port}), ElementsAre(1, 2, 8080));
    EXPECT_EQ(srv->target, name("beta.local"));
    EXPECT_FALSE(parse_srv(bytes("0001 0002 1f90")).has_value());
    EXPECT_FALSE(parse_srv(bytes("0001 0002 1f90 'beta' 00 00")).has_value());
}

TEST(WireRdata, TxtIsStringsWithLengths) {  // RFC6763-§6.1-01
    const Rdata rdata = make_txt({"key=value", "paper=A4", "passreq"});
    EXPECT_THAT(rdata, ElementsAreArray(bytes("'key=value' 'paper=A4' 'passreq'")));
    EXPECT_THAT(parse_txt(rdata), ElementsAre("key=value", "paper=A4", "passreq"));
    const std::string longest(255, 'x');
    EXPECT_THAT(parse_txt(make_txt({longest})), ElementsAre(longest));
    EXPECT_THAT(parse_txt(make_txt({std::string(300, 'x'), "a=1"})), ElementsAre(longest, "a=1"));
}

TEST(WireRdata, TxtIsNeverEmpty) {  // RFC6763-§6-01 RFC6763-§6.1-02 RFC6763-§6.1-03
    EXPECT_THAT(make_txt({}), ElementsAreArray(bytes("00")));
    EXPECT_THAT(parse_txt(bytes("00")), IsEmpty());
    EXPECT_THAT(parse_txt({}), IsEmpty());
    EXPECT_THAT(parse_txt(bytes("00 'a=1' 00")), ElementsAre("a=1"));
}

TEST(WireRdata, BrokenLastStringOfTxtIsLeftOut) {  // RFC6763-§6.1-05
    EXPECT_THAT(parse_txt(bytes("05 616263")), IsEmpty());
    EXPECT_THAT(parse_txt(bytes("'a=1' ff 616263")), ElementsAre("a=1"));
    EXPECT_EQ(check_rdata(type::txt, bytes("'a=1' ff 616263")), Errc::ok);
}

TEST(WireRdata, TxtValuesAreOpaque) {  // RFC6763-§6.5-01
    const std::string binary("k=\x00\xff=", 5);
    EXPECT_THAT(parse_txt(make_txt({binary})), ElementsAre(binary));
}

TEST(WireRdata, Hinfo) {
    EXPECT_THAT(make_hinfo("X86_64", "LINUX"), ElementsAreArray(bytes("'X86_64' 'LINUX'")));
}

TEST(WireRdata, NsecIsTheRestrictedForm) {  // RFC6762-§6.1-03
    const Rdata rdata = make_nsec(name("beta.local"), {type::aaaa, type::a});
    EXPECT_THAT(rdata, ElementsAreArray(bytes("'beta' 'local' 00 00 04 40000008")));
    EXPECT_THAT(nsec_has(rdata, type::a), Optional(true));
    EXPECT_THAT(nsec_has(rdata, type::aaaa), Optional(true));
    EXPECT_THAT(nsec_has(rdata, type::txt), Optional(false));
    EXPECT_THAT(nsec_has(rdata, type::any), Optional(false));
    EXPECT_THAT(nsec_has(rdata, type::caa), Optional(false));
    const Rdata widest = make_nsec(Name(), {255});
    EXPECT_EQ(widest.size(), 1U + 2 + 32);
    EXPECT_THAT(nsec_has(widest, 255), Optional(true));
}

TEST(WireRdata, NsecNeverHasItsOwnBitNorTypesAbove255) {  // RFC6762-§6.1-11
    const Rdata rdata = make_nsec(Name(), {type::nsec, type::a, type::caa});
    EXPECT_THAT(rdata, ElementsAreArray(bytes("00 00 01 40")));
    EXPECT_THAT(make_nsec(Name(), {}), ElementsAreArray(bytes("00 00 01 00")));
    EXPECT_EQ(check_rdata(type::nsec, make_nsec(Name(), {})), Errc::ok);
}

TEST(WireRdata, NsecInGeneralFormIsUnderstood) {  // RFC6762-§6.1-04 RFC6762-§6.1-09
    const Buffer two_blocks = bytes("'zzz' 00  00 01 40  01 01 40");  // A, CAA
    EXPECT_THAT(nsec_has(two_blocks, type::a), Optional(true));
    EXPECT_THAT(nsec_has(two_blocks, type::caa), Optional(true));
    EXPECT_THAT(nsec_has(two_blocks, type::aaaa), Optional(false));
    EXPECT_THAT(nsec_has(two_blocks, 1024), Optional(false));
    EXPECT_THAT(bitmap_types(bytes("00 01 40  01 01 40")), ElementsAre(type::a, type::caa));
    EXPECT_THAT(nsec_has(bytes("00 01 01 40"), type::a), Optional(false));  // block 1 alone
}

TEST(WireRdata, NsecThatCannotBeParsedIsNotUnderstood) {  // RFC6762-§6.1-09 RFC6762-§6.1-10
    const Buffer too_long = [] {
        Buffer out = bytes("00 00 21");
        out.insert(out.end(), 33, 0xff);
        return out;
    }();
    EXPECT_EQ(nsec_has(too_long, type::a), std::nullopt);
    for (const char* bad :
         {"", "00", "00 00", "00 00 00", "00 00 02 40", "00 00 01 40 00", "00 00 01 40 00 01 40",
          "00 01 01 40 00 01 40", "'a'", "c000 00 01 40"}) {
        EXPECT_EQ(nsec_has(bytes(bad), type::a), std::nullopt) << bad;
    }
}

TEST(WireRdata, CheckKnowsEveryLayout) {
    struct Row {
        std::uint16_t type;
        const char* good;
    };
    const Row rows[] = {
        {type::a, "01020304"},
        {type::ns, "'a' 00"},
        {type::cname, "'a' 00"},
        {type::soa, "'a' 00 'b' 00 00000001 00000002 00000003 00000004 00000005"},
        {type::ptr, "'a' 00"},
        {type::hinfo, "'cpu' 'os'"},
        {type::mx, "0001 'a' 00"},
        {type::rp, "'a' 00 'b' 00"},
        {type::afsdb, "0001 'a' 00"},
        {type::rt, "0001 'a' 00"},
        {type::px, "0001 'a' 00 'b' 00"},
        {type::aaaa, "0102030405060708090a0b0c0d0e0f10"},
        {type::srv, "0001 0002 0003 'a' 00"},
        {type::naptr, "0001 0002 's' 'http' 're' 'a' 00"},
        {type::kx, "0001 'a' 00"},
        {type::dname, "'a' 00"},
        {type::nsec, "'a' 00 00 01 40"},
    };
    for (const Row& row : rows) {
        Buffer rdata = bytes(row.good);
        EXPECT_EQ(check_rdata(row.type, rdata), Errc::ok) << row.type;
        rdata.push_back(0);
        EXPECT_NE(check_rdata(row.type, rdata), Errc::ok) << row.type << ": one byte more";
        rdata.pop_back();
        rdata.pop_back();
        EXPECT_NE(check_rdata(row.type, rdata), Errc::ok) << row.type << ": one byte less";
        EXPECT_NE(check_rdata(row.type, {}), Errc::ok) << row.type << ": nothing";
    }
    EXPECT_EQ(check_rdata(65280, bytes("c0ffee")), Errc::ok);
    EXPECT_EQ(check_rdata(type::caa, bytes("00")), Errc::ok);
}

TEST(WireRdata, CanonicalRdataHasNoPointers) {
    // c00c leads to 'x', an earlier name as pointers want it; but in rdata there is no message.
    const char* numbers = "0000000100000002000000030000000400000005";
    const std::string first = "'12345678901' 'x' 00";
    EXPECT_EQ(check_rdata(type::soa, bytes(first + "'x' 00" + numbers)), Errc::ok);
    EXPECT_EQ(check_rdata(type::soa, bytes(first + "c00c" + numbers)), Errc::bad_pointer);
}

TEST(WireRdata, SameRdataIgnoresCaseInNamesOnly) {
    EXPECT_TRUE(same_rdata(type::srv, bytes("0000 0000 0050 'Beta' 'local' 00"),
                           bytes("0000 0000 0050 'beta' 'LOCAL' 00")));
    // 'A' (0x41) and 'a' (0x61) as numbers are not letters.
    EXPECT_FALSE(
        same_rdata(type::srv, bytes("0000 0000 0041 'a' 00"), bytes("0000 0000 0061 'a' 00")));
    EXPECT_TRUE(same_rdata(type::ptr, bytes("'A' 00"), bytes("'a' 00")));
    EXPECT_FALSE(same_rdata(type::ptr, bytes("'A' 00"), bytes("'b' 00")));
    EXPECT_FALSE(same_rdata(type::txt, bytes("'a=X'"), bytes("'a=x'")));
    EXPECT_FALSE(same_rdata(65280, bytes("'A' 00"), bytes("'a' 00")));
    EXPECT_TRUE(same_rdata(65280, bytes("41"), bytes("41")));
    // Rdata that does not fit its type is compared as bytes.
    EXPECT_TRUE(same_rdata(type::ptr, bytes("05 41"), bytes("05 41")));
    EXPECT_FALSE(same_rdata(type::ptr, bytes("05 41"), bytes("05 61")));
}

TEST(WireRdata, SameDataIgnoresTtl) {
    const Record record{name("a.local"), type::ptr, class_in, 120, make_name(name("b.local"))};
    Record other{name("A.local"), type::ptr, class_in, 4500, make_name(name("B.local"))};
    EXPECT_TRUE(record.same_data(other));
    other.klass = class_any;
    EXPECT_FALSE(record.same_data(other));
    other = record;
    other.type = type::cname;
    EXPECT_FALSE(record.same_data(other));
    other = record;
    other.name = name("c.local");
    EXPECT_FALSE(record.same_data(other));
}

TEST(WireRdata, RdataIsOrderedAsUnsignedBytes) {  // RFC6762-§8.2-07
    EXPECT_GT(compare_rdata(bytes("c8"), bytes("63")), 0);
    EXPECT_LT(compare_rdata(bytes("a9fe 63c8"), bytes("a9fe c832")), 0);
    EXPECT_LT(compare_rdata(bytes("6162"), bytes("616263")), 0);
    EXPECT_GT(compare_rdata(bytes("616263"), bytes("6162")), 0);
    EXPECT_LT(compare_rdata({}, bytes("00")), 0);
    EXPECT_EQ(compare_rdata(bytes("6162"), bytes("6162")), 0);
    EXPECT_NE(compare_rdata(bytes("'A' 00"), bytes("'a' 00")), 0);  // raw: letter case counts
}

TEST(WireRdata, RecordsAreOrderedByClassThenTypeThenRdata) {  // RFC6762-§8.2-05
    const Record a{Name(), type::a, 1, 120, bytes("ff")};
    const Record aaaa{Name(), type::aaaa, 1, 120, bytes("00")};
    const Record chaos{Name(), type::a, 3, 120, bytes("00")};
    EXPECT_LT(compare_records(a, aaaa), 0);
    EXPECT_GT(compare_records(chaos, aaaa), 0);
    EXPECT_LT(compare_records(aaaa, chaos), 0);
    EXPECT_LT(compare_records({Name(), type::a, 1, 9, bytes("01")}, a), 0);
    EXPECT_EQ(compare_records(a, a), 0);
}

TEST(WireRdata, TypeNames) {
    EXPECT_EQ(type_name(type::a), "A");
    EXPECT_EQ(type_name(type::nsec), "NSEC");
    EXPECT_EQ(type_name(65280), "TYPE65280");
    EXPECT_THAT(type_from_name("txt"), Optional(type::txt));
    EXPECT_THAT(type_from_name("ANY"), Optional(type::any));
    EXPECT_THAT(type_from_name("type65280"), Optional(65280));
    EXPECT_THAT(type_from_name("28"), Optional(type::aaaa));
    for (const char* bad :
         {"", "TYPE", "TYPE65536", "-1", "+1", "1x", "TXTT", "TX", " A", "TYPE-1"}) {
        EXPECT_EQ(type_from_name(bad), std::nullopt) << bad;
    }
    for (unsigned type = 0; type < 65536; ++type) {
        const auto value = static_cast<std::uint16_t>(type);
        ASSERT_THAT(type_from_name(type_name(value)), Optional(value));
    }
}

TEST(WireRdata, Text) {
    EXPECT_EQ(rdata_to_text(type::a, bytes("a9fe0102")), "169.254.1.2");
    EXPECT_EQ(rdata_to_text(type::aaaa, bytes("fe80 0000 0000 0000 0000 0000 0000 0001")),
              "fe80::1");
    EXPECT_EQ(rdata_to_text(type::ptr, make_name(name("A\\.B.local"))), "A\\.B.local");
    EXPECT_EQ(rdata_to_text(type::srv, make_srv({0, 0, 80, name("beta.local")})),
              "0 0 80 beta.local");
    EXPECT_EQ(rdata_to_text(type::txt, make_txt({"a=1", "b=2"})), "\"a=1\" \"b=2\"");
    EXPECT_EQ(rdata_to_text(type::txt, make_txt({})), "\"\"");
    EXPECT_EQ(rdata_to_text(type::hinfo, make_hinfo("X86_64", "")), "\"X86_64\" \"\"");
    EXPECT_EQ(rdata_to_text(type::nsec, make_nsec(name("b.local"), {1, 28})), "b.local A AAAA");
    EXPECT_EQ(rdata_to_text(type::nsec, make_nsec(Name(), {})), ".");
    EXPECT_EQ(rdata_to_text(type::soa, bytes("'a' 00 'b' 00 00000001 00000002 00000003 00000004"
                                             "ffffffff")),
              "a b 1 2 3 4 4294967295");
    EXPECT_EQ(rdata_to_text(type::naptr, bytes("0001 0002 's' 'http' '' 'a' 00")),
              "1 2 \"s\" \"http\" \"\" a");
    EXPECT_EQ(rdata_to_text(65280, bytes("0badc0de")), "\\# 4 0badc0de");
    EXPECT_EQ(rdata_to_text(65280, {}), "\\# 0");
    EXPECT_EQ(rdata_to_text(type::a, bytes("a9fe01")), "\\# 3 a9fe01");  // not an A at all
    EXPECT_EQ(rdata_to_text(type::srv, bytes("0000 0000 0050 'b' 00 00")),
              "\\# 10 00000000005001620000");
}

TEST(WireRdata, TextIsSafeOnATerminal) {
    EXPECT_EQ(rdata_to_text(type::txt, make_txt({"a=\x1b[2J\"\\\xff"})), R"("a=\027[2J\"\\\255")");
    EXPECT_EQ(rdata_to_text(type::ptr, bytes("'\x1b[0m' 00")), "\\027[0m");
    EXPECT_EQ(rdata_to_text(type::hinfo, bytes("'\x07' '\"'")), R"("\007" "\"")");
}

}  // namespace
}  // namespace mdns::wire::test
