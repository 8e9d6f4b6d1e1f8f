#include "tests/ipv4ll/sim/duplicates.hpp"

#include <algorithm>

namespace ipv4ll::sim {
namespace {

// Far above the way of three frames, far below whatever else happens by itself.
constexpr auto rest = std::chrono::milliseconds{100};
// A packet, the defence it draws, the defence that one draws: the second in a row makes one yield.
constexpr int enough = 3;

}  // namespace

void Duplicates::on_held(Instant now, int host, const Ipv4& address) {
    auto& holders = holders_[address];
    holders.insert(host);
    if (holders.size() < 2 || open_.contains(address)) return;
    open_[address].since = now;
    addresses.insert(address);
    ++seen;
}

void Duplicates::on_released(Instant now, int host, const Ipv4& address) {
    auto& holders = holders_[address];
    holders.erase(host);
    if (holders.empty()) holders_.erase(address);
    const auto found = open_.find(address);
    if (found == open_.end() || holders_[address].size() > 1) return;
    longest = std::max(longest, now - found->second.since);
    found->second.last = now;
    end_exchange(found->second, true, address);
    open_.erase(found);
}

void Duplicates::on_copy(Instant now, int from, int to, const Ipv4& address, bool lost) {
    const auto found = open_.find(address);
    if (found == open_.end()) return;
    const auto& holders = holders_[address];
    if (!holders.contains(from) || !holders.contains(to)) return;
    Duplicate& duplicate = found->second;
    if (!duplicate.exchanging) {
        if (lost) return;
        duplicate.exchanging = true;
        duplicate.lost = false;
        duplicate.delivered = 0;
        duplicate.began = now;
        ++exchanges;
    }
    duplicate.last = now;
    duplicate.lost = duplicate.lost || lost;
    if (!lost) ++duplicate.delivered;
}

void Duplicates::on_rest(Instant now) {
    for (auto& [address, duplicate] : open_) {
        if (duplicate.exchanging && now - duplicate.last > rest)
            end_exchange(duplicate, false, address);
    }
}

void Duplicates::end_exchange(Duplicate& duplicate, bool resolved, const Ipv4& address) {
    if (!duplicate.exchanging) return;
    duplicate.exchanging = false;
    longest_exchange = std::max(longest_exchange, duplicate.last - duplicate.began);
    if (!resolved && duplicate.lost) ++broken_exchanges;
    if (!resolved && !duplicate.lost) {
        troubles.push_back(address.to_string() + " is still held twice after " +
                           std::to_string(duplicate.delivered) +
                           " delivered packets of its owners, none lost");
    }
    // More owners than two draw more defences.
    if (resolved && !duplicate.lost && holders_[address].size() == 1 &&
        duplicate.delivered > enough) {
        troubles.push_back(address.to_string() + " took " + std::to_string(duplicate.delivered) +
                           " packets to be resolved");
    }
}

}  // namespace ipv4ll::sim
