#include "mdns/wire/writer.hpp"

#include <algorithm>
#include <array>

#include "mdns/wire/fields.hpp"
#include "mdns/wire/label_cursor.hpp"

namespace mdns::wire {

namespace {

constexpr std::size_t max_message = 65535;   // what a datagram can have, and an RDLENGTH say
constexpr std::size_t max_pointer = 0x3fff;  // RFC 1035 §4.1.4: 14 bits
constexpr std::size_t max_labels = max_name / 2;
constexpr std::uint8_t truncated_bit = 0x02;  // TC, in the third byte of the header

void append_u16(std::vector<std::uint8_t>& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void append(std::vector<std::uint8_t>& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_u16(std::vector<std::uint8_t>& out, std::size_t at, std::size_t value) {
    out[at] = static_cast<std::uint8_t>(value >> 8);
    out[at + 1] = static_cast<std::uint8_t>(value);
}

/// RA, Z, AD and CD are always 0: §18.7 to §18.10.
std::size_t flags_of(const Header& header) {
    return (header.response ? 0x8000U : 0U) | (header.opcode & 0xfU) << 11 |
           (header.authoritative ? 0x0400U : 0U) | (header.truncated ? 0x0200U : 0U) |
           (header.recursion_desired ? 0x0100U : 0U) | (header.rcode & 0xfU);
}

/// Where each label of an uncompressed name begins, and a hash of the name from there on.
struct Suffixes {
    std::array<std::uint8_t, max_labels> start;
    std::array<std::uint32_t, max_labels> hash;
    std::size_t count = 0;

    explicit Suffixes(Bytes wire) {
        for (std::size_t at = 0; wire[at] != 0; at += 1U + wire[at]) {
            start[count++] = static_cast<std::uint8_t>(at);
        }
        std::uint32_t value = 2166136261;  // FNV-1a, from the last label to the first
        for (std::size_t i = count; i-- > 0;) {
            const std::size_t at = start[i];
            for (const std::uint8_t byte : wire.subspan(at, 1U + wire[at])) {
                value = (value ^ byte) * 16777619;
            }
            hash[i] = value;
        }
    }
};

/// Is the name at offset of a message byte for byte this one? Letter case counts: a pointer to a
/// name written otherwise would change the case in which ours was registered (§16).
bool is_name_at(Bytes message, std::size_t offset, Bytes wire) {
    LabelCursor cursor(message, offset);
    for (std::size_t at = 0;;) {
        const Bytes label = cursor.next();
        if (!std::ranges::equal(label, wire.subspan(at + 1, wire[at]))) return false;
        if (label.empty()) return true;
        at += 1 + label.size();
    }
}

}  // namespace

void Writer::begin(const Header& header, std::size_t limit, Dialect dialect) {
    buffer_.clear();
    suffixes_.clear();
    std::ranges::fill(counts_, std::uint16_t{0});
    set_limit(limit);
    dialect_ = dialect;
    append_u16(buffer_, header.id);
    append_u16(buffer_, flags_of(header));
    buffer_.resize(header_size);  // finish() fills in the counts
}

void Writer::set_limit(std::size_t limit) { limit_ = std::min(limit, max_message); }

void Writer::set_truncated() { buffer_[2] |= truncated_bit; }

bool Writer::question(const NameView& name, std::uint16_t type, std::uint16_t klass) {
    name_.clear();
    name.append_to(name_);
    return question(name_, type, klass);
}

bool Writer::question(Bytes name, std::uint16_t type, std::uint16_t klass) {
    if (records() > 0) return false;
    const std::size_t size = buffer_.size();
    const std::size_t suffixes = suffixes_.size();
    put_name(name);
    append_u16(buffer_, type);
    append_u16(buffer_, klass);
    if (buffer_.size() > limit_) return roll_back(size, suffixes);
    ++counts_[0];
    return true;
}

bool Writer::record(Section section, const Name& name, std::uint16_t type, std::uint16_t klass,
                    std::uint32_t ttl, Bytes rdata) {
    const std::size_t count = 1 + static_cast<std::size_t>(section);
    const bool in_order = std::all_of(counts_ + count + 1, std::end(counts_),
                                      [](std::uint16_t later) { return later == 0; });
    if (!in_order || rdata.size() > limit_) return false;
    const std::size_t size = buffer_.size();
    const std::size_t suffixes = suffixes_.size();
    put_name(name.wire());
    append_u16(buffer_, type);
    append_u16(buffer_, klass);
    append_u16(buffer_, ttl >> 16);
    append_u16(buffer_, ttl);
    append_u16(buffer_, 0);  // the length, known afterwards
    const std::size_t start = buffer_.size();
    put_rdata(type, rdata);
    if (buffer_.size() > limit_) return roll_back(size, suffixes);
    put_u16(buffer_, start - 2, buffer_.size() - start);
    ++counts_[count];
    return true;
}

Bytes Writer::finish() {
    for (std::size_t i = 0; i < std::size(counts_); ++i) put_u16(buffer_, 4 + 2 * i, counts_[i]);
    return buffer_;
}

void Writer::put_name(Bytes wire) {
    const std::size_t base = buffer_.size();
    const Suffixes name(wire);
    for (std::size_t i = 0; i < name.count; ++i) {
        const std::size_t start = name.start[i];
        if (const auto offset = find(name.hash[i], wire.subspan(start))) {
            append(buffer_, wire.first(start));
            return append_u16(buffer_, 0xc000U | *offset);
        }
        if (base + start > max_pointer) continue;
        suffixes_.push_back({name.hash[i], static_cast<std::uint16_t>(base + start)});
    }
    append(buffer_, wire);
}

std::optional<std::uint16_t> Writer::find(std::uint32_t hash, Bytes wire) const {
    for (const Suffix& known : suffixes_) {
        if (known.hash == hash && is_name_at(buffer_, known.offset, wire)) return known.offset;
    }
    return std::nullopt;
}

void Writer::put_rdata(std::uint16_t type, Bytes rdata) {
    const Compress allowed = layout_of(type).compress;
    const bool compress = allowed == Compress::everywhere ||
                          (allowed == Compress::in_mdns && dialect_ == Dialect::mdns);
    // Rdata that does not fit its type has no places for names that could be trusted.
    if (!compress || check_rdata(type, rdata) != Errc::ok) return append(buffer_, rdata);
    Fields fields = Fields::canonical(type, rdata);
    while (fields.next()) {
        if (fields.field() == Field::name) {
            put_name(fields.bytes());
        } else {
            append(buffer_, fields.bytes());
        }
    }
}

bool Writer::roll_back(std::size_t size, std::size_t suffixes) {
    buffer_.resize(size);
    suffixes_.resize(suffixes);
    return false;
}

}  // namespace mdns::wire
