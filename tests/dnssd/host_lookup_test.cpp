#include "dnssd/host_lookup.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using Outcome = HostResult::Outcome;

struct HostLookups : testing::Test {
    HostLookups() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        us.plug(3, Family::ipv4, 1, "169.254.2.1");
    }
    Handle look_up(const char* host, Families families = Families::both, const Scope& scope = {}) {
        begun = network.now();
        const Handle handle = us.catalogue.lookup_host(network.now(), name(host), families, scope);
        network.settle();
        return handle;
    }
    bool done() const { return !us.all<HostResult>().empty(); }
    HostResult result() const {
        const auto results = us.all<HostResult>();
        EXPECT_THAT(results, SizeIs(1));
        return results.empty() ? HostResult{} : results[0];
    }
    Duration took() const { return us.times_of<HostResult>().at(0) - begun; }
    std::vector<std::string> addresses() const {
        std::vector<std::string> texts;
        for (const auto& found : result().addresses) {
            texts.push_back(found.address.to_string() + "@" + std::to_string(found.ifindex));
        }
        return texts;
    }
    Network network;
    Host& us = network.add_host();
    Instant begun;
};

TEST_F(HostLookups, AskBothFamiliesAtOnceInMessagesOfTheirOwn) {  // RFC6762-§20-01
    look_up("beta.local");
    EXPECT_THAT(network.packets, SizeIs(4));  // two links
    for (const auto& asked : network.questions_from(us)) {
        EXPECT_EQ(asked.name, "beta.local");
        EXPECT_EQ(asked.at, begun);
    }
}

TEST_F(HostLookups, EndWhenOneInterfaceGaveBothFamilies) {
    look_up("beta.local");
    network.run(7ms);
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    EXPECT_EQ(took(), 7ms);
    EXPECT_EQ(result().outcome, Outcome::found);
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "fe80::9@2"));
}

TEST_F(HostLookups, ReturnAllThatThePacketHad) {
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9"),
                    aaaa("beta.local", "fd00::9"), a("beta.local", "10.0.0.9")});
    EXPECT_THAT(addresses(),
                UnorderedElementsAre("169.254.7.9@2", "fe80::9@2", "fd00::9@2", "10.0.0.9@2"));
}

TEST_F(HostLookups, ADenialCompletesAFamily) {  // RFC6762-§6.1-15
    look_up("beta.local");
    network.run(3ms);
    network.say(0, {a("beta.local", "169.254.7.9"), nsec("beta.local", {mdns::wire::type::a})});
    EXPECT_EQ(took(), 3ms);
    EXPECT_THAT(addresses(), ElementsAre("169.254.7.9@2"));
}

TEST_F(HostLookups, FamiliesOfDifferentInterfacesDoNotComplete) {
    look_up("beta.local");
    network.run(10ms);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(10ms);
    network.say(1, {aaaa("beta.local", "fe80::9")});
    network.run(29ms);
    EXPECT_FALSE(done());
    network.run(1s);
    EXPECT_EQ(took(), 10ms + 50ms);
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "fe80::9@3"));
}

TEST_F(HostLookups, EndFiftyMillisecondsAfterTheFirstAnswer) {
    look_up("beta.local");
    network.run(200ms);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(30ms);
    network.say(1, {a("beta.local", "169.254.8.9")});
    network.run(19ms);
    EXPECT_FALSE(done());
    network.run(1ms);
    EXPECT_EQ(took(), 250ms);
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "169.254.8.9@3"));
}

TEST_F(HostLookups, EndAtTheNegativeTimeoutWithWhatThereIs) {
    look_up("beta.local");
    network.run(980ms);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(1s);
    EXPECT_EQ(took(), 1s);
    EXPECT_EQ(result().outcome, Outcome::found);
}

TEST_F(HostLookups, MissAtTheNegativeTimeout) {
    look_up("nosuch.local");
    network.run(999ms);
    EXPECT_FALSE(done());
    network.run(1ms);
    EXPECT_EQ(took(), 1s);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
    EXPECT_EQ(result().name, name("nosuch.local"));
}

