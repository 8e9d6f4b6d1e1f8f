#include "dnssd/resolve.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* web = "Web._http._tcp.local";

struct Resolving : testing::Test {
    Resolving() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        us.plug(3, Family::ipv4, 1, "169.254.2.1");
    }
    Handle resolve(const Scope& scope = {}) {
        begun = network.now();
        const auto handle =
            us.catalogue.resolve(network.now(), {"Web", "_http._tcp", "local"}, scope);
        EXPECT_TRUE(handle);
        network.settle();
        return *handle;
    }
    void say_service(int segment = 0, std::uint16_t port = 80) {
        network.say(segment, {srv(web, "beta.local", port), txt(web, {"path=/"})});
    }
    void say_host(int segment = 0) {
        network.say(segment, {a("beta.local", "169.254.7.9"), aaaa("beta.local", "fe80::9")});
    }
    Resolved last() const {
        const auto results = us.all<Resolved>();
        EXPECT_FALSE(results.empty());
        return results.empty() ? Resolved{} : results.back();
    }
    std::vector<std::string> questions(int segment) const {
        std::vector<std::string> texts;
        for (const auto& packet : network.packets) {
            mdns::wire::Message message;
            if (packet.segment != segment * 2 || packet.sender < 0) continue;
            if (message.decode(packet.bytes) != mdns::wire::Errc::ok) continue;
            for (const auto& question : message.questions()) {
                texts.push_back(question.name.to_text() + " " +
                                mdns::wire::type_name(question.type));
            }
        }
        return texts;
    }
    Network network;
    Host& us = network.add_host();
    Instant begun;
};

TEST_F(Resolving, AsksServiceThenAddresses) {  // RFC6763-§5-01 RFC6763-§12-01
    resolve({.ifindex = 2, .family = {}});
    EXPECT_THAT(questions(0), ElementsAre("Web._http._tcp.local SRV", "Web._http._tcp.local TXT"));
    say_service();
    EXPECT_THAT(questions(0), ElementsAre("Web._http._tcp.local SRV", "Web._http._tcp.local TXT",
                                          "beta.local A", "beta.local AAAA"));
    EXPECT_THAT(us.all<Resolved>(), IsEmpty());
    say_host();
    ASSERT_THAT(us.all<Resolved>(), SizeIs(1));
    EXPECT_EQ(last().host, name("beta.local"));
    EXPECT_EQ(last().port, 80);
    EXPECT_THAT(last().txt, ElementsAre("path=/"));
    EXPECT_THAT(last().addresses, ElementsAre(address("169.254.7.9"), address("fe80::9")));
    EXPECT_FALSE(last().local);
    network.run(10s);
    EXPECT_THAT(us.all<ResolveFailed>(), IsEmpty());
}

TEST_F(Resolving, AsksAddressesOnlyWhereTheServiceIs) {
    resolve();
    say_service();
    EXPECT_THAT(questions(1), ElementsAre("Web._http._tcp.local SRV", "Web._http._tcp.local TXT"));
}

TEST_F(Resolving, NeedsNoQuestionForAddressesGivenAlong) {
    resolve();
    say_host();  // nobody asked: in the cache all the same
    say_service();
    EXPECT_THAT(questions(0), SizeIs(2));
    EXPECT_THAT(us.all<Resolved>(), SizeIs(1));
}

TEST_F(Resolving, TellsEachLinkOfItsOwn) {  // RFC6762-§14-06
    resolve();
    say_service(0, 80);
    say_host(0);
    say_service(1, 81);
    network.say(1, {a("beta.local", "169.254.8.9"), aaaa("beta.local", "fe80::8")});
    const auto results = us.all<Resolved>();
    ASSERT_THAT(results, SizeIs(2));
    EXPECT_EQ(results[0].link.ifindex, 2);
    EXPECT_EQ(results[0].port, 80);
    EXPECT_EQ(results[1].link.ifindex, 3);
    EXPECT_EQ(results[1].port, 81);
    EXPECT_THAT(results[1].addresses, ElementsAre(address("169.254.8.9"), address("fe80::8")));
}

