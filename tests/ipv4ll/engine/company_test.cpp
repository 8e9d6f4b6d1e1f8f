// Engines in company: hosts on one broadcast link, on a common clock.
#include <deque>
#include <set>
#include <vector>

#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using engine::Engine;

Mac mac_of(std::size_t number) {
    return {
        0x02, 2, 0, 0, static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number)};
}

/// Every packet reaches every host of the sender's segment at once, the sender included: a hub that
/// echoes.
class Link {
public:
    /// One host per address that is tried first.
    explicit Link(const std::vector<Ipv4>& wanted, std::size_t first_mac = 0)
        : segment_(wanted.size(), 0) {
        for (const Ipv4& address : wanted) {
            const Mac mac = mac_of(first_mac + engines_.size());
            engines_.emplace_back(
                engine::Config{.mac = mac, .seed = engine::seed_of(mac), .last_used = address});
            engines_.back().on_link(now_, true);
        }
    }

    void run_for(Duration time) {
        const Instant end = now_ + time;
        for (settle(); next_deadline() <= end; settle()) {
            now_ = std::max(now_, next_deadline());
            for (Engine& each : engines_) each.on_time(now_);
        }
        now_ = end;
    }

    void split(std::size_t host) { segment_[host] = 1; }
    void join() { segment_.assign(segment_.size(), 0); }

    void send(std::size_t from, const ArpPacket& packet) {
        for (std::size_t to = 0; to < engines_.size(); ++to) {
            if (segment_[to] == segment_[from]) engines_[to].on_arp(now_, packet);
        }
    }

    std::set<Ipv4> addresses() const {
        std::set<Ipv4> held;
        for (const Engine& each : engines_) {
            if (each.state() == State::bound) held.insert(each.status().address);
        }
        return held;
    }
    Instant now() const { return now_; }
    Engine& at(std::size_t host) { return engines_[host]; }

private:
    void settle() {
        for (bool more = true; more;) {
            more = false;
            for (std::size_t i = 0; i < engines_.size(); ++i) more = perform(i) || more;
        }
    }
    bool perform(std::size_t host) {
        const auto action = engines_[host].poll();
        if (!action) return false;
        if (const auto* sent = std::get_if<engine::SendArp>(&*action)) send(host, sent->packet);
        if (std::holds_alternative<engine::Assign>(*action)) engines_[host].on_assigned(now_);
        return true;
    }
    Instant next_deadline() const {
        Instant next = Instant::max();
        for (const Engine& each : engines_) next = std::min(next, each.deadline().value_or(next));
        return next;
    }

    Instant now_ = Instant{} + 1h;
    std::deque<Engine> engines_;
    std::vector<int> segment_;
};

const Ipv4 popular{{169, 254, 7, 7}};

TEST(Ipv4llCompany, HostsThatWantTheSameAddressEndWithDifferentOnes) {
    // RFC3927-§3.4-02 RFC3927-§2.2.1-05
    for (std::size_t round = 0; round < 20; ++round) {
        Link link{std::vector(20, popular), round * 20};
        link.run_for(120s);
        EXPECT_EQ(link.addresses().size(), 20U);
    }
}

TEST(Ipv4llCompany, ALateComerDoesNotTakeAnAddressInUse) {  // RFC3927-§2.2.1-04
    for (std::size_t round = 0; round < 100; ++round) {
        Link link{{popular, popular}, round * 2};
        link.at(1).on_link(link.now(), false);
        link.run_for(20s);
        link.at(1).on_link(link.now(), true);
        link.run_for(20s);
        EXPECT_EQ(link.at(0).status().address, popular);
        EXPECT_EQ(link.addresses().size(), 2U);
    }
}

TEST(Ipv4llCompany, JoinedLinksSortThemselvesOutAtTheFirstQuestion) {
    // RFC3927-§4-02 RFC3927-§2.5-07 RFC3927-§1.5-01
    for (std::size_t round = 0; round < 100; ++round) {
        const Ipv4 other{{169, 254, 9, 9}};
        Link link{{popular, popular, other}, round * 3};
        link.split(1);
        link.run_for(30s);
        ASSERT_EQ(link.addresses().size(), 2U) << "both twins have it, on links of their own";
        link.join();
        link.send(2, question(popular, mac_of(round * 3 + 2), other));
        link.run_for(30s);
        EXPECT_EQ(link.addresses().size(), 3U);
    }
}

}  // namespace
}  // namespace ipv4ll::test