TEST_F(HostLookups, OfOneFamilyWaitForThatFamilyOnly) {
    look_up("beta.local", Families::ipv4);
    network.run(5ms);
    network.say(0, {aaaa("beta.local", "fe80::9")});
    network.run(70ms);
    EXPECT_FALSE(done());
    network.say(0, {a("beta.local", "169.254.7.9")});
    EXPECT_EQ(took(), 75ms);
    EXPECT_THAT(addresses(), ElementsAre("169.254.7.9@2"));
}

TEST_F(HostLookups, OfOneFamilyTellThatItIsDenied) {
    look_up("beta.local", Families::ipv6);
    network.run(5ms);
    network.say(0, {a("beta.local", "169.254.7.9"), nsec("beta.local", {mdns::wire::type::a})});
    EXPECT_EQ(took(), 5ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_family);
}

TEST_F(HostLookups, OfOneFamilyTellThatOnlyTheOtherAnswered) {
    look_up("beta.local", Families::ipv6);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(2s);
    EXPECT_EQ(took(), 1s);
    EXPECT_EQ(result().outcome, Outcome::no_such_family);
}

TEST_F(HostLookups, BothFamiliesDeniedIsNoAddress) {
    look_up("beta.local");
    network.run(5ms);
    network.say(0, {nsec("beta.local", {mdns::wire::type::txt})});
    EXPECT_EQ(took(), 5ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_family);
}

