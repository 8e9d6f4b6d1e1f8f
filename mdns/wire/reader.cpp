#include "mdns/wire/reader.hpp"

namespace mdns::wire {

void Reader::fail(Errc errc) {
    if (errc_ == Errc::ok) errc_ = errc;
}

Bytes Reader::take(std::size_t size) {
    if (errc_ != Errc::ok) return {};
    if (size > end_ - position_) {
        fail(Errc::truncated);
        return {};
    }
    const Bytes bytes = message_.subspan(position_, size);
    position_ += size;
    return bytes;
}

std::uint8_t Reader::u8() {
    const Bytes bytes = take(1);
    return bytes.empty() ? std::uint8_t{0} : bytes[0];
}

std::uint16_t Reader::u16() {
    const Bytes bytes = take(2);
    if (bytes.empty()) return 0;
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

std::uint32_t Reader::u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
}

Bytes Reader::string() {
    if (errc_ != Errc::ok || at_end()) return take(1);
    return take(std::size_t{1} + message_[position_]);
}

NameView Reader::name() {
    if (errc_ != Errc::ok) return {};
    const std::size_t start = position_;
    std::size_t next = start;
    const Errc errc = follow_name(next);
    if (errc != Errc::ok) {
        fail(errc);
        return {};
    }
    position_ = next;
    return {message_, start};
}

std::optional<NameView> Reader::name_or_skip() {
    if (errc_ != Errc::ok) return {};
    std::size_t next = position_;
    const bool astray = follow_name(next) != Errc::ok && next != position_;
    if (!astray) return name();
    position_ = next;
    return {};
}

/// \param next  where the name begins; then what follows it, as soon as that is known
Errc Reader::follow_name(std::size_t& next) const {
    std::size_t at = next;
    std::size_t run = next;  // where the labels now read began
    std::size_t end = end_;  // the name itself ends here; what it points to, with the message
    std::size_t length = 1;  // uncompressed, with the final zero
    std::size_t pointers = 0;
    while (at < end) {
        const std::size_t first = message_[at];
        if (first >= 0xc0) {
            if (end - at < 2) return Errc::truncated;
            if (pointers == 0) next = at + 2;
            if (++pointers > max_pointers) return Errc::bad_pointer;
            const Errc errc = follow_pointer(at, run, at);
            if (errc != Errc::ok) return errc;
            run = at;
            end = message_.size();
            continue;
        }
        if (first > max_label) return Errc::bad_label;  // 01 and 10: reserved, RFC 6891 §5
        if (end - at <= first) return Errc::truncated;
        at += 1 + first;
        if (first == 0) {
            if (pointers == 0) next = at;
            return Errc::ok;
        }
        length += 1 + first;
        if (length > max_name) return Errc::name_too_long;
    }
    return Errc::truncated;
}

/// Each pointer must lead before the run of labels it ends: "a prior occurrence" (RFC 1035 §4.1.4),
/// which also rules out every loop. The header holds no names.
Errc Reader::follow_pointer(std::size_t at, std::size_t run, std::size_t& target) const {
    if (pointers_ == Pointers::refused) return Errc::bad_pointer;
    const std::size_t to = (message_[at] & 0x3fU) << 8 | message_[at + 1];
    if (to < header_size || to >= run) return Errc::bad_pointer;
    target = to;
    return Errc::ok;
}

}  // namespace mdns::wire
