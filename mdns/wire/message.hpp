// mdns/wire/message.hpp: a received datagram, checked once and then read in place.
// RFC 1035 §4.1, RFC 6762 §18. Nothing is copied: names and rdata are views into the datagram,
// which must outlive the Message. One Message is used again for datagram after datagram: when warm,
// decoding allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mdns/wire/name.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

struct Header {
    std::uint16_t id = 0;
    bool response = false;  // QR
    std::uint8_t opcode = 0;
    bool authoritative = false;  // AA
    bool truncated = false;      // TC
    bool recursion_desired = false;
    std::uint8_t rcode = 0;
};

struct Question {
    NameView name;
    std::uint16_t type = 0;
    std::uint16_t klass = class_in;  // without the top bit
    bool unicast_response = false;   // QU, §5.4
};

struct RecordView {
    NameView name;
    std::uint16_t type = 0;
    std::uint16_t klass = class_in;  // without the top bit, except OPT: as it stands
    bool cache_flush = false;        // §10.2; never for OPT
    std::uint32_t ttl = 0;           // a TTL with the top bit set is 0 (RFC 2181 §8)
    Bytes raw;                       // rdata as it stands in the datagram, maybe compressed

    /// Replaces out by the canonical rdata.
    void canonical_rdata(Rdata& out) const;
    /// Compares with canonical rdata, allocating nothing.
    bool rdata_equals(Bytes canonical) const;
    Record to_record() const;

    Bytes message;           // the whole datagram, for names inside rdata
    std::size_t offset = 0;  // of raw in it
};

class Reader;

class Message {
public:
    /// Checks the whole datagram. A wrong count, length or label refuses it; a record whose rdata
    /// does not fit its type, or whose name points astray, is left out and counted (the rest can be
    /// trusted, RFC 6762 §6.1 asks this for NSEC). Bytes after the last record are ignored.
    /// \return Errc::ok, else why; then the Message is empty
    Errc decode(Bytes datagram);

    const Header& header() const { return header_; }
    std::span<const Question> questions() const { return questions_; }
    std::span<const RecordView> answers() const { return section(0, answers_end_); }
    std::span<const RecordView> authorities() const {
        return section(answers_end_, authorities_end_);
    }
    std::span<const RecordView> additionals() const {
        return section(authorities_end_, records_.size());
    }
    std::span<const RecordView> records() const { return records_; }  // all three sections
    std::size_t bad_records() const { return bad_records_; }
    /// UDP payload size of an OPT record (RFC 6891), if there is one.
    std::optional<std::uint16_t> edns_size() const;

private:
    std::span<const RecordView> section(std::size_t begin, std::size_t end) const {
        return std::span(records_).subspan(begin, end - begin);
    }
    Errc read(Bytes datagram);
    void read_records(Reader& in, Bytes datagram, std::size_t count);
    void clear();

    Header header_;
    std::vector<Question> questions_;
    std::vector<RecordView> records_;
    std::size_t answers_end_ = 0;
    std::size_t authorities_end_ = 0;
    std::size_t bad_records_ = 0;
};

}  // namespace mdns::wire