TEST_F(Resolving, WaitsALittleForTheOtherFamily) {
    resolve();
    say_service();
    network.run(100ms);
    network.say(0, {a("beta.local", "169.254.7.9")});
    network.run(199ms);
    EXPECT_THAT(us.all<Resolved>(), IsEmpty());
    network.run(1ms);
    EXPECT_THAT(us.times_of<Resolved>(), ElementsAre(begun + 300ms));
    network.say(0, {aaaa("beta.local", "fe80::9")});
    EXPECT_THAT(last().addresses, SizeIs(2));
}

TEST_F(Resolving, ADenialEndsTheWait) {  // RFC6763-§14-01
    resolve();
    say_service();
    network.run(10ms);
    network.say(0, {aaaa("beta.local", "fe80::9"), nsec("beta.local", {mdns::wire::type::aaaa})});
    EXPECT_THAT(us.times_of<Resolved>(), ElementsAre(begun + 10ms));
    EXPECT_THAT(last().addresses, ElementsAre(address("fe80::9")));
}

TEST_F(Resolving, EmptyAndMissingTextAreOne) {  // RFC6763-§6.1-03
    mdns::wire::Record zero_length = txt(web, {});
    zero_length.rdata.clear();
    for (const auto& record : {txt(web, {}), zero_length}) {
        Network quiet;
        Host& host = quiet.add_host();
        host.plug(2, Family::ipv4, 0, "169.254.1.1");
        ASSERT_TRUE(host.catalogue.resolve(quiet.now(), {"Web", "_http._tcp"}, {}));
        quiet.say(0, {srv(web, "beta.local", 80), record, a("beta.local", "169.254.7.9")});
        quiet.run(1s);
        if (host.all<Resolved>().empty()) quiet.run(2s);
        ASSERT_THAT(host.all<Resolved>(), SizeIs(1));
        EXPECT_THAT(host.all<Resolved>()[0].txt, IsEmpty());
    }
}

TEST_F(Resolving, DoesWithoutTextAfterAWhile) {  // RFC6763-§6.1-03
    resolve();
    network.say(0, {srv(web, "beta.local", 80)});
    say_host();
    network.run(1999ms);
    EXPECT_THAT(us.all<Resolved>(), IsEmpty());
    network.run(1ms);
    ASSERT_THAT(us.all<Resolved>(), SizeIs(1));
    EXPECT_THAT(last().txt, IsEmpty());
    network.say(0, {txt(web, {"late=1"})});
    EXPECT_THAT(last().txt, ElementsAre("late=1"));
}

TEST_F(Resolving, ADeniedTextIsEmptyAtOnce) {  // RFC6763-§6.1-03
    resolve();
    network.say(0, {srv(web, "beta.local", 80), nsec(web, {mdns::wire::type::srv})});
    say_host();
    EXPECT_THAT(us.times_of<Resolved>(), ElementsAre(begun));
}

TEST_F(Resolving, TellsEveryChange) {  // RFC6763-§5-05
    resolve();
    say_service();
    say_host();
    network.run(5s);
    us.forget_events();
    say_service(0, 8080);
    ASSERT_THAT(us.all<Resolved>(), SizeIs(1));
    EXPECT_EQ(last().port, 8080);
    network.run(2s);
    EXPECT_THAT(us.all<Resolved>(), SizeIs(1));
    network.say(0, {txt(web, {"path=/new"})});
    EXPECT_THAT(last().txt, ElementsAre("path=/new"));
    network.say(0, {srv(web, "gamma.local", 8080)});
    network.say(0, {a("gamma.local", "169.254.7.7"), nsec("gamma.local", {mdns::wire::type::a})});
    EXPECT_EQ(last().host, name("gamma.local"));
    EXPECT_THAT(last().addresses, ElementsAre(address("169.254.7.7")));
}

TEST_F(Resolving, TellsAgainAfterTheServiceWasGone) {
    resolve();
    say_service();
    say_host();
    network.say(0, {goodbye(srv(web, "beta.local", 80)), goodbye(txt(web, {"path=/"}))});
    network.run(2s);
    EXPECT_THAT(us.all<Resolved>(), SizeIs(1));
    say_service();
    EXPECT_THAT(us.all<Resolved>(), SizeIs(2));
}

