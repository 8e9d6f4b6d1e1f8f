// mdns/engine/octets.hpp: bytes that are kept as they are, in little memory: a few in place, more
// on the heap. A std::vector for the rdata of a cached address would take four times as much.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "mdns/wire/name.hpp"

namespace mdns::engine {

class Octets {
public:
    Octets() = default;
    explicit Octets(wire::Bytes bytes) : size_(static_cast<std::uint16_t>(bytes.size())) {
        std::uint8_t* const to = on_heap() ? new std::uint8_t[size_] : place_.data();
        std::ranges::copy(bytes, to);
        if (on_heap()) std::memcpy(place_.data(), &to, sizeof to);
    }
    Octets(Octets&& other) noexcept { swap(other); }
    Octets& operator=(Octets&& other) noexcept {
        swap(other);
        return *this;
    }
    ~Octets() {
        if (on_heap()) delete[] heap();
    }

    const std::uint8_t* data() const { return on_heap() ? heap() : place_.data(); }
    std::size_t size() const { return size_; }
    const std::uint8_t* begin() const { return data(); }
    const std::uint8_t* end() const { return data() + size_; }
    /// What it takes besides itself.
    std::size_t heap_size() const { return on_heap() ? size_ : 0; }

private:
    bool on_heap() const { return size_ > sizeof place_; }
    std::uint8_t* heap() const {
        std::uint8_t* to = nullptr;
        std::memcpy(&to, place_.data(), sizeof to);
        return to;
    }
    void swap(Octets& other) {
        std::swap(place_, other.place_);
        std::swap(size_, other.size_);
    }

    std::array<std::uint8_t, 14> place_{};  // or where they are
    std::uint16_t size_ = 0;                // as RDLENGTH
};

}  // namespace mdns::engine
