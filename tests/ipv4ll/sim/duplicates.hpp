// tests/ipv4ll/sim/duplicates.hpp: addresses that two hosts have at once, and how that ends.
// RFC 3927 §2.5: one ARP packet of either owner that reaches the other draws a defence, that one
// another, and the second conflict within 10 s makes somebody yield: one packet is enough, unless a
// defence is lost. Then the next packet begins again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ipv4ll/engine/engine.hpp"

namespace ipv4ll::sim {

class Duplicates {
public:
    using Instant = engine::Instant;
    using Duration = engine::Duration;
    using Ipv4 = wire::Ipv4;

    void on_held(Instant now, int host, const Ipv4& address);
    void on_released(Instant now, int host, const Ipv4& address);
    /// A frame of `from` with the address as its sender, on its way to `to`.
    void on_copy(Instant now, int from, int to, const Ipv4& address, bool lost);
    /// Ends exchanges that have come to rest.
    void on_rest(Instant now);

    /// Times during which more than one host had an address.
    int seen = 0;
    int going_on() const { return static_cast<int>(open_.size()); }
    int exchanges = 0;         // begun by a delivered packet of an owner
    int broken_exchanges = 0;  // that ended nothing because a defence was lost
    Duration longest_exchange{};
    Duration longest{};
    std::set<Ipv4> addresses;  // of all of them

    /// One line for each exchange that lost nothing and ended nothing.
    std::vector<std::string> troubles;

private:
    struct Duplicate {
        Instant since;
        bool exchanging = false;
        bool lost = false;
        int delivered = 0;
        Instant began;
        Instant last;
    };
    void end_exchange(Duplicate& duplicate, bool resolved, const Ipv4& address);

    std::map<Ipv4, std::set<int>> holders_;
    std::map<Ipv4, Duplicate> open_;
};

}  // namespace ipv4ll::sim