TEST_F(Resolving, FailsOnceAtItsTimeLimitAndStaysActive) {
    resolve();
    network.run(4999ms);
    EXPECT_THAT(us.all<ResolveFailed>(), IsEmpty());
    network.run(60s);
    EXPECT_THAT(us.times_of<ResolveFailed>(), ElementsAre(begun + 5s));
    say_service();
    say_host();
    EXPECT_THAT(us.all<Resolved>(), SizeIs(1));
}

TEST_F(Resolving, TellsPortZero) {  // RFC6763-§8-05
    resolve();
    say_service(0, 0);
    say_host();
    EXPECT_EQ(last().port, 0);
}

TEST_F(Resolving, TakesTheLowestPriority) {  // RFC6763-§5-02
    resolve();
    network.say(
        0, {srv_by(web, "far.local", 1, 10, 5), srv_by(web, "near.local", 2, 0, 0), txt(web, {})});
    network.say(0, {a("near.local", "169.254.7.9"), nsec("near.local", {mdns::wire::type::a})});
    EXPECT_EQ(last().host, name("near.local"));
    EXPECT_EQ(last().priority, 0);
}

TEST(SrvChoice, IsInProportionToTheWeights) {  // RFC6763-§5-02
    const mdns::wire::Srv one{0, 1, 1, {}};
    const mdns::wire::Srv three{0, 3, 3, {}};
    const mdns::wire::Srv later{1, 1000, 4, {}};
    std::mt19937_64 random(1);
    int threes = 0;
    for (int i = 0; i < 4000; ++i) {
        const std::size_t chosen = choose_by_weight({one, later, three}, random);
        ASSERT_NE(chosen, 1u);
        threes += chosen == 2 ? 1 : 0;
    }
    EXPECT_NEAR(threes, 3000, 120);
}

TEST(SrvChoice, IsTheNewestWithoutWeights) {
    const mdns::wire::Srv record{0, 0, 1, {}};
    std::mt19937_64 random(1);
    EXPECT_EQ(choose_by_weight({record, record}, random), 1u);
}

TEST_F(Resolving, BothTextsCanBeHadAsRecords) {  // RFC6763-§6.8-01
    us.catalogue.query(network.now(), name(web), mdns::wire::type::txt, {});
    network.say(0, {txt(web, {"rp=a"}), txt(web, {"rp=b"})});
    EXPECT_THAT(us.all<RecordChange>(), SizeIs(2));
}

TEST_F(Resolving, EndsWhenCancelled) {
    const Handle handle = resolve();
    say_service();
    us.catalogue.cancel(network.now(), handle);
    network.forget_packets();
    network.run(60s);
    say_host();
    EXPECT_THAT(us.all<Resolved>(), IsEmpty());
    EXPECT_THAT(us.all<ResolveFailed>(), IsEmpty());
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    EXPECT_EQ(us.catalogue.deadline(), std::nullopt);
}

TEST_F(Resolving, SurvivesALinkThatGoes) {
    resolve();
    say_service();
    say_host();
    us.unplug(2, Family::ipv4);
    network.settle();
    us.plug(2, Family::ipv4, 0, "169.254.1.1");
    us.forget_events();
    say_service();
    say_host();
    EXPECT_THAT(us.all<Resolved>(), SizeIs(1));
}

TEST_F(Resolving, RefusesWhatIsNoInstance) {
    const auto refused = [&](ServiceName wanted) {
        return us.catalogue.resolve(network.now(), wanted, {}).error();
    };
    EXPECT_EQ(refused({"", "_http._tcp"}), Errc::bad_name);
    EXPECT_EQ(refused({std::string(64, 'x'), "_http._tcp"}), Errc::bad_name);
    EXPECT_EQ(refused({"x", "http"}), Errc::bad_type);
    EXPECT_EQ(refused({"x", "_http._tcp", "example.com"}), Errc::bad_domain);
}

}  // namespace
}  // namespace dnssd::test
