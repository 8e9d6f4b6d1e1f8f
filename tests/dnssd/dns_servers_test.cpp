#include "dnssd/dns_servers.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct BrowsingDnsServers : testing::Test {
    BrowsingDnsServers() { us.plug(2, Family::ipv4, 0, "169.254.1.1"); }
    Handle browse(Families families, DnsServerKind kind = DnsServerKind::resolve) {
        const auto handle = us.catalogue.browse_dns_servers(network.now(), "", kind, families, {});
        EXPECT_TRUE(handle);
        network.run(200ms);
        return *handle;
    }
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        const auto line = [&](const char* sign, const auto& of) {
            lines.push_back(sign + of.host.to_text() + " " + of.address.to_string() + ":" +
                            std::to_string(of.port));
        };
        for (const auto& [at, event] : us.events) {
            if (const auto* found = std::get_if<DnsServerFound>(&event)) line("+ ", *found);
            if (const auto* lost = std::get_if<DnsServerLost>(&event)) line("- ", *lost);
        }
        us.forget_events();
        return lines;
    }
    Network network;
    Host& us = network.add_host();
    const Record server = srv_by("_domain._udp.local", "gate.local", 53, 0, 0);
};

TEST_F(BrowsingDnsServers, AsksForSrvRecordsOfTheKind) {
    browse(Families::both);
    browse(Families::both, DnsServerKind::update);
    ASSERT_EQ(network.questions_from(us).size(), 2);
    EXPECT_EQ(network.questions_from(us)[0].name, "_domain._udp.local");
    EXPECT_EQ(network.questions_from(us)[0].type, mdns::wire::type::srv);
    EXPECT_EQ(network.questions_from(us)[1].name, "_dns-update._udp.local");
}

TEST_F(BrowsingDnsServers, TellsEachAddressOfTheTarget) {
    browse(Families::both);
    network.say(0, {server, a("gate.local", "169.254.9.9")}, false);
    network.say(0, {aaaa("gate.local", "fe80::9")}, false);
    EXPECT_THAT(told(),
                UnorderedElementsAre("+ gate.local 169.254.9.9:53", "+ gate.local fe80::9:53"));
    network.say(0, {goodbye(server)}, false);
    network.run(2s);
    EXPECT_THAT(told(),
                UnorderedElementsAre("- gate.local 169.254.9.9:53", "- gate.local fe80::9:53"));
}

TEST_F(BrowsingDnsServers, LosesASingleAddress) {
    browse(Families::both);
    network.say(0, {server, a("gate.local", "169.254.9.9"), a("gate.local", "169.254.9.8")}, false);
    told();
    network.say(0, {goodbye(a("gate.local", "169.254.9.8"))}, false);
    network.run(2s);
    EXPECT_THAT(told(), ElementsAre("- gate.local 169.254.9.8:53"));
}

TEST_F(BrowsingDnsServers, AsksForTheFamilyWantedOnly) {
    browse(Families::ipv4);
    network.say(0, {server}, false);
    network.run(1s);
    std::set<std::uint16_t> types;
    for (const auto& asked : network.questions_from(us)) types.insert(asked.type);
    EXPECT_THAT(types, ElementsAre(mdns::wire::type::a, mdns::wire::type::srv));
}

TEST_F(BrowsingDnsServers, BelievesInTenServersOnly) {
    browse(Families::ipv4);
    std::vector<Record> many;
    for (int i = 1; i <= 12; ++i) {
        const std::string host = "gate" + std::to_string(i) + ".local";
        many.push_back(srv_by("_domain._udp.local", host, 53, 0, 0));
        many.push_back(a(host.c_str(), ("169.254.9." + std::to_string(i)).c_str()));
    }
    network.say(0, many, false);
    network.run(1s);
    EXPECT_EQ(told().size(), max_dns_servers);
}

TEST_F(BrowsingDnsServers, EndsWithItsHandle) {
    const Handle handle = browse(Families::both);
    network.say(0, {server}, false);
    us.catalogue.cancel(network.now(), handle);
    network.say(0, {a("gate.local", "169.254.9.9")}, false);
    network.run(1s);
    EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace dnssd::test
