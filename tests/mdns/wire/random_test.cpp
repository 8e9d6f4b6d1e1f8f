// Random messages from a seeded generator, written and read again; random bytes, read.
#include <gmock/gmock.h>

#include <random>

#include "mdns/wire/writer.hpp"
#include "tests/mdns/wire/bytes.hpp"
#include "tests/mdns/wire/rewrite.hpp"

namespace mdns::wire::test {
namespace {

class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    std::size_t below(std::size_t bound) { return engine_() % bound; }
    std::uint16_t u16() { return static_cast<std::uint16_t>(below(65536)); }

    std::string text(std::size_t least, std::size_t most) {
        std::string out(least + below(most - least + 1), '\0');
        for (char& c : out) c = static_cast<char>(below(4) == 0 ? below(256) : 'a' + below(2));
        return out;
    }
    /// Few and short labels most of the time, so that suffixes repeat and are compressed.
    Name name() {
        Name name;
        for (std::size_t labels = below(6); labels > 0; --labels) {
            const Result<Name> longer =
                name.prepend(below(8) == 0 ? text(1, 63) : std::string(1, "abAB"[below(4)]));
            if (longer) name = *longer;
        }
        return name;
    }
    Record record() {
        Record record{name(),
                      0,
                      static_cast<std::uint16_t>(below(2) ? class_in : below(0x8000)),
                      static_cast<std::uint32_t>(below(0x80000000)),
                      {}};
        set_data(record);
        return record;
    }

private:
    template <class Range>
    static void append(Rdata& rdata, const Range& more) {
        for (const auto byte : more) rdata.push_back(static_cast<std::uint8_t>(byte));
    }
    void set_data(Record& record) {
        switch (below(8)) {
            case 0:
                record.type = type::a;
                record.rdata = make_a(Ipv4(static_cast<Ipv4::uint_type>(engine_())));
                break;
            case 1:
                record.type = type::ptr;
                record.rdata = make_name(name());
                break;
            case 2:
                record.type = type::srv;
                record.rdata = make_srv({u16(), u16(), u16(), name()});
                break;
            case 3:
                record.type = type::txt;
                record.rdata = make_txt({text(0, 255), text(0, 9)});
                break;
            case 4:
                record.type = type::nsec;
                record.rdata =
                    make_nsec(name(), {u16(), type::a, static_cast<std::uint16_t>(below(256))});
                break;
            case 5:
                record.type = type::hinfo;
                record.rdata = make_hinfo(text(0, 9), text(0, 9));
                break;
            case 6:
                record.type = type::rp;
                record.rdata = make_name(name());
                append(record.rdata, make_name(name()));
                break;
            default:
                record.type = static_cast<std::uint16_t>(1000 + below(1000));
                append(record.rdata, text(0, 40));
                break;
        }
    }

    std::mt19937 engine_;
};

void expect_same(const Record& record, const RecordView& view, const HashKey& key) {
    const Record back = view.to_record();
    EXPECT_EQ(back.name.to_text(), record.name.to_text());  // letter case too
    EXPECT_TRUE(view.name.equals(record.name));
    EXPECT_EQ(hash(view.name, key), hash(record.name, key));
    EXPECT_EQ(back.type, record.type);
    EXPECT_EQ(back.klass, record.klass);
    EXPECT_EQ(back.ttl, record.ttl);
    EXPECT_EQ(back.rdata, record.rdata);
    EXPECT_TRUE(view.rdata_equals(record.rdata));
}

TEST(WireRandom, WhatIsWrittenIsRead) {
    const HashKey key{3, 4};
    Writer writer;
    Message message;
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        Random random(seed);
        const auto dialect = seed % 2 == 0 ? Writer::Dialect::mdns : Writer::Dialect::legacy;
        writer.begin({}, 12 + random.below(3000), dialect);
        std::vector<Record> written;
        std::size_t sections = 0;
        for (std::size_t i = random.below(40); i > 0; --i) {
            const Record record = random.record();
            sections = std::max(sections, random.below(3));
            if (writer.record(static_cast<Section>(sections), record.name, record.type,
                              record.klass, record.ttl, record.rdata)) {
                written.push_back(record);
            }
        }
        const Buffer datagram = buffer(writer.finish());
        ASSERT_EQ(message.decode(datagram), Errc::ok) << seed;
        ASSERT_EQ(message.bad_records(), 0U) << seed;
        ASSERT_EQ(message.records().size(), written.size()) << seed;
        for (std::size_t i = 0; i < written.size(); ++i) {
            expect_same(written[i], message.records()[i], key);
        }
        if (HasFailure()) FAIL() << "seed " << seed;
    }
}

TEST(WireRandom, DamagedMessagesDoNoHarm) {
    Writer writer;
    Message message;
    for (std::uint32_t seed = 0; seed < 4000; ++seed) {
        Random random(seed);
        writer.begin({}, 600);
        for (int i = 0; i < 8; ++i) {
            const Record record = random.record();
            writer.record(Section::answer, record.name, record.type, record.klass, record.ttl,
                          record.rdata);
        }
        Buffer datagram = buffer(writer.finish());
        for (std::size_t i = 1 + random.below(4); i > 0; --i) {
            datagram[random.below(datagram.size())] = static_cast<std::uint8_t>(random.below(256));
        }
        datagram.resize(datagram.size() - random.below(datagram.size() / 4));
        if (message.decode(datagram) == Errc::ok) rewrite(message, writer);
    }
}

}  // namespace
}  // namespace mdns::wire::test
