// tests/support/dns.hpp: DNS messages for tests: built in one expression, printed as text.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "mdns/wire/message.hpp"
#include "mdns/wire/writer.hpp"

namespace test {

namespace wire = mdns::wire;
using Octets = std::vector<std::uint8_t>;

inline wire::Name name(std::string_view text) { return *wire::Name::from_text(text); }
inline wire::Ipv4 ip4(const char* text) { return boost::asio::ip::make_address_v4(text); }
inline wire::Ipv6 ip6(const char* text) { return boost::asio::ip::make_address_v6(text); }

inline wire::Record a(std::string_view owner, const char* address, std::uint32_t ttl = 120) {
    return {name(owner), wire::type::a, wire::class_in, ttl, wire::make_a(ip4(address))};
}
inline wire::Record aaaa(std::string_view owner, const char* address, std::uint32_t ttl = 120) {
    return {name(owner), wire::type::aaaa, wire::class_in, ttl, wire::make_aaaa(ip6(address))};
}
inline wire::Record ptr(std::string_view owner, std::string_view target, std::uint32_t ttl = 4500) {
    return {name(owner), wire::type::ptr, wire::class_in, ttl, wire::make_name(name(target))};
}
inline wire::Record srv(std::string_view owner, std::string_view target, std::uint16_t port,
                        std::uint32_t ttl = 120) {
    return {name(owner), wire::type::srv, wire::class_in, ttl,
            wire::make_srv({0, 0, port, name(target)})};
}
inline wire::Record txt(std::string_view owner, const std::vector<std::string>& strings,
                        std::uint32_t ttl = 4500) {
    return {name(owner), wire::type::txt, wire::class_in, ttl, wire::make_txt(strings)};
}
inline wire::Record nsec(std::string_view owner, const std::vector<std::uint16_t>& types,
                         std::uint32_t ttl = 120) {
    return {name(owner), wire::type::nsec, wire::class_in, ttl,
            wire::make_nsec(name(owner), types)};
}

/// query().ask("x.local", A).known(ptr(...)).bytes()
class Build {
public:
    explicit Build(bool response) {
        header_.response = response;
        header_.authoritative = response;
    }
    Build& id(std::uint16_t id) { return header_.id = id, *this; }
    Build& truncated() { return header_.truncated = true, *this; }
    Build& opcode(std::uint8_t opcode) { return header_.opcode = opcode, *this; }
    Build& rcode(std::uint8_t rcode) { return header_.rcode = rcode, *this; }
    Build& ask(std::string_view owner, std::uint16_t type, bool unicast = false,
               std::uint16_t klass = 1) {
        questions_.push_back({name(owner), type,
                              static_cast<std::uint16_t>(unicast ? klass | wire::top_bit : klass)});
        return *this;
    }
    Build& answer(const wire::Record& record, bool flush = false) {
        return add(wire::Section::answer, record, flush);
    }
    Build& known(const wire::Record& record) { return answer(record); }
    Build& unique(const wire::Record& record) { return answer(record, true); }
    Build& authority(const wire::Record& record, bool flush = false) {
        return add(wire::Section::authority, record, flush);
    }
    Build& additional(const wire::Record& record, bool flush = false) {
        return add(wire::Section::additional, record, flush);
    }
    Octets bytes() const {
        wire::Writer writer;
        writer.begin(header_, 9000);
        for (const auto& question : questions_)
            writer.question(question.name, question.type, question.klass);
        for (const auto& item : records_) {
            const auto klass = static_cast<std::uint16_t>(
                item.flush ? item.record.klass | wire::top_bit : item.record.klass);
            writer.record(item.section, item.record.name, item.record.type, klass, item.record.ttl,
                          item.record.rdata);
        }
        const auto done = writer.finish();
        return {done.begin(), done.end()};
    }

private:
    struct Item {
        wire::Section section;
        wire::Record record;
        bool flush;
    };
    struct Asked {
        wire::Name name;
        std::uint16_t type;
        std::uint16_t klass;
    };
    Build& add(wire::Section section, const wire::Record& record, bool flush) {
        records_.push_back({section, record, flush});
        return *this;
    }
    wire::Header header_;
    std::vector<Asked> questions_;
    std::vector<Item> records_;
};
inline Build query() { return Build(false); }
inline Build response() { return Build(true); }

/// A decoded message with each question and record as one line of text: "host.local A flush
/// 120 10.0.0.1".
struct Text {
    wire::Header header;
    std::vector<std::string> questions;  // "host.local ANY QU"
    std::vector<std::string> answers;
    std::vector<std::string> authorities;
    std::vector<std::string> additionals;
    std::size_t size = 0;
    bool good = false;

    bool has_answer(std::string_view start) const { return has(answers, start); }
    bool has_additional(std::string_view start) const { return has(additionals, start); }
    bool has_question(std::string_view start) const { return has(questions, start); }
    static bool has(const std::vector<std::string>& lines, std::string_view start) {
        return std::ranges::any_of(
            lines, [&](const std::string& line) { return line.starts_with(start); });
    }
};

inline std::string line_of(const wire::RecordView& record) {
    wire::Rdata rdata;
    record.canonical_rdata(rdata);
    return record.name.to_text() + " " + wire::type_name(record.type) +
           (record.cache_flush ? " flush " : " ") + std::to_string(record.ttl) + " " +
           wire::rdata_to_text(record.type, rdata);
}

inline Text read(wire::Bytes bytes) {
    wire::Message message;
    Text text;
    text.size = bytes.size();
    if (message.decode(bytes) != wire::Errc::ok) return text;
    text.good = message.bad_records() == 0;
    text.header = message.header();
    for (const auto& question : message.questions()) {
        text.questions.push_back(question.name.to_text() + " " + wire::type_name(question.type) +
                                 (question.unicast_response ? " QU" : " QM"));
    }
    for (const auto& record : message.answers()) text.answers.push_back(line_of(record));
    for (const auto& record : message.authorities()) text.authorities.push_back(line_of(record));
    for (const auto& record : message.additionals()) text.additionals.push_back(line_of(record));
    return text;
}

inline std::ostream& operator<<(std::ostream& out, const Text& text) {
    out << (text.header.response ? "response" : "query") << (text.header.truncated ? " TC" : "")
        << "\n";
    for (const auto& line : text.questions) out << "    ? " << line << "\n";
    for (const auto& line : text.answers) out << "    = " << line << "\n";
    for (const auto& line : text.authorities) out << "    @ " << line << "\n";
    for (const auto& line : text.additionals) out << "    + " << line << "\n";
    return out;
}

}  // namespace test
