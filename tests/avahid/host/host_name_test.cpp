#include "avahid/host/host_name.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/dnssd/support/network.hpp"

namespace avahid::host {
namespace {

using dnssd::test::address;
using dnssd::test::Host;
using dnssd::test::name;
using dnssd::test::Network;
using mdns::engine::Family;
using mdns::wire::Record;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

std::string text(const Record& record) {
    return record.name.to_text() + " " + mdns::wire::type_name(record.type) + " " +
           mdns::wire::rdata_to_text(record.type, record.rdata);
}

struct HostNames : testing::Test {
    HostNames() {
        us.plug_both(2, 0);
        peer.plug_both(2, 0);
    }
    void name_us(const char* label) {
        us.host_name.set_wanted(network.now(), label);
        us.host_name.on_addresses(network.now(), 2, {address("169.254.1.1"), address("fe80::1")});
    }
    void name_peer(const char* label) {
        peer.host_name.set_wanted(network.now(), label);
        peer.host_name.on_addresses(network.now(), 2, {address("169.254.1.2"), address("fe80::2")});
    }
    std::vector<std::string> sent(int group, bool goodbyes = false) const {
        std::set<std::string> texts;
        for (const auto& packet : network.packets) {
            mdns::wire::Message message;
            if (packet.segment != group || packet.sender != 0) continue;
            if (message.decode(packet.bytes) != mdns::wire::Errc::ok) continue;
            if (!message.header().response) continue;
            for (const auto& record : message.answers()) {
                if ((record.ttl == 0) == goodbyes) texts.insert(text(record.to_record()));
            }
        }
        return {texts.begin(), texts.end()};
    }
    std::vector<State> states(const Host& host) const {
        std::vector<State> found;
        for (const auto& event : host.name_events) {
            if (const auto* changed = std::get_if<StateChanged>(&event)) {
                found.push_back(changed->state);
            }
        }
        return found;
    }
    std::vector<Renamed> renames(const Host& host) const {
        std::vector<Renamed> found;
        for (const auto& event : host.name_events) {
            if (const auto* renamed = std::get_if<Renamed>(&event)) found.push_back(*renamed);
        }
        return found;
    }
    Network network;
    Host& us = network.add_host();
    Host& peer = network.add_host();
};

TEST_F(HostNames, CarryBothFamiliesOnBothLinks) {  // RFC6762-§6.2-01 RFC6762-§20-02
    name_us("alpha");
    network.run(4s);
    for (const int group : {0, 1}) {
        EXPECT_THAT(sent(group), Contains("alpha.local A 169.254.1.1"));
        EXPECT_THAT(sent(group), Contains("alpha.local AAAA fe80::1"));
        EXPECT_THAT(sent(group), Contains("1.1.254.169.in-addr.arpa PTR alpha.local"));
    }
    EXPECT_THAT(states(us),
                ElementsAre(State::established, State::registering, State::established));
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, AreAddressesOfTheInterfaceAndTheirReverseNames) {  // RFC6762-§8-02
    us.plug_both(3, 7);
    us.host_name.on_addresses(network.now(), 3, {address("169.254.33.1"), address("fe80::3")});
    name_us("alpha");
    network.run(4s);
    std::map<int, std::set<std::string>> seen;  // by group
    for (const auto& packet : network.packets) {
        mdns::wire::Message message;
        if (packet.sender != 0 || message.decode(packet.bytes) != mdns::wire::Errc::ok) continue;
        for (const auto& record : message.records()) {
            if (!message.header().response || record.type == mdns::wire::type::nsec) continue;
            seen[packet.segment].insert(text(record.to_record()));
            EXPECT_EQ(record.ttl, 120u);  // RFC6762-§10-01
        }
    }
    for (const auto& [group, texts] : seen) {
        const bool first = group < 2;
        EXPECT_EQ(texts.size(), 4u);  // two addresses, two reverse names; no HINFO
        EXPECT_TRUE(
            texts.contains(first ? "alpha.local A 169.254.1.1" : "alpha.local A 169.254.33.1"));
        EXPECT_TRUE(
            texts.contains(first ? "alpha.local AAAA fe80::1" : "alpha.local AAAA fe80::3"));
    }
    EXPECT_EQ(seen.size(), 4u);  // both families of both
}

TEST_F(HostNames, AreEstablishedAtOnceWithoutInterfaces) {
    us.host_name.set_wanted(network.now(), "alpha");
    EXPECT_EQ(us.host_name.state(), State::established);
    EXPECT_EQ(us.host_name.name(), name("alpha.local"));
}

TEST_F(HostNames, TellTheKindOfMachineIfAskedToAndAreNotClaimedAnew) {
    name_us("alpha");
    network.run(4s);
    network.forget_packets();
    Options options;
    options.hinfo = {"X86_64", "LINUX"};
    us.host_name.set_options(network.now(), options);
    network.run(4s);
    EXPECT_THAT(sent(0), Contains("alpha.local HINFO \"X86_64\" \"LINUX\""));
    EXPECT_THAT(sent(0, /*goodbyes=*/true), Not(Contains("alpha.local A 169.254.1.1")));
    network.forget_packets();
    us.host_name.set_options(network.now(), {});
    network.run(4s);
    EXPECT_THAT(sent(0, /*goodbyes=*/true), ElementsAre("alpha.local HINFO \"X86_64\" \"LINUX\""));
    options = {};
    options.publish_addresses = false;
    us.host_name.set_options(network.now(), options);
    network.run(4s);
    EXPECT_THAT(sent(0, /*goodbyes=*/true), Contains("alpha.local A 169.254.1.1"));
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, ChangeAfterAConflictForTheLaterHostOnly) {  // RFC6762-§9-06
    name_us("alpha");
    network.run(4s);
    name_peer("alpha");
    network.run(4s);
    ASSERT_THAT(renames(peer), SizeIs(1));
    EXPECT_EQ(renames(peer)[0].from, "alpha");
    EXPECT_EQ(renames(peer)[0].to, "alpha-2");
    EXPECT_EQ(peer.host_name.label(), "alpha-2");
    EXPECT_EQ(peer.host_name.wanted(), "alpha");
    EXPECT_EQ(peer.host_name.state(), State::established);
    EXPECT_THAT(renames(us), IsEmpty());
    EXPECT_EQ(us.host_name.label(), "alpha");
}

TEST_F(HostNames, AreOneOnAllInterfaces) {  // RFC6762-§14-01 RFC6762-§14-02 RFC6762-§14-03
    name_peer("alpha");
    network.run(4s);
    us.plug(3, Family::ipv4, 7, "169.254.1.1");
    us.host_name.on_addresses(network.now(), 3, {address("169.254.33.1")});
    name_us("alpha");
    network.run(4s);
    EXPECT_THAT(renames(us), SizeIs(1));
    EXPECT_THAT(sent(14), Contains("alpha-2.local A 169.254.33.1"));  // no rival over there
    EXPECT_THAT(sent(14), Contains("1.33.254.169.in-addr.arpa PTR alpha-2.local"));
    us.catalogue.lookup_host(network.now(), name("alpha.local"), dnssd::Families::both,
                             {.ifindex = 3, .family = {}});
    network.run(2s);
    const auto old_name = us.all<dnssd::HostResult>();
    ASSERT_THAT(old_name, SizeIs(1));
    EXPECT_THAT(old_name[0].addresses, IsEmpty());
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, StayWhenTwoInterfacesShareALink) {
    us.plug_both(3, 0);
    us.host_name.on_addresses(network.now(), 3, {address("169.254.1.3"), address("fe80::1")});
    name_us("alpha");
    network.run(10s);
    EXPECT_THAT(renames(us), IsEmpty());
    EXPECT_EQ(us.host_name.label(), "alpha");
}

TEST_F(HostNames, AnnounceAnAddressMoreWithoutProbing) {  // RFC6762-§8.4-06
    name_us("alpha");
    network.run(5s);
    network.forget_packets();
    us.host_name.on_addresses(network.now(), 2,
                              {address("169.254.1.1"), address("fe80::1"), address("fd00::1")});
    network.run(3s);
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    EXPECT_THAT(sent(0), Contains("alpha.local AAAA fd00::1"));
    EXPECT_THAT(renames(us), IsEmpty());
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, SayGoodbyeForAnInterfaceThatLostItsAddresses) {
    name_us("alpha");
    network.run(5s);
    network.forget_packets();
    us.host_name.on_interface_gone(network.now(), 2);
    network.run(1s);
    EXPECT_THAT(sent(0, true), Contains("alpha.local A 169.254.1.1"));
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, StartOverWithANewWish) {
    name_us("alpha");
    network.run(5s);
    network.forget_packets();
    us.host_name.set_wanted(network.now(), "omega");
    EXPECT_EQ(us.host_name.state(), State::registering);
    network.run(4s);
    EXPECT_THAT(sent(0, true), Contains("alpha.local A 169.254.1.1"));
    EXPECT_THAT(sent(0), Contains("omega.local A 169.254.1.1"));
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, TryTheWishAgainAfterAConflict) {
    name_peer("alpha");
    network.run(4s);
    name_us("alpha");
    network.run(4s);
    ASSERT_EQ(us.host_name.label(), "alpha-2");
    peer.host_name.on_interface_gone(network.now(), 2);
    network.run(2s);
    us.host_name.set_wanted(network.now(), "alpha");
    network.run(4s);
    EXPECT_EQ(us.host_name.label(), "alpha");
    EXPECT_EQ(us.host_name.state(), State::established);
}

TEST_F(HostNames, GiveWayToARecordOfThisVeryDaemon) {
    ASSERT_TRUE(us.catalogue.publish_address(network.now(), name("alpha.local"),
                                             address("10.0.0.1"), false, {}));
    name_us("alpha");
    network.run(4s);
    EXPECT_EQ(us.host_name.label(), "alpha-2");
    ASSERT_THAT(renames(us), SizeIs(1));
    EXPECT_TRUE(renames(us)[0].peer.address.is_unspecified());
}

TEST_F(HostNames, KeepTheNameWhenOnlyAReverseNameIsTaken) {
    ASSERT_TRUE(us.catalogue.publish_address(network.now(), name("other.local"),
                                             address("169.254.1.1"), true, {}));
    name_us("alpha");
    network.run(4s);
    EXPECT_EQ(us.host_name.label(), "alpha");
    EXPECT_THAT(sent(0), Contains("alpha.local A 169.254.1.1"));
    EXPECT_THAT(sent(0), Not(Contains("1.1.254.169.in-addr.arpa PTR alpha.local")));
}

TEST_F(HostNames, KeepTheNameWhenAReverseNameIsLost) {
    name_us("alpha");
    network.run(4s);
    network.forget_packets();
    mdns::engine::Conflict lost{{}, {2, Family::ipv4}, name("1.1.254.169.in-addr.arpa"), {}};
    bool ours = false;
    for (std::uint64_t id = 1; id < 10 && !ours; ++id) {  // ours is one of the first
        lost.publication = mdns::engine::PublicationId{id};
        ours = us.host_name.on_event(network.now(), lost);
    }
    ASSERT_TRUE(ours);
    network.run(4s);
    EXPECT_THAT(renames(us), IsEmpty());
    EXPECT_EQ(us.host_name.state(), State::established);
    EXPECT_THAT(sent(0), Contains("alpha.local A 169.254.1.1"));
    EXPECT_THAT(sent(0), Not(Contains("1.1.254.169.in-addr.arpa PTR alpha.local")));
}

TEST_F(HostNames, IgnoreStrangePublications) {
    name_us("alpha");
    const mdns::engine::Conflict strange{mdns::engine::PublicationId{777}, {}, name("x.local"), {}};
    EXPECT_FALSE(us.host_name.on_event(network.now(), strange));
    EXPECT_EQ(us.host_name.label(), "alpha");
}

TEST(HostNameOptions, CanHideAFamilyOnTheOther) {
    mdns::engine::Engine engine({});
    HostName host(engine, {.publish_addresses = true, .a_on_ipv6 = false, .aaaa_on_ipv4 = true});
    const auto now = mdns::engine::Instant(1000h);
    engine.on_link(now, {2, Family::ipv6}, {});
    host.set_wanted(now, "alpha");
    host.on_addresses(now, 2, {address("169.254.1.1"), address("fe80::1")});
    engine.query(now, {.name = name("alpha.local"), .type = mdns::wire::type::any, .scope = {}});
    int a = 0;
    int aaaa = 0;
    for (auto t = now; t < now + 5s; t += 50ms) {
        engine.on_time(t);
        while (const auto output = engine.poll()) {
            const auto* added = std::get_if<mdns::engine::RecordAdded>(&*output);
            if (!added) continue;
            a += added->record.type == mdns::wire::type::a ? 1 : 0;
            aaaa += added->record.type == mdns::wire::type::aaaa ? 1 : 0;
        }
    }
    EXPECT_EQ(a, 0);
    EXPECT_EQ(aaaa, 1);
}

TEST(HostNameOptions, CanPublishNothing) {
    mdns::engine::Engine engine({});
    HostName host(engine, {.publish_addresses = false});
    const auto now = mdns::engine::Instant(1000h);
    engine.on_link(now, {2, Family::ipv4}, {});
    host.set_wanted(now, "alpha");
    host.on_addresses(now, 2, {address("169.254.1.1")});
    EXPECT_EQ(engine.deadline(), std::nullopt);
    EXPECT_EQ(host.state(), State::established);
}

}  // namespace
}  // namespace avahid::host
