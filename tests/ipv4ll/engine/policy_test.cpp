// PRODUCT: when an interface has a link-local address; RFC 3927 §1.9: and when it is advertised.
#include "ipv4ll/engine/policy.hpp"

#include <gmock/gmock.h>

namespace ipv4ll::engine {
namespace {

using namespace std::chrono_literals;

/// A policy and a clock; the address is held from the moment it is claimed, unless told otherwise.
class Interface {
public:
    explicit Interface(Policy policy, Duration settle = 5s) : policy_({policy, settle, 10s}) {}

    Interface& carrier(bool up) { return policy_.on_carrier(now_, up), *this; }
    Interface& routable(bool there) { return policy_.on_routable(now_, there), *this; }
    Interface& held(bool there) { return policy_.on_held(now_, there), *this; }
    Interface& set(Policy policy) { return policy_.on_policy(now_, policy), *this; }
    Interface& pass(Duration time) {
        const Instant end = now_ + time;
        while (policy_.deadline() && *policy_.deadline() <= end) {
            now_ = *policy_.deadline();
            policy_.on_time(now_);
        }
        now_ = end;
        return *this;
    }
    bool claiming() const { return policy_.claiming(); }
    bool advertised() const { return policy_.advertised(); }
    bool idle() const { return !policy_.deadline(); }
    Duration age() const { return now_ - policy_.since(); }

private:
    Instant now_ = Instant{} + 1h;
    ClaimPolicy policy_;
};

TEST(Ipv4llPolicy, OffNeverClaims) {
    Interface eth0{Policy::off};
    EXPECT_FALSE(eth0.carrier(true).pass(1h).claiming());
    EXPECT_FALSE(eth0.routable(true).routable(false).pass(1h).claiming());
    EXPECT_TRUE(eth0.idle());
}

TEST(Ipv4llPolicy, AlwaysClaimsAtOnceWhateverElseThereIs) {
    Interface eth0{Policy::always};
    EXPECT_FALSE(eth0.claiming());
    EXPECT_TRUE(eth0.routable(true).carrier(true).claiming());
    EXPECT_FALSE(eth0.carrier(false).claiming());
}

TEST(Ipv4llPolicy, FallbackWaitsForTheLinkToSettle) {
    Interface eth0{Policy::fallback};
    EXPECT_FALSE(eth0.carrier(true).pass(4999ms).claiming());
    EXPECT_TRUE(eth0.pass(1ms).claiming());
    EXPECT_TRUE(eth0.idle());
}

TEST(Ipv4llPolicy, NewsThatIsNoneDoesNotEndTheWait) {
    Interface eth0{Policy::fallback};
    EXPECT_FALSE(eth0.carrier(true).pass(1s).routable(false).held(false).claiming());
    EXPECT_TRUE(eth0.pass(4s).claiming());
}

TEST(Ipv4llPolicy, SettleTimeIsConfigurable) {
    EXPECT_TRUE(Interface(Policy::fallback, 0s).carrier(true).claiming());
    EXPECT_FALSE(Interface(Policy::fallback, 60s).carrier(true).pass(59s).claiming());
}

TEST(Ipv4llPolicy, FallbackLeavesARoutableInterfaceAlone) {  // RFC3927-§1.9-01
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(2s).routable(true);
    EXPECT_FALSE(eth0.pass(1h).claiming());
    EXPECT_TRUE(eth0.idle());
}

TEST(Ipv4llPolicy, FallbackStepsInAtOnceWhenTheRoutableAddressGoes) {  // RFC3927-§1.9-08
    Interface eth0{Policy::fallback};
    eth0.carrier(true).routable(true).pass(1h);
    EXPECT_TRUE(eth0.routable(false).claiming());
}

TEST(Ipv4llPolicy, AnAddressThatCameAndWentEndsTheWait) {  // RFC3927-§1.9-08
    Interface eth0{Policy::fallback};
    EXPECT_FALSE(eth0.carrier(true).pass(1s).routable(true).pass(1s).claiming());
    EXPECT_TRUE(eth0.routable(false).claiming());
}

TEST(Ipv4llPolicy, ACarrierThatReturnsSettlesAgain) {
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(1h).carrier(false);
    EXPECT_FALSE(eth0.claiming());
    EXPECT_TRUE(eth0.idle());
    EXPECT_FALSE(eth0.carrier(true).pass(4s).claiming());
    EXPECT_TRUE(eth0.pass(1s).claiming());
}

TEST(Ipv4llPolicy, ARepeatedCarrierDoesNotSettleAgain) {
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(4s).carrier(true).pass(1s);
    EXPECT_TRUE(eth0.claiming());
}

TEST(Ipv4llPolicy, AnAddressInUseStaysForRunningConnections) {  // RFC3927-§1.9-02 RFC3927-§1.9-06
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(5s).held(true).pass(1h).routable(true);
    EXPECT_TRUE(eth0.pass(9999ms).claiming());
    EXPECT_FALSE(eth0.pass(1ms).claiming());
    EXPECT_FALSE(eth0.held(false).pass(1h).claiming());
    EXPECT_TRUE(eth0.idle());
}

TEST(Ipv4llPolicy, AnAddressNotYetInUseIsDroppedAtOnce) {
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(6s);
    EXPECT_TRUE(eth0.claiming());
    EXPECT_FALSE(eth0.routable(true).claiming());
}

TEST(Ipv4llPolicy, ARoutableAddressThatLeavesAgainKeepsOurs) {
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(5s).held(true).routable(true).pass(5s).routable(false);
    EXPECT_TRUE(eth0.pass(1h).claiming());
    // And the next one gets the whole time again.
    EXPECT_TRUE(eth0.routable(true).pass(9s).claiming());
}

TEST(Ipv4llPolicy, AnAddressLostWhileLeavingIsNotReplaced) {  // a conflict in the last 10 s
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(5s).held(true).routable(true).pass(5s);
    EXPECT_FALSE(eth0.held(false).claiming());
}

TEST(Ipv4llPolicy, ALeaseThatFlapsNeverWearsOutOurs) {
    Interface eth0{Policy::fallback};
    eth0.carrier(true).pass(5s).held(true);
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(eth0.routable(true).pass(9s).claiming());
        EXPECT_FALSE(eth0.advertised());
        EXPECT_TRUE(eth0.routable(false).pass(1s).claiming());
        EXPECT_TRUE(eth0.advertised());
    }
    EXPECT_TRUE(eth0.idle());
}

TEST(Ipv4llPolicy, TellsSinceWhenThingsAreAsTheyAre) {
    Interface eth0{Policy::fallback};
    eth0.pass(1h).carrier(true);
    EXPECT_EQ(eth0.age(), 0s);
    EXPECT_EQ(eth0.pass(2s).carrier(true).routable(false).age(), 2s);
    EXPECT_EQ(eth0.pass(1s).routable(true).pass(7s).age(), 7s);
    EXPECT_EQ(eth0.routable(false).age(), 0s);
}

TEST(Ipv4llPolicy, NothingIsAdvertisedBesideARoutableAddress) {  // RFC3927-§1.9-05
    for (const Policy policy : {Policy::fallback, Policy::always}) {
        Interface eth0{policy};
        EXPECT_TRUE(eth0.carrier(true).pass(5s).held(true).advertised());
        EXPECT_FALSE(eth0.routable(true).advertised());
        EXPECT_TRUE(eth0.routable(false).advertised());
    }
}

TEST(Ipv4llPolicy, MayChangeWhileRunning) {
    Interface eth0{Policy::off};
    eth0.carrier(true).pass(1h);
    EXPECT_TRUE(eth0.set(Policy::fallback).claiming()) << "the link settled long ago";
    EXPECT_FALSE(eth0.set(Policy::off).claiming());
    eth0.routable(true);
    EXPECT_FALSE(eth0.set(Policy::fallback).claiming());
    EXPECT_TRUE(eth0.set(Policy::always).held(true).claiming());
    EXPECT_TRUE(eth0.set(Policy::fallback).claiming())
        << "in use: leaves as after any other change";
    EXPECT_FALSE(eth0.pass(10s).claiming());
}

TEST(Ipv4llPolicy, WhatIsClaimedStaysClaimedInTheSettleTime) {
    Interface eth0{Policy::always};
    eth0.carrier(true).pass(1s);
    EXPECT_TRUE(eth0.set(Policy::fallback).claiming());
    EXPECT_TRUE(eth0.pass(1h).claiming());
}

}  // namespace
}  // namespace ipv4ll::engine
