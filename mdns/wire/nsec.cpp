#include "mdns/wire/nsec.hpp"

#include <algorithm>
#include <array>

#include "mdns/wire/fields.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

namespace {

constexpr std::size_t max_block = 32;

/// Types number * 256 and following; the most significant bit of the first byte is the first one.
struct Block {
    std::uint8_t number = 0;
    Bytes bits;

    bool has(std::size_t bit) const {
        return bit / 8 < bits.size() && (bits[bit / 8] & 0x80U >> bit % 8) != 0;
    }
};

/// Takes one block off bitmap. \return false: it has a wrong length
bool take_block(Bytes& bitmap, Block& block) {
    if (bitmap.size() < 2) return false;
    const std::size_t size = bitmap[1];
    if (size < 1 || size > max_block || size > bitmap.size() - 2) return false;
    block = {bitmap[0], bitmap.subspan(2, size)};
    bitmap = bitmap.subspan(2 + size);
    return true;
}

}  // namespace

bool bitmap_fits(Bytes bitmap) {
    int last = -1;
    Block block;
    do {
        if (!take_block(bitmap, block) || block.number <= last) return false;
        last = block.number;
    } while (!bitmap.empty());
    return true;
}

std::vector<std::uint16_t> bitmap_types(Bytes bitmap) {
    std::vector<std::uint16_t> types;
    Block block;
    while (take_block(bitmap, block)) {
        const std::size_t first = std::size_t{block.number} * 256;
        for (std::size_t bit = 0; bit < block.bits.size() * 8; ++bit) {
            if (block.has(bit)) types.push_back(static_cast<std::uint16_t>(first + bit));
        }
    }
    return types;
}

void make_nsec(Rdata& rdata, const Name& owner, std::span<const std::uint16_t> types) {
    std::array<std::uint8_t, max_block> bits{};
    std::size_t size = 1;  // §6.1: at least one byte, even when no type is left
    for (const std::uint16_t type : types) {
        // §6.1: "MUST NOT have the NSEC bit set"
        if (type == 0 || type > 255 || type == type::nsec) continue;
        bits[type / 8] = static_cast<std::uint8_t>(bits[type / 8] | 0x80U >> type % 8);
        size = std::max<std::size_t>(size, type / 8 + 1U);
    }
    // §6.1: the next domain name is the record's own
    rdata.assign(owner.wire().begin(), owner.wire().end());
    rdata.push_back(0);
    rdata.push_back(static_cast<std::uint8_t>(size));
    rdata.insert(rdata.end(), bits.begin(), bits.begin() + static_cast<std::ptrdiff_t>(size));
}

Rdata make_nsec(const Name& owner, const std::vector<std::uint16_t>& types) {
    Rdata rdata;
    make_nsec(rdata, owner, types);
    return rdata;
}

std::optional<bool> nsec_has(Bytes rdata, std::uint16_t type) {
    Fields fields = Fields::canonical(type::nsec, rdata);
    if (!fields.next() || !fields.next()) return std::nullopt;
    Bytes bitmap = fields.bytes();
    Block block;
    while (take_block(bitmap, block)) {
        if (block.number == type / 256) return block.has(type % 256);
    }
    return false;
}

}  // namespace mdns::wire
