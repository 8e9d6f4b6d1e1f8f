// mdns/io/silent_hosts.hpp: hosts whose hardware address the kernel does not find, because they do
// not exist: what is sent to them stays in our send buffer for seconds. Whoever asks us in the name
// of many of them must not fill it, or nobody would hear us.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace mdns::io {

class SilentHosts {
public:
    using Clock = std::chrono::steady_clock;

    /// \param host  any number that stands for its address
    bool contains(Clock::time_point now, std::size_t host) const {
        const Entry& entry = entries_[slot(host)];
        return entry.host == host && now < entry.until;
    }
    void note(Clock::time_point now, std::size_t host) {
        entries_[slot(host)] = {host, now + tried};
    }

private:
    static constexpr auto tried = std::chrono::seconds(3);  // so long ARP and ND go on asking
    struct Entry {
        std::size_t host = 0;
        Clock::time_point until{};
    };
    std::array<Entry, 1024> entries_{};
    /// Neighbours differ in a few bits only.
    static std::size_t slot(std::size_t host) {
        return (host * std::uint64_t{0x9e3779b97f4a7c15}) >> 54;
    }
};

}  // namespace mdns::io
