// Whole messages, byte by byte. One array serves both ways: read, and written again from what was
// read.
#include <gmock/gmock.h>

#include "mdns/wire/writer.hpp"
#include "tests/mdns/wire/bytes.hpp"
#include "tests/mdns/wire/rewrite.hpp"

namespace mdns::wire::test {
namespace {

using testing::ElementsAreArray;

struct Golden {
    const char* what;
    Writer::Dialect dialect;
    const char* notation;
};

const Golden goldens[] = {
    // RFC6762-§5.4-01
    {"first browse after start: QU", Writer::Dialect::mdns,
     "0000 0000 0001 0000 0000 0000  '_ipp' '_tcp' 'local' 00 000c 8001"},
    {"query with two known answers, more to come", Writer::Dialect::mdns,
     "0000 0200 0001 0002 0000 0000"
     "'_ipp' '_tcp' 'local' 00 000c 0001"
     "c00c 000c 0001 00000e10 0006 'One' c00c"
     "c00c 000c 0001 00000e10 0006 'Two' c00c"},
    {"probe for a host name", Writer::Dialect::mdns,
     "0000 0000 0001 0000 0002 0000"
     "'beta' 'local' 00 00ff 8001"
     "c00c 0001 0001 00000078 0004 a9fe0102"
     "c00c 001c 0001 00000078 0010 fe80 0000 0000 0000 0000 0000 0000 0001"},
    // RFC6762-§6.1-03
    {"announcement of a host name: cache-flush, and NSEC for all other types",
     Writer::Dialect::mdns,
     "0000 8400 0000 0002 0000 0001"
     "'beta' 'local' 00 0001 8001 00000078 0004 a9fe0102"
     "c00c 001c 8001 00000078 0010 fe80 0000 0000 0000 0000 0000 0000 0001"
     "c00c 002f 8001 00000078 0008 c00c 00 04 40000008"},
    // RFC6762-§18.14-02 RFC6762-§18.14-07
    {"answer to a browse, with all that is needed to use the service", Writer::Dialect::mdns,
     "0000 8400 0000 0001 0000 0003"
     "'_http' '_tcp' 'local' 00 000c 0001 00001194 000d 'Dr. Pepper' c00c"
     "c028 0021 8001 00000078 000d 0000 0000 0050 'beta' c017"
     "c028 0010 8001 00001194 0008 'path=/x'"
     "c047 0001 8001 00000078 0004 a9fe0102"},
    {"goodbye", Writer::Dialect::mdns,
     "0000 8400 0000 0001 0000 0000"
     "'_http' '_tcp' 'local' 00 000c 0001 00000000 0006 'Web' c00c"},
    // RFC6762-§18.14-08 RFC6762-§6.7-03
    {"legacy reply: ID, question, SRV target in full", Writer::Dialect::legacy,
     "1234 8400 0001 0001 0000 0001"
     "'Web' '_http' '_tcp' 'local' 00 0021 0001"
     "c00c 0021 0001 0000000a 0012 0000 0000 0050 'beta' 'local' 00"
     "'beta' c01b 0001 0001 0000000a 0004 a9fe0102"},
    {"query with EDNS", Writer::Dialect::mdns,
     "4d2e 0100 0001 0000 0000 0001"
     "'beta' 'local' 00 0001 0001"
     "00 0029 05a0 00000000 0000"},
};

TEST(WireGolden, ReadAndWrittenAgainIsTheSame) {
    for (const Golden& golden : goldens) {
        const Buffer datagram = bytes(golden.notation);
        Message message;
        ASSERT_EQ(message.decode(datagram), Errc::ok) << golden.what;
        EXPECT_EQ(message.bad_records(), 0U) << golden.what;
        Writer writer;
        ASSERT_TRUE(rewrite(message, writer, golden.dialect)) << golden.what;
        EXPECT_THAT(buffer(writer.finish()), ElementsAreArray(datagram)) << golden.what;
    }
}

TEST(WireGolden, ServiceAnswerMeansWhatItShould) {
    const Buffer datagram = bytes(goldens[4].notation);
    Message message;
    ASSERT_EQ(message.decode(datagram), Errc::ok);
    const RecordView& ptr = message.answers()[0];
    EXPECT_TRUE(ptr.name.equals(name("_http._tcp.local")));
    EXPECT_FALSE(ptr.cache_flush);
    EXPECT_EQ(ptr.ttl, 4500U);
    EXPECT_EQ(rdata_to_text(ptr.type, ptr.to_record().rdata), "Dr\\. Pepper._http._tcp.local");
    const auto more = message.additionals();
    ASSERT_EQ(more.size(), 3U);
    EXPECT_EQ(more[0].name.to_text(), "Dr\\. Pepper._http._tcp.local");
    EXPECT_TRUE(more[0].cache_flush);
    EXPECT_EQ(rdata_to_text(more[0].type, more[0].to_record().rdata), "0 0 80 beta.local");
    EXPECT_EQ(rdata_to_text(more[1].type, more[1].to_record().rdata), "\"path=/x\"");
    EXPECT_EQ(more[2].name.to_text(), "beta.local");
    EXPECT_EQ(rdata_to_text(more[2].type, more[2].to_record().rdata), "169.254.1.2");
}

TEST(WireGolden, CutAnywhereItIsRefused) {  // RFC6762-§18.14-10
    Message message;
    for (const Golden& golden : goldens) {
        const Buffer datagram = bytes(golden.notation);
        for (std::size_t size = 0; size < datagram.size(); ++size) {
            // A copy of its own size, so that sanitizers see a read past the end.
            const Buffer cut(datagram.begin(),
                             datagram.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_NE(message.decode(cut), Errc::ok) << golden.what << " at " << size;
            EXPECT_TRUE(message.questions().empty() && message.records().empty());
        }
    }
}

TEST(WireGolden, AnyByteChangedDoesNoHarm) {
    const std::uint8_t values[] = {0x00, 0x01, 0x0c, 0x11, 0x21, 0x2f, 0x3f,
                                   0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    Message message;
    Writer writer;
    for (const Golden& golden : goldens) {
        Buffer datagram = bytes(golden.notation);
        for (std::uint8_t& byte : datagram) {
            const std::uint8_t kept = byte;
            for (const std::uint8_t value : values) {
                byte = value;
                if (message.decode(datagram) == Errc::ok) {
                    rewrite(message, writer, golden.dialect);
                }
            }
            byte = kept;
        }
    }
}

}  // namespace
}  // namespace mdns::wire::test
