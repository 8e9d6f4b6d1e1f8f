// tests/mdns/wire/rewrite.hpp: writes a message again from what was read of it.
#pragma once

#include <span>

#include "mdns/wire/message.hpp"
#include "mdns/wire/writer.hpp"

namespace mdns::wire::test {

inline bool rewrite(Section section, std::span<const RecordView> records, Writer& writer) {
    Rdata rdata;
    for (const RecordView& record : records) {
        record.canonical_rdata(rdata);
        const auto flush = record.cache_flush ? top_bit : std::uint16_t{0};
        if (!writer.record(section, record.name.to_name(), record.type,
                           static_cast<std::uint16_t>(record.klass | flush), record.ttl, rdata)) {
            return false;
        }
    }
    return true;
}

/// \return false when what was read does not fit into a datagram without its compression
inline bool rewrite(const Message& message, Writer& writer,
                    Writer::Dialect dialect = Writer::Dialect::mdns) {
    writer.begin(message.header(), 65535, dialect);
    for (const Question& question : message.questions()) {
        const auto unicast = question.unicast_response ? top_bit : std::uint16_t{0};
        if (!writer.question(question.name.to_name(), question.type,
                             static_cast<std::uint16_t>(question.klass | unicast))) {
            return false;
        }
    }
    return rewrite(Section::answer, message.answers(), writer) &&
           rewrite(Section::authority, message.authorities(), writer) &&
           rewrite(Section::additional, message.additionals(), writer);
}

}  // namespace mdns::wire::test
