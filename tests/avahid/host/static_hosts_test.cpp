#include "avahid/host/static_hosts.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace avahid::host {
namespace {

using dnssd::test::address;
using dnssd::test::Host;
using dnssd::test::name;
using dnssd::test::Network;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

StaticName line(const char* where, const char* host) { return {name(host), address(where)}; }

struct StaticNames : testing::Test {
    StaticNames() {
        us.plug_both(2, 0);
        peer.plug_both(2, 0);
        us.others = [this](const auto& output) { hosts.on_event(network.now(), output); };
    }
    void load(std::vector<StaticName> lines) {
        hosts.load(network.now(), lines, name("alpha.local"));
        network.run(4s);
    }
    std::vector<std::string> heard() {
        std::vector<std::string> texts;
        for (const auto& sent : network.records_from(us)) {
            const auto& record = sent.record;
            if (record.type == mdns::wire::type::nsec) continue;
            const std::string text = (record.ttl == 0 ? "bye " : "") + record.name.to_text() + " " +
                                     mdns::wire::type_name(record.type) + " " +
                                     mdns::wire::rdata_to_text(record.type, record.rdata);
            if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
        }
        network.forget_packets();
        return texts;
    }
    template <class T>
    std::vector<std::string> told() {
        std::vector<std::string> names;
        while (const auto event = hosts.poll()) {
            if (const T* match = std::get_if<T>(&*event)) names.push_back(match->name);
        }
        return names;
    }
    Network network;
    Host& us = network.add_host();
    Host& peer = network.add_host();
    StaticHosts hosts{us.engine};
};

TEST_F(StaticNames, MayHaveSeveralAddresses) {
    load({line("192.0.2.1", "router.local"), line("2001:db8::1", "router.local"),
          line("192.0.2.2", "Router.local")});
    EXPECT_THAT(
        heard(),
        UnorderedElementsAre(
            "router.local A 192.0.2.1", "router.local A 192.0.2.2", "router.local AAAA 2001:db8::1",
            "1.2.0.192.in-addr.arpa PTR router.local", "2.2.0.192.in-addr.arpa PTR router.local",
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
            "ip6.arpa PTR router.local"));
    EXPECT_THAT(told<StaticEstablished>(), ElementsAre("router.local"));
}

TEST_F(StaticNames, MayShareAnAddressWhoseReverseNameIsTheFirst) {
    load({line("192.0.2.1", "one.local"), line("192.0.2.1", "two.local"),
          line("192.0.2.2", "two.local")});
    EXPECT_THAT(heard(), UnorderedElementsAre("one.local A 192.0.2.1", "two.local A 192.0.2.1",
                                              "two.local A 192.0.2.2",
                                              "1.2.0.192.in-addr.arpa PTR one.local",
                                              "2.2.0.192.in-addr.arpa PTR two.local"));
}

TEST_F(StaticNames, ChangeByDifference) {
    load({line("192.0.2.1", "one.local"), line("192.0.2.2", "two.local")});
    heard();
    load({line("192.0.2.1", "one.local"), line("192.0.2.2", "two.local")});
    EXPECT_THAT(heard(), IsEmpty());
    load({line("192.0.2.1", "one.local"), line("192.0.2.7", "one.local"),
          line("192.0.2.3", "three.local")});
    const auto changes = heard();
    EXPECT_THAT(changes, Contains("one.local A 192.0.2.7"));
    EXPECT_THAT(changes, Contains("bye two.local A 192.0.2.2"));
    EXPECT_THAT(changes, Contains("three.local A 192.0.2.3"));
    EXPECT_THAT(changes, testing::Not(Contains("bye one.local A 192.0.2.1")));
}

TEST_F(StaticNames, MayExchangeTheirAddresses) {
    load({line("192.0.2.1", "one.local"), line("192.0.2.2", "two.local")});
    heard();
    told<StaticLost>();
    load({line("192.0.2.2", "one.local"), line("192.0.2.1", "two.local")});
    EXPECT_THAT(told<StaticLost>(), IsEmpty());
    const auto changes = heard();
    EXPECT_THAT(changes, Contains("1.2.0.192.in-addr.arpa PTR two.local"));
    EXPECT_THAT(changes, Contains("2.2.0.192.in-addr.arpa PTR one.local"));
}

TEST_F(StaticNames, AreGivenUpWhenSomebodyElseHasThem) {
    peer.host_name.set_wanted(network.now(), "printer");
    peer.host_name.on_addresses(network.now(), 2, {address("169.254.1.2")});
    network.run(4s);
    load({line("192.0.2.1", "printer.local"), line("192.0.2.2", "two.local")});
    EXPECT_THAT(told<StaticLost>(), ElementsAre("printer.local"));
    for (const auto& text : heard()) EXPECT_EQ(text.find("printer"), text.npos) << text;
    EXPECT_EQ(peer.host_name.label(), "printer");
}

TEST_F(StaticNames, NeverTakeThisMachinesOwnName) {
    load({line("192.0.2.1", "ALPHA.local"), line("192.0.2.2", "two.local")});
    EXPECT_THAT(told<StaticLost>(), ElementsAre("alpha.local"));
    EXPECT_THAT(heard(), testing::Not(Contains("ALPHA.local A 192.0.2.1")));
    EXPECT_EQ(hosts.size(), 1U);
}

TEST_F(StaticNames, OfAnOwnAddressLeaveItsReverseNameAlone) {
    us.host_name.set_wanted(network.now(), "alpha");
    us.host_name.on_addresses(network.now(), 2, {address("169.254.1.1")});
    network.run(4s);
    heard();
    load({line("169.254.1.1", "alias.local")});
    EXPECT_THAT(heard(), ElementsAre("alias.local A 169.254.1.1"));
    EXPECT_EQ(us.host_name.label(), "alpha");
}

}  // namespace
}  // namespace avahid::host
