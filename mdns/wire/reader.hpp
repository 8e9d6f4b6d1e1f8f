// mdns/wire/reader.hpp: reads the parts of a message in order, checking every bound.
// The first thing that is wrong is remembered; from then on everything read is zero or empty, so
// that a caller may read a whole structure and look at errc() once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mdns/wire/errc.hpp"
#include "mdns/wire/name.hpp"

namespace mdns::wire {

constexpr std::size_t header_size = 12;
constexpr std::size_t max_pointers = 128;  // in one name: more than it can have labels

class Reader {
public:
    enum class Pointers { allowed, refused };

    /// Reads message[begin, end); compression pointers may lead anywhere before, within message.
    Reader(Bytes message, std::size_t begin, std::size_t end, Pointers pointers = Pointers::allowed)
        : message_(message), position_(begin), end_(end), pointers_(pointers) {}
    explicit Reader(Bytes message) : Reader(message, 0, message.size()) {}

    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    Bytes take(std::size_t size);
    Bytes take_rest() { return take(end_ - position_); }
    /// A <character-string> of RFC 1035 §3.3; the result includes its length byte.
    Bytes string();
    /// Checked to its end, so that walking it later cannot fail.
    NameView name();
    /// The same, but one whose pointer leads astray is passed over, since what follows it can be
    /// read all the same.
    /// \return empty then, and when errc() says why
    std::optional<NameView> name_or_skip();

    std::size_t position() const { return position_; }
    Bytes taken_since(std::size_t position) const {
        return message_.subspan(position, position_ - position);
    }
    bool at_end() const { return position_ == end_; }
    Errc errc() const { return errc_; }
    void fail(Errc errc);

private:
    Errc follow_name(std::size_t& next) const;
    Errc follow_pointer(std::size_t at, std::size_t run, std::size_t& target) const;

    Bytes message_;
    std::size_t position_;
    std::size_t end_;
    Pointers pointers_;
    Errc errc_ = Errc::ok;
};

}  // namespace mdns::wire