TEST_F(HostLookups, TellOneAddressOnceButLinkLocalPerInterface) {
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.say(1, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fd00::9")});
    us.forget_events();
    network.run(2s);
    look_up("beta.local");
    network.say(0, {aaaa("beta.local", "fe80::9"), aaaa("beta.local", "fd00::9")});
    us.forget_events();
    network.say(1, {aaaa("beta.local", "fe80::9")});
    look_up("beta.local");  // all of it is in the caches now
    network.run(1s);
    EXPECT_THAT(addresses(),
                UnorderedElementsAre("169.254.7.9@2", "fd00::9@2", "fe80::9@2", "fe80::9@3"));
}

TEST_F(HostLookups, KeepTheOwnersLetterCase) {  // RFC6762-§16-06
    look_up("beta.local");
    network.say(0, {a("BeTa.local", "169.254.7.9"), aaaa("BeTa.local", "fe80::9")});
    EXPECT_EQ(result().name.to_text(), "BeTa.local");
}

TEST_F(HostLookups, ForgetWhatSaidGoodbye) {
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.say(0, {goodbye(a("beta.local", "169.254.7.9"))});
    network.run(2s);
    EXPECT_EQ(result().outcome, Outcome::found);  // §10.1: a goodbye takes a second, we took 50 ms
    EXPECT_EQ(took(), 50ms);
}

TEST_F(HostLookups, EndAtOnceWithoutLinks) {
    us.unplug(2, Family::ipv4);
    us.unplug(3, Family::ipv4);
    look_up("beta.local");
    EXPECT_EQ(took(), 0ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
}

TEST_F(HostLookups, GoOutOnlyForLocalNames) {  // RFC6762-§13-01 RFC6762-§3-04
    look_up("www.example.com");
    EXPECT_EQ(took(), 0ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
    EXPECT_THAT(network.packets, IsEmpty());
}

TEST_F(HostLookups, StayInTheirScope) {
    look_up("beta.local", Families::both, {.ifindex = 3, .family = {}});
    for (const auto& packet : network.packets) EXPECT_EQ(packet.segment, 2);  // IPv4 of segment 1
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    network.run(1s);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
}

TEST_F(HostLookups, TakeTheirQueriesAlongWhenCancelled) {
    const Handle handle = look_up("beta.local");
    us.catalogue.cancel(network.now(), handle);
    network.forget_packets();
    network.run(10s);
    EXPECT_THAT(us.all<HostResult>(), IsEmpty());
    EXPECT_THAT(network.packets, IsEmpty());
}

// ---- aliases ----

TEST_F(HostLookups, FollowAnAlias) {
    look_up("www.local");
    network.run(4ms);
    network.say(0, {cname("www.local", "beta.local")});
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    EXPECT_EQ(took(), 4ms);
    EXPECT_EQ(result().name, name("beta.local"));
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "fe80::9@2"));
}

TEST_F(HostLookups, AnAliasThatIsKnownIsFollowedToo) {
    Record alias = cname("www.local", "beta.local");
    alias.ttl = 120;
    for (int i = 0; i < 2; ++i) {
        us.forget_events();
        look_up("www.local");
        if (i == 0) {
            network.say(0, {alias});
            network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
        }
        network.run(100ms);
        EXPECT_EQ(result().outcome, Outcome::found);
        EXPECT_EQ(result().name, name("beta.local"));
    }
}

TEST_F(HostLookups, ADenialBesideAnAliasIsNoEnd) {
    look_up("www.local");
    network.say(0,
                {nsec("www.local", {mdns::wire::type::cname}), cname("www.local", "beta.local")});
    EXPECT_FALSE(done());
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    EXPECT_EQ(result().outcome, Outcome::found);
}

TEST_F(HostLookups, FollowEightAliasesAndNoLoop) {
    look_up("n0.local");
    for (int i = 0; i < 20; ++i) {
        network.say(
            0, {cname("n" + std::to_string(i) + ".local", "n" + std::to_string(i + 1) + ".local")});
    }
    std::set<std::string> names;
    for (const auto& asked : network.questions_from(us)) names.insert(asked.name);
    EXPECT_THAT(names, SizeIs(9));

    network.forget_packets();
    look_up("x.local");
    network.say(0, {cname("x.local", "y.local"), cname("y.local", "x.local")});
    network.run(2s);
    EXPECT_THAT(us.all<HostResult>(), SizeIs(2));
}

TEST_F(HostLookups, AnAliasOfItselfIsNoName) {
    look_up("h.local");
    for (int i = 0; i < 3; ++i) {
        network.say(0, {cname("h.local", "h.local")});
        network.run(2s);
    }
    EXPECT_NE(result().outcome, Outcome::found);
}

TEST_F(HostLookups, AliasesMayComeAndGoUnderALookup) {
    const Handle query =
        us.catalogue.query(network.now(), name("www.local"), mdns::wire::type::a, {});
    look_up("www.local");
    Record fleeting = a("beta.local", "169.254.7.9");
    fleeting.ttl = 1;
    for (int i = 0; i < 3; ++i) {  // said again when its target has expired
        network.say(0, {cname("www.local", "beta.local"), fleeting});
        network.run(2s);
        network.say(0, {cname("www.local", "gamma.local")});
        network.run(2s);
    }
    network.say(0, {goodbye(cname("www.local", "gamma.local"))});
    network.run(1h);
    EXPECT_THAT(us.all<HostResult>(), SizeIs(1));
    us.catalogue.cancel(network.now(), query);
    us.forget_events();
    look_up("www.local");
    network.say(0, {cname("www.local", "beta.local")});
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    EXPECT_EQ(result().outcome, Outcome::found);
}

// ---- what needs no asking ----

/// One family is known from one interface, the other from another: neither has told both.
TEST_F(HostLookups, AskWhatNoInterfaceHasToldAllOf) {
    us.plug(3, Family::ipv4, 1, "10.0.0.1");
    us.catalogue.query(network.now(), name("beta.local"), mdns::wire::type::any, {});
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.say(1, {aaaa("beta.local", "fd00::9")});
    network.run(1s);
    network.forget_packets();
    look_up("beta.local");
    network.run(100ms);
    EXPECT_THAT(network.questions_from(us), Not(IsEmpty()));
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "fd00::9@3"));
}

TEST_F(HostLookups, AskNothingOfWhatIsKnown) {  // NSS-§time-04
    us.plug(2, Family::ipv6, 2, "fe80::1");     // where nobody has said anything
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    us.forget_events();
    network.forget_packets();
    for (const Families families : {Families::both, Families::ipv4, Families::ipv6}) {
        look_up("Beta.Local", families);
        EXPECT_EQ(took(), 0ms);
        EXPECT_EQ(result().outcome, Outcome::found);
        us.forget_events();
    }
    network.run(100ms);
    EXPECT_THAT(network.questions_from(us), IsEmpty());
}

