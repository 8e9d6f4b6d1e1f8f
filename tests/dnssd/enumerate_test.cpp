#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct Enumerating : testing::Test {
    Enumerating() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        EXPECT_TRUE(us.catalogue.browse_types(network.now(), "local", {}));
        network.run(200ms);
    }
    Network network;
    Host& us = network.add_host();
};

TEST_F(Enumerating, AsksTheMetaQuery) {  // RFC6763-§9-01
    ASSERT_THAT(network.questions_from(us), SizeIs(1));
    EXPECT_EQ(network.questions_from(us)[0].name, "_services._dns-sd._udp.local");
    EXPECT_EQ(network.questions_from(us)[0].type, mdns::wire::type::ptr);
}

TEST_F(Enumerating, OnlyTwoLabelsMatter) {  // RFC6763-§9-02
    network.say(0, {ptr("_services._dns-sd._udp.local", "_ipp._tcp.example.com"),
                    ptr("_services._dns-sd._udp.local", "_ipp._tcp.local"),
                    ptr("_services._dns-sd._udp.local", "_ssh._tcp.local")});
    std::vector<std::string> types;
    for (const auto& event : us.all<TypeFound>()) types.push_back(event.type + " " + event.domain);
    EXPECT_THAT(types, UnorderedElementsAre("_ipp._tcp local", "_ssh._tcp local"));
    network.say(0, {goodbye(ptr("_services._dns-sd._udp.local", "_ipp._tcp.example.com"))});
    network.run(2s);
    EXPECT_THAT(us.all<TypeLost>(), IsEmpty());  // the other record still says it
    network.say(0, {goodbye(ptr("_services._dns-sd._udp.local", "_ipp._tcp.local"))});
    network.run(2s);
    ASSERT_THAT(us.all<TypeLost>(), SizeIs(1));
    EXPECT_EQ(us.all<TypeLost>()[0].type, "_ipp._tcp");
}

TEST_F(Enumerating, RefusesOtherDomains) {
    EXPECT_EQ(us.catalogue.browse_types(network.now(), "example.com", {}).error(),
              Errc::bad_domain);
}

TEST_F(Enumerating, OfDomainsIsARecordQuery) {  // RFC6763-§11-01 RFC6763-§11-02
    us.catalogue.query(network.now(), name("b._dns-sd._udp.local"), mdns::wire::type::ptr, {});
    network.settle();
    EXPECT_EQ(network.questions_from(us).back().name, "b._dns-sd._udp.local");
    network.say(0, {ptr("b._dns-sd._udp.local", "office.local")});
    ASSERT_THAT(us.all<RecordChange>(), SizeIs(1));
    EXPECT_EQ(mdns::wire::parse_name(us.all<RecordChange>()[0].record.rdata), name("office.local"));
}

}  // namespace
}  // namespace dnssd::test
