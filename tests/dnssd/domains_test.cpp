#include "dnssd/domains.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct BrowsingDomains : testing::Test {
    BrowsingDomains() { us.plug(2, Family::ipv4, 0, "169.254.1.1"); }
    void browse(DomainKind kind, const std::string& domain = "") {
        EXPECT_TRUE(us.catalogue.browse_domains(network.now(), domain, kind, {}));
        network.run(200ms);
    }
    /// "+ office.local" from a link, "+ example.com (configured)"
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const auto& [at, event] : us.events) {
            if (const auto* found = std::get_if<DomainFound>(&event))
                lines.push_back("+ " + found->domain + (found->configured ? " (configured)" : ""));
            if (const auto* lost = std::get_if<DomainLost>(&event))
                lines.push_back("- " + lost->domain + (lost->configured ? " (configured)" : ""));
        }
        us.forget_events();
        return lines;
    }
    Network network;
    Host& us = network.add_host();
};

TEST_F(BrowsingDomains, AsksOneNameForEachKind) {  // RFC6763-§11-01
    const std::pair<DomainKind, const char*> kinds[] = {
        {DomainKind::browse, "b._dns-sd._udp.local"},
        {DomainKind::browse_default, "db._dns-sd._udp.local"},
        {DomainKind::registration, "r._dns-sd._udp.local"},
        {DomainKind::registration_default, "dr._dns-sd._udp.local"},
        {DomainKind::automatic, "lb._dns-sd._udp.local"},
    };
    for (const auto& [kind, name] : kinds) {
        network.forget_packets();
        browse(kind);
        ASSERT_EQ(network.questions_from(us).size(), 1) << name;
        EXPECT_EQ(network.questions_from(us)[0].name, name);
        EXPECT_EQ(network.questions_from(us)[0].type, mdns::wire::type::ptr);
        network.run(10s);
    }
}

TEST_F(BrowsingDomains, TellsWhatComesAndGoes) {  // RFC6763-§11-01
    browse(DomainKind::registration);
    network.say(0, {ptr("r._dns-sd._udp.local", "Building\\ 2, 1st Floor.example.com"),
                    ptr("r._dns-sd._udp.local", "office.local")});
    EXPECT_THAT(told(),
                UnorderedElementsAre("+ Building 2, 1st Floor.example.com", "+ office.local"));
    network.say(0, {goodbye(ptr("r._dns-sd._udp.local", "OFFICE.local"))});
    network.run(2s);
    EXPECT_THAT(us.all<DomainLost>().size(), 1);
    EXPECT_EQ(us.all<DomainLost>().at(0).domain, "office.local");
}

TEST_F(BrowsingDomains, EndsItsListAsAnyBrowse) {
    browse(DomainKind::browse);
    network.run(2s);
    EXPECT_EQ(us.all<CacheExhausted>().size(), 1);
    EXPECT_EQ(us.all<AllForNow>().size(), 1);
}

TEST_F(BrowsingDomains, ConfiguredOnesComeFirstAndOnce) {  // RFC6763-§11-06
    us.catalogue.set_browse_domains(network.now(), {"example.com", "EXAMPLE.com", "home.arpa"});
    browse(DomainKind::browse);
    EXPECT_THAT(told(), ElementsAre("+ example.com (configured)", "+ home.arpa (configured)"));
    network.say(0, {ptr("b._dns-sd._udp.local", "Example.com"),
                    ptr("b._dns-sd._udp.local", "office.local")});
    EXPECT_THAT(told(), ElementsAre("+ office.local"));
    network.say(0, {goodbye(ptr("b._dns-sd._udp.local", "example.com"))});
    network.run(2s);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(BrowsingDomains, ConfiguredOnesAreOfOneKindOnly) {
    us.catalogue.set_browse_domains(network.now(), {"example.com"});
    for (const auto kind : {DomainKind::browse_default, DomainKind::registration,
                            DomainKind::registration_default, DomainKind::automatic})
        browse(kind);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(BrowsingDomains, AChangedListIsToldByDifference) {  // RFC6763-§11-06
    us.catalogue.set_browse_domains(network.now(), {"one.example", "two.example"});
    browse(DomainKind::browse);
    network.say(0, {ptr("b._dns-sd._udp.local", "one.example"),
                    ptr("b._dns-sd._udp.local", "three.example")});
    told();
    us.catalogue.set_browse_domains(network.now(), {"two.example", "three.example"});
    network.settle();
    EXPECT_THAT(told(), ElementsAre("- one.example (configured)", "+ one.example",
                                    "- three.example", "+ three.example (configured)"));
}

TEST_F(BrowsingDomains, RefusesWhatMulticastCannotAsk) {
    const auto errc = [&](const char* domain) {
        return us.catalogue.browse_domains(network.now(), domain, DomainKind::browse, {}).error();
    };
    EXPECT_EQ(errc("example.com"), Errc::bad_domain);
    EXPECT_EQ(errc("a..local"), Errc::bad_domain);
}

TEST_F(BrowsingDomains, NeverAsksForTheNamesOfAddresses) {  // RFC6763-§11-05
    us.plug(3, Family::ipv6, 1, "fe80::1");
    browse(DomainKind::automatic);
    network.run(60s);
    for (const auto& asked : network.questions_from(us))
        EXPECT_EQ(asked.name, "lb._dns-sd._udp.local");
}

TEST_F(BrowsingDomains, EndsWithItsHandle) {
    const auto handle =
        *us.catalogue.browse_domains(network.now(), "local", DomainKind::browse, {});
    network.run(200ms);
    us.catalogue.cancel(network.now(), handle);
    us.forget_events();
    network.say(0, {ptr("b._dns-sd._udp.local", "office.local")});
    us.catalogue.set_browse_domains(network.now(), {"example.com"});
    network.run(2s);
    EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace dnssd::test