TEST_F(HostLookups, AskNothingForAFamilyThatIsKnown) {
    look_up("beta.local", Families::ipv4);
    network.say(0, {a("beta.local", "169.254.7.9")});
    us.forget_events();
    network.forget_packets();
    look_up("beta.local", Families::ipv4);
    EXPECT_EQ(took(), 0ms);
    network.run(10ms);
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    us.forget_events();
    look_up("beta.local");  // but the other one has to be asked for
    EXPECT_THAT(network.questions_from(us), testing::Not(IsEmpty()));
}

TEST_F(HostLookups, AskForRecordsThatOthersMayHaveToo) {
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")},
                /*cache_flush=*/false);
    us.forget_events();
    network.run(1s);
    network.forget_packets();
    look_up("beta.local");
    EXPECT_EQ(took(), 0ms);
    EXPECT_THAT(network.questions_from(us), testing::Not(IsEmpty()));
}

TEST_F(HostLookups, WaitOnceForAFamilyThatIsSilent) {  // its owner says no NSEC
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(50ms);
    EXPECT_EQ(took(), 50ms);
    us.forget_events();
    network.forget_packets();
    look_up("beta.local");
    EXPECT_EQ(took(), 0ms);
    EXPECT_THAT(addresses(), ElementsAre("169.254.7.9@2"));
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    us.forget_events();
    network.say(0, {aaaa("beta.local", "fe80::9")});  // later than we waited
    look_up("beta.local");
    EXPECT_EQ(took(), 0ms);
    EXPECT_THAT(addresses(), UnorderedElementsAre("169.254.7.9@2", "fe80::9@2"));
}

// ---- the memory of misses ----

TEST_F(HostLookups, RememberAMissForBothFamilies) {
    look_up("nosuch.local", Families::ipv6);
    network.run(1s);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
    us.forget_events();
    look_up("NoSuch.local", Families::ipv4);
    EXPECT_EQ(took(), 0ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_name);
}

TEST_F(HostLookups, ForgetAMissAfterTwoSeconds) {
    look_up("nosuch.local");
    network.run(1s + 1999ms);
    us.forget_events();
    look_up("nosuch.local");
    EXPECT_EQ(took(), 0ms);
    network.run(1ms);
    us.forget_events();
    look_up("nosuch.local");
    network.run(1s);
    EXPECT_EQ(took(), 1s);
}

TEST_F(HostLookups, ForgetAMissWhenTheHostAppears) {
    look_up("beta.local");
    network.run(1s);
    us.forget_events();
    network.run(500ms);
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    look_up("beta.local");
    EXPECT_EQ(took(), 0ms);
    EXPECT_EQ(result().outcome, Outcome::found);
}

TEST_F(HostLookups, RememberTheFamilyThatDidNotAnswer) {
    look_up("beta.local", Families::ipv6);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(1s);
    us.forget_events();
    look_up("beta.local", Families::ipv6);
    EXPECT_EQ(took(), 0ms);
    EXPECT_EQ(result().outcome, Outcome::no_such_family);
    us.forget_events();
    look_up("beta.local", Families::ipv4);
    EXPECT_EQ(result().outcome, Outcome::found);
}

TEST_F(HostLookups, RememberPerScope) {
    look_up("beta.local", Families::both, {.ifindex = 3, .family = {}});
    network.run(1s);
    us.forget_events();
    look_up("beta.local");
    network.say(0, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    EXPECT_EQ(result().outcome, Outcome::found);
}

TEST_F(HostLookups, LeaveNothingBehind) {
    for (int i = 0; i < 300; ++i) {
        us.catalogue.lookup_host(network.now(), name("n" + std::to_string(i) + ".local"),
                                 Families::both, {});
    }
    network.run(4s);
    EXPECT_THAT(us.all<HostResult>(), SizeIs(300));
    EXPECT_EQ(us.catalogue.deadline(), std::nullopt);
    network.forget_packets();
    network.run(60s);
    EXPECT_THAT(network.packets, IsEmpty());
}

}  // namespace
}  // namespace dnssd::test
