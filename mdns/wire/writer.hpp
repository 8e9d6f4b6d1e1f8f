// mdns/wire/writer.hpp: builds one message into a buffer that is used again and again.
// RFC 1035 §4.1.4 compression of owner names and, as RFC 6762 §18.14 lists them, of names in rdata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mdns/wire/message.hpp"
#include "mdns/wire/name.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

enum class Section { answer, authority, additional };

class Writer {
public:
    enum class Dialect {
        mdns,    // names in rdata compressed, SRV too (§18.14)
        legacy,  // SRV targets in full (§6.7, §18.14)
    };

    /// Starts a new message, forgetting the one before.
    /// \param limit  bytes the message may have; nothing is written past it
    void begin(const Header& header, std::size_t limit, Dialect dialect = Dialect::mdns);

    /// \param klass  with the top bit when the question is QU
    /// \return false when it does not fit: then nothing was written
    bool question(const Name& name, std::uint16_t type, std::uint16_t klass) {
        return question(name.wire(), type, klass);
    }
    bool question(const NameView& name, std::uint16_t type, std::uint16_t klass);

    /// Sections must come in order: answer, authority, additional.
    /// \param klass  with the top bit when it means cache-flush
    /// \param rdata  canonical
    /// \return false when it does not fit: then nothing was written
    bool record(Section section, const Name& name, std::uint16_t type, std::uint16_t klass,
                std::uint32_t ttl, Bytes rdata);

    /// Bytes already written; the header counts.
    std::size_t size() const { return buffer_.size(); }
    std::size_t questions() const { return counts_[0]; }
    std::size_t records() const { return counts_[1] + std::size_t{counts_[2]} + counts_[3]; }
    bool empty() const { return questions() == 0 && records() == 0; }

    /// Raises the limit for a record that is alone in its message (RFC 6762 §17).
    void set_limit(std::size_t limit);
    void set_truncated();

    /// The finished message; valid until the next begin().
    Bytes finish();

private:
    struct Suffix {  // a name, or the end of one, that is already in the message
        std::uint32_t hash;
        std::uint16_t offset;
    };
    bool question(Bytes name, std::uint16_t type, std::uint16_t klass);
    void put_name(Bytes wire);
    std::optional<std::uint16_t> find(std::uint32_t hash, Bytes wire) const;
    void put_rdata(std::uint16_t type, Bytes rdata);
    bool roll_back(std::size_t size, std::size_t suffixes);

    std::vector<std::uint8_t> buffer_;
    std::vector<Suffix> suffixes_;
    std::vector<std::uint8_t> name_;  // scratch: of a question taken from another message
    std::uint16_t counts_[4] = {};
    std::size_t limit_ = 0;
    Dialect dialect_ = Dialect::mdns;
};

}  // namespace mdns::wire
