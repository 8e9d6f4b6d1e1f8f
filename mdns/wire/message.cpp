#include "mdns/wire/message.hpp"

#include <algorithm>

#include "mdns/wire/fields.hpp"
#include "mdns/wire/reader.hpp"

namespace mdns::wire {

namespace {

/// Their class and TTL hold other things (RFC 6891 §6.1.2, RFC 8945): no cache-flush bit (§10.2).
bool is_pseudo(std::uint16_t type) {
    return type == type::opt || type == type::tsig || type == type::tkey;
}

/// RA, Z, AD and CD are not even kept: §18.7 to §18.10 want them ignored.
Header read_header(Reader& in) {
    Header header;
    header.id = in.u16();
    const unsigned flags = in.u16();
    header.response = (flags & 0x8000U) != 0;
    header.opcode = flags >> 11 & 0xfU;
    header.authoritative = (flags & 0x0400U) != 0;
    header.truncated = (flags & 0x0200U) != 0;
    header.recursion_desired = (flags & 0x0100U) != 0;
    header.rcode = flags & 0xfU;
    return header;
}

Question read_question(Reader& in) {
    Question question;
    question.name = in.name();
    question.type = in.u16();
    const unsigned klass = in.u16();
    question.klass = klass & 0x7fffU;
    question.unicast_response = (klass & top_bit) != 0;
    return question;
}

void set_class_and_ttl(RecordView& record, std::uint16_t klass, std::uint32_t ttl) {
    if (is_pseudo(record.type)) {
        record.klass = klass;
        record.ttl = ttl;
        return;
    }
    record.klass = klass & 0x7fffU;
    record.cache_flush = (klass & top_bit) != 0;
    record.ttl = ttl > 0x7fffffffU ? 0 : ttl;  // RFC 2181 §8
}

/// \return empty when its owner cannot be known
std::optional<RecordView> read_record(Reader& in, Bytes message) {
    RecordView record;
    const auto owner = in.name_or_skip();
    record.name = owner.value_or(NameView());
    record.type = in.u16();
    const std::uint16_t klass = in.u16();
    const std::uint32_t ttl = in.u32();
    set_class_and_ttl(record, klass, ttl);
    const std::size_t size = in.u16();
    record.message = message;
    record.offset = in.position();
    record.raw = in.take(size);
    return owner ? std::optional(record) : std::nullopt;
}

Fields fields_of(const RecordView& record) {
    return Fields::in_message(record.type, record.message, record.offset, record.raw.size());
}

}  // namespace

Errc Message::decode(Bytes datagram) {
    clear();
    const Errc errc = read(datagram);
    if (errc != Errc::ok) clear();
    return errc;
}

void Message::clear() {
    header_ = {};
    questions_.clear();
    records_.clear();
    answers_end_ = authorities_end_ = bad_records_ = 0;
}

Errc Message::read(Bytes datagram) {
    Reader in(datagram);
    header_ = read_header(in);
    const std::size_t questions = in.u16();
    const std::size_t answers = in.u16();
    const std::size_t authorities = in.u16();
    const std::size_t additionals = in.u16();
    // The counts are only believed as far as there are bytes: nothing is reserved for them.
    for (std::size_t i = 0; i < questions && in.errc() == Errc::ok; ++i) {
        questions_.push_back(read_question(in));
    }
    read_records(in, datagram, answers);
    answers_end_ = records_.size();
    read_records(in, datagram, authorities);
    authorities_end_ = records_.size();
    read_records(in, datagram, additionals);
    return in.errc();
}

void Message::read_records(Reader& in, Bytes datagram, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto record = read_record(in, datagram);
        if (in.errc() != Errc::ok) return;
        if (record && check(fields_of(*record)) == Errc::ok) {
            records_.push_back(*record);
        } else {
            ++bad_records_;
        }
    }
}

std::optional<std::uint16_t> Message::edns_size() const {
    const auto records = additionals();
    const auto opt = std::ranges::find(records, type::opt, &RecordView::type);
    if (opt == records.end()) return std::nullopt;
    return opt->klass;
}

void RecordView::canonical_rdata(Rdata& out) const {
    out.clear();
    Fields fields = fields_of(*this);
    while (fields.next()) {
        if (fields.field() == Field::name) {
            fields.name().append_to(out);
        } else {
            out.insert(out.end(), fields.bytes().begin(), fields.bytes().end());
        }
    }
}

bool RecordView::rdata_equals(Bytes canonical) const {
    return equal(fields_of(*this), Fields::canonical(type, canonical));
}

Record RecordView::to_record() const {
    Record record{name.to_name(), type, klass, ttl, {}};
    canonical_rdata(record.rdata);
    return record;
}

}  // namespace mdns::wire
