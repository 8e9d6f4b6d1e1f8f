// mdns/wire/fields.hpp: what the rdata of each type is made of, and a walk over it.
// One table says where the names are: decoding, comparing, compressing and printing all follow it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mdns/wire/name.hpp"
#include "mdns/wire/reader.hpp"

namespace mdns::wire {

enum class Field : std::uint8_t {
    end,
    u8,
    u16,
    u32,
    ipv4,
    ipv6,
    name,
    string,   // one <character-string>
    strings,  // all the rest, meant to be <character-string>s: a broken one spoils no record
    bitmap,   // all the rest: types, RFC 4034 §4.1.2
    opaque,   // all the rest
};

/// Where the names of a type may be compressed when written. Reading understands it everywhere.
enum class Compress : std::uint8_t {
    never,
    in_mdns,     // RFC 6762 §18.14
    everywhere,  // in legacy replies as well: the types every resolver knows, RFC 3597 §4
};

struct Layout {
    std::uint16_t type = 0;
    Compress compress = Compress::never;
    Field fields[10] = {};  // ended by Field::end
};

/// The layout of a type; unknown types are one opaque field.
const Layout& layout_of(std::uint16_t type);

/// The fields of one rdata, in order.
class Fields {
public:
    /// Rdata inside a message: names may be compressed.
    static Fields in_message(std::uint16_t type, Bytes message, std::size_t offset,
                             std::size_t size) {
        return {type, Reader(message, offset, offset + size, Reader::Pointers::allowed)};
    }
    static Fields canonical(std::uint16_t type, Bytes rdata) {
        return {type, Reader(rdata, 0, rdata.size(), Reader::Pointers::refused)};
    }

    /// Goes to the next field.
    /// \return false at the end and when the rdata does not fit: errc() knows which
    bool next();
    Field field() const { return field_; }
    NameView name() const { return name_; }  // of a Field::name
    /// As they stand: a name maybe compressed, a string with its length byte.
    Bytes bytes() const { return bytes_; }

    /// Errc::ok at the end: every field was there, and nothing was left over.
    Errc errc() const { return in_.errc(); }

private:
    Fields(std::uint16_t type, Reader in) : next_(layout_of(type).fields), in_(in) {}

    void take_field();

    const Field* next_;
    Reader in_;
    Field field_ = Field::end;
    NameView name_;
    Bytes bytes_;
};

/// Walks to the end. \return Errc::ok if the rdata fits its type
Errc check(Fields fields);
/// Both fit, and hold the same; names compare without letter case, compressed or not.
bool equal(Fields left, Fields right);

}  // namespace mdns::wire
