#include "mdns/wire/siphash.hpp"

#include <bit>
#include <functional>

#include "mdns/wire/fold.hpp"

namespace mdns::wire {

namespace {

struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) {
        v3 ^= word;
        round();
        v0 ^= word;
    }
};

template <class Each>
std::uint64_t little_endian(Bytes bytes, Each&& each) {
    std::uint64_t word = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | each(bytes[i]);
    return word;
}

/// \param each  is applied to each byte
template <class Each>
std::uint64_t siphash13(Bytes bytes, const HashKey& key, Each&& each) {
    State state{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d,
                key.k0 ^ 0x6c7967656e657261, key.k1 ^ 0x7465646279746573};
    const std::uint64_t length = bytes.size();
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        state.absorb(little_endian(bytes.first<8>(), each));
    }
    state.absorb(length << 56 | little_endian(bytes, each));
    state.v2 ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

std::uint64_t siphash13(Bytes bytes, const HashKey& key) {
    return siphash13(bytes, key, std::identity());
}

std::uint64_t siphash13_folded(Bytes bytes, const HashKey& key) {
    return siphash13(bytes, key, fold);
}

}  // namespace mdns::wire
