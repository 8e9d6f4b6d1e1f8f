#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct Browsing : testing::Test {
    Browsing() { us.plug(2, Family::ipv4, 0, "169.254.1.1"); }
    Handle browse(const std::string& type, const std::string& subtype = "") {
        const auto handle = us.catalogue.browse(network.now(), type, "local", subtype, {});
        EXPECT_TRUE(handle);
        network.settle();
        return *handle;
    }
    std::vector<std::string> found() const {
        std::vector<std::string> names;
        for (const auto& event : us.all<Found>()) names.push_back(event.name.instance);
        return names;
    }
    std::vector<std::string> lost() const {
        std::vector<std::string> names;
        for (const auto& event : us.all<Lost>()) names.push_back(event.name.instance);
        return names;
    }
    Network network;
    Host& us = network.add_host();
};

TEST_F(Browsing, TellsEachInstanceOnceUntilItGoes) {  // RFC6763-§4.1-02 RFC6763-§F-01
    browse("_http._tcp");
    network.run(500ms);
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local"),
                    ptr("_http._tcp.local", "B._http._tcp.local"),
                    ptr("_http._tcp.local", "C._http._tcp.local")});
    EXPECT_THAT(found(), UnorderedElementsAre("A", "B", "C"));
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    EXPECT_THAT(found(), SizeIs(3));
    network.say(0, {goodbye(ptr("_http._tcp.local", "B._http._tcp.local"))});
    EXPECT_THAT(lost(), IsEmpty());
    network.run(1s);
    EXPECT_THAT(lost(), ElementsAre("B"));
}

TEST_F(Browsing, FillsFromTheCacheAtOnceAndSharesTheSeries) {  // RFC6763-§F-01 RFC6763-§F-02
    browse("_http._tcp");
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    network.run(10s);
    const auto asked = network.questions_from(us).size();
    us.forget_events();
    browse("_http._tcp");
    EXPECT_THAT(found(), ElementsAre("A"));
    EXPECT_THAT(us.all<CacheExhausted>(), SizeIs(1));
    network.run(500ms);
    EXPECT_EQ(network.questions_from(us).size(), asked);
}

TEST_F(Browsing, TakesTypeAndDomainFromTheAnswer) {  // RFC6763-§4.2-01
    browse("_http._tcp");
    network.say(0, {ptr("_http._tcp.local", "X._foo._tcp.example.com")});
    ASSERT_THAT(us.all<Found>(), SizeIs(1));
    EXPECT_EQ(us.all<Found>()[0].name, (ServiceName{"X", "_foo._tcp", "example.com"}));
}

TEST_F(Browsing, BySubtypeTellsTheMainType) {  // RFC6763-§4.2-02 RFC6763-§7.1-01
    browse("_http._tcp", "_printer");
    network.run(200ms);
    EXPECT_EQ(network.questions_from(us).at(0).name, "_printer._sub._http._tcp.local");
    network.say(0, {ptr("_printer._sub._http._tcp.local", "X._http._tcp.local")});
    ASSERT_THAT(us.all<Found>(), SizeIs(1));
    EXPECT_EQ(us.all<Found>()[0].name, (ServiceName{"X", "_http._tcp", "local"}));
}

TEST_F(Browsing, IgnoresLetterCase) {  // RFC6763-§7-02
    browse("_HTTP._TCP");
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    EXPECT_THAT(found(), ElementsAre("A"));
}

TEST_F(Browsing, FindsTypesThatBreakTheRules) {  // RFC6763-§7-03
    browse("_averyveryverylongname._tcp");
    network.say(0,
                {ptr("_averyveryverylongname._tcp.local", "X._averyveryverylongname._tcp.local")});
    EXPECT_THAT(found(), ElementsAre("X"));
}

TEST_F(Browsing, OfAnEmptyDomainIsLocal) {  // RFC6763-§11-07
    ASSERT_TRUE(us.catalogue.browse(network.now(), "_http._tcp", "", "", {}));
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    EXPECT_THAT(found(), ElementsAre("A"));
}

TEST_F(Browsing, SkipsAnswersThatNameNoInstance) {
    browse("_http._tcp");
    network.say(0, {ptr("_http._tcp.local", "local"), ptr("_http._tcp.local", ".")});
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Browsing, CountsOneNameOnceWhoeverSaysIt) {
    us.host_name.set_wanted(network.now(), "alpha");
    ASSERT_TRUE(us.catalogue.publish(network.now(), {.name = {"A", "_http._tcp"}, .port = 80}));
    network.run(3s);
    us.forget_events();
    browse("_http._tcp");
    network.say(0, {ptr("_http._tcp.local", "a._HTTP._tcp.local")});
    EXPECT_THAT(found(), ElementsAre("A"));
    EXPECT_TRUE(us.all<Found>()[0].local);
    network.say(0, {goodbye(ptr("_http._tcp.local", "a._HTTP._tcp.local"))});
    network.run(2s);
    EXPECT_THAT(lost(), IsEmpty());
}

TEST_F(Browsing, KeepsLinksApart) {  // RFC6762-§14-06
    us.plug(3, Family::ipv4, 1, "169.254.2.1");
    browse("_http._tcp");
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    network.say(1, {ptr("_http._tcp.local", "A._http._tcp.local")});
    ASSERT_THAT(us.all<Found>(), SizeIs(2));
    EXPECT_NE(us.all<Found>()[0].link, us.all<Found>()[1].link);
    us.unplug(3, Family::ipv4);
    network.settle();
    ASSERT_THAT(us.all<Lost>(), SizeIs(1));
    EXPECT_EQ(us.all<Lost>()[0].link.ifindex, 3);
}

TEST_F(Browsing, RefusesWhatIsNoTypeOrDomain) {  // RFC6762-§13-01
    const auto refused = [&](const char* type, const char* domain, const char* subtype = "") {
        return us.catalogue.browse(network.now(), type, domain, subtype, {}).error();
    };
    EXPECT_EQ(refused("http", "local"), Errc::bad_type);
    EXPECT_EQ(refused("_http._tcp", "example.com"), Errc::bad_domain);
    EXPECT_EQ(refused("_http._tcp", "a..local"), Errc::bad_domain);
    const std::string long_label(64, 's');
    EXPECT_EQ(refused("_http._tcp", "local", long_label.c_str()), Errc::bad_type);
}

TEST_F(Browsing, AsksForUtf8AsItIs) {  // RFC6763-§4.1.3-02: IDNA is for unicast DNS
    const auto in = us.catalogue.browse(network.now(), "_http._tcp", "b\xc3\xbcro.local", "", {});
    ASSERT_TRUE(in);
    network.run(60s);
    for (const auto& asked : network.questions_from(us))
        EXPECT_EQ(asked.name, "_http._tcp.b\xc3\xbcro.local");
}

TEST_F(Browsing, EndsWhenCancelled) {
    const Handle handle = browse("_http._tcp");
    us.catalogue.cancel(network.now(), handle);
    network.say(0, {ptr("_http._tcp.local", "A._http._tcp.local")});
    network.run(60s);
    EXPECT_THAT(found(), IsEmpty());
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    us.catalogue.cancel(network.now(), handle);  // again: ignored
}

}  // namespace
}  // namespace dnssd::test
