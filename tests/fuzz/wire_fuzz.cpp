// tests/fuzz/wire_fuzz.cpp: any bytes are read; what was read is written, read again, and the same.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "mdns/wire/message.hpp"
#include "mdns/wire/writer.hpp"
#include "tests/mdns/wire/rewrite.hpp"

namespace mdns::wire {
namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// Exact: letter case too.
bool same_name(const NameView& left, const NameView& right) {
    const HashKey key{1, 2};
    require(hash(left, key) == hash(left.to_name(), key));
    return std::ranges::equal(left.to_name().wire(), right.to_name().wire()) && left.equals(right);
}

bool same_record(const RecordView& left, const RecordView& right) {
    Rdata rdata;
    right.canonical_rdata(rdata);
    return same_name(left.name, right.name) && left.type == right.type &&
           left.klass == right.klass && left.cache_flush == right.cache_flush &&
           left.ttl == right.ttl && left.to_record().rdata == rdata && left.rdata_equals(rdata) &&
           check_rdata(left.type, rdata) == Errc::ok;
}

bool same_question(const Question& left, const Question& right) {
    return same_name(left.name, right.name) && left.type == right.type &&
           left.klass == right.klass && left.unicast_response == right.unicast_response;
}

bool same_header(const Header& left, const Header& right) {
    return left.id == right.id && left.response == right.response && left.opcode == right.opcode &&
           left.authoritative == right.authoritative && left.truncated == right.truncated &&
           left.recursion_desired == right.recursion_desired && left.rcode == right.rcode;
}

template <class T>
bool all_same(std::span<const T> left, std::span<const T> right, bool (*same)(const T&, const T&)) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

/// What people see pastes back, and holds nothing that a terminal would obey.
void check_text(const RecordView& record) {
    const Record value = record.to_record();
    const std::string name = value.name.to_text();
    const Result<Name> back = Name::from_text(name);
    require(back && std::ranges::equal(back->wire(), value.name.wire()));
    const std::string text = name + rdata_to_text(value.type, value.rdata);
    require(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
    for (std::size_t i = 1; i < text.size(); ++i) {  // C1
        require(text[i - 1] != '\xc2' || static_cast<unsigned char>(text[i]) >= 0xa0);
    }
}

/// What programs may hand us as rdata: anything.
void check_any_rdata(Bytes bytes) {
    for (const std::uint16_t type : {type::soa, type::srv, type::txt, type::nsec, type::naptr}) {
        require(same_rdata(type, bytes, bytes));
        rdata_to_text(type, bytes);
    }
    parse_txt(bytes);
    parse_srv(bytes);
    nsec_has(bytes, type::aaaa);
}

void check_message(const Message& message, Writer::Dialect dialect) {
    Writer writer;
    if (!test::rewrite(message, writer, dialect)) return;  // larger than a datagram, uncompressed
    Message again;
    require(again.decode(writer.finish()) == Errc::ok);
    require(again.bad_records() == 0);
    require(same_header(again.header(), message.header()));
    require(all_same(again.questions(), message.questions(), same_question));
    require(all_same(again.answers(), message.answers(), same_record));
    require(all_same(again.authorities(), message.authorities(), same_record));
    require(all_same(again.additionals(), message.additionals(), same_record));
    require(again.edns_size() == message.edns_size());
}

}  // namespace
}  // namespace mdns::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mdns::wire;
    const Bytes bytes(data, size);
    check_any_rdata(bytes);
    Message message;
    if (message.decode(bytes) != Errc::ok) return 0;
    check_message(message, Writer::Dialect::mdns);
    check_message(message, Writer::Dialect::legacy);
    for (const RecordView& record : message.records()) check_text(record);
    return 0;
}
