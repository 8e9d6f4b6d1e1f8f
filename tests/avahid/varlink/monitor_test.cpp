// Monitor: who may, what is told of a packet, and that a slow client costs nothing.
#include <gmock/gmock.h>

#include <memory>

#include "avahid/varlink/conversation.hpp"
#include "avahid/varlink/wire/message.hpp"
#include "tests/avahid/varlink/support/fake_machine.hpp"
#include "tests/dnssd/support/network.hpp"

namespace avahid::varlink {
namespace {

using mdns::engine::Cause;
using mdns::engine::Counters;
using mdns::engine::Family;
using mdns::engine::LinkId;
using mdns::engine::Reason;
using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr LinkId eth0{2, Family::ipv4};
constexpr LinkId eth1_v6{3, Family::ipv6};

struct VarlinkMonitor : testing::Test {
    VarlinkMonitor() { become(0); }

    void become(uid_t uid) {
        if (conversation) session.close(now, client);
        client = *session.open(uid);
        conversation = std::make_unique<Conversation>(session, client);
    }
    void start(const json& parameters = json::object(), bool more = true) {
        json call{{"method", "org.avahid.Daemon.Monitor"}, {"parameters", parameters}};
        if (more) call["more"] = true;
        conversation->on_bytes(now, call.dump() + '\0');
    }
    std::vector<json> replies() {
        std::vector<json> all;
        wire::Deframer deframer(wire::max_reply);
        deframer.feed(conversation->take_output());
        while (const auto message = deframer.next()) all.push_back(json::parse(*message));
        return all;
    }
    /// Started, with nothing told yet.
    void started(const json& parameters = json::object()) {
        start(parameters);
        const auto all = replies();
        ASSERT_THAT(all, SizeIs(1));
        EXPECT_EQ(all[0]["parameters"], json({{"event", "started"}}));
    }
    /// What the daemon does with each datagram.
    void deliver() {
        while (const auto packet = session.monitors().poll()) {
            for (const auto to : session.monitors().watching(packet->link)) {
                if (to == client) conversation->on_packet(now, *packet);
            }
        }
    }
    void sent(LinkId link, const Cause& why, std::optional<mdns::engine::Endpoint> to = {}) {
        session.monitors().on_sent({link, to, bytes, why});
        deliver();
    }
    void received(const Counters& after = {}, LinkId link = eth0) {
        session.monitors().on_received(link, {{dnssd::test::address("10.0.0.9"), 5353}, true},
                                       bytes, {}, after);
        deliver();
    }
    json packet() {
        const auto all = replies();
        EXPECT_THAT(all, SizeIs(1));
        if (all.size() != 1) return json::object();
        EXPECT_EQ(all[0]["parameters"]["event"], "packet");
        EXPECT_EQ(all[0]["continues"], true);
        return all[0]["parameters"]["packet"];
    }

    dnssd::test::Network network;
    dnssd::test::Host& host = network.add_host();
    test::FakeMachine machine;
    session::Session session{host.catalogue, machine, {}, [](uid_t uid) { return uid == 0; }};
    dnssd::Instant now = dnssd::Instant{} + 100s;
    session::ClientId client{};
    std::unique_ptr<Conversation> conversation;
    ::test::Octets bytes = ::test::query().ask("beta.local", mdns::wire::type::any, true).bytes();
};

TEST_F(VarlinkMonitor, IsForAdministratorsAndStreams) {
    become(1000);
    start();
    EXPECT_EQ(replies().at(0)["error"], "org.varlink.service.PermissionDenied");
    become(0);
    start(json::object(), false);
    EXPECT_EQ(replies().at(0)["error"], "org.varlink.service.ExpectedMore");
    start({{"interface", "nosuch0"}});
    EXPECT_EQ(replies().at(0)["error"], "org.avahid.Daemon.NoSuchInterface");
    EXPECT_FALSE(session.monitors().any());
}

TEST_F(VarlinkMonitor, TellsWhyAPacketWasSent) {
    started();
    Cause why(Reason::announcement);
    why.add({Reason::answer, dnssd::test::address("10.0.0.7")});
    sent(eth0, why);
    const json multicast = packet();
    EXPECT_EQ(multicast["direction"], "out");
    EXPECT_EQ(multicast["interface"], "eth0");
    EXPECT_EQ(multicast["address"], "224.0.0.251");
    EXPECT_EQ(multicast["group"], true);
    EXPECT_EQ(multicast["why"], json({"announcement", "answer"}));
    EXPECT_EQ(multicast["asker"], "10.0.0.7");
    EXPECT_EQ(multicast["more_askers"], false);
    EXPECT_EQ(multicast["size"], bytes.size());
    EXPECT_EQ(
        multicast["message"]["questions"][0],
        json({{"name", "beta.local"}, {"type", "ANY"}, {"class", 1}, {"unicast_response", true}}));
    sent(eth1_v6, Reason::query, mdns::engine::Endpoint{dnssd::test::address("fe80::7"), 5353});
    const json unicast = packet();
    EXPECT_EQ(unicast["address"], "fe80::7%eth1");
    EXPECT_EQ(unicast["group"], false);
    EXPECT_FALSE(unicast.contains("asker"));
}

TEST_F(VarlinkMonitor, TellsWhatCameAndWhatBecameOfIt) {
    started();
    received();
    EXPECT_EQ(packet()["direction"], "in");
    Counters after;
    after.off_link = 1;
    received(after);
    EXPECT_EQ(packet()["dropped"], "off_link");
    bytes = {1, 2, 3};
    after = {};
    after.malformed = 1;
    received(after);
    const json malformed = packet();
    EXPECT_EQ(malformed["dropped"], "malformed");
    EXPECT_FALSE(malformed.contains("message"));
    after = {};
    after.own_echoes = 1;  // shown when it went out
    received(after);
    EXPECT_THAT(replies(), IsEmpty());
}

TEST_F(VarlinkMonitor, KeepsToItsLinks) {
    started({{"interface", "eth0"}, {"family", "ipv4"}});
    sent(eth1_v6, Reason::query);
    sent({2, Family::ipv6}, Reason::query);
    EXPECT_THAT(replies(), IsEmpty());
    sent(eth0, Reason::query);
    EXPECT_EQ(packet()["interface"], "eth0");
}

TEST_F(VarlinkMonitor, EndsWithItsConnection) {
    started();
    EXPECT_TRUE(session.monitors().any());
    session.close(now, client);
    EXPECT_FALSE(session.monitors().any());
    session.monitors().on_sent({eth0, {}, bytes, Reason::query});
    EXPECT_FALSE(session.monitors().poll());  // nothing is kept for nobody
}

TEST_F(VarlinkMonitor, LosesPacketsRatherThanWait) {
    started();
    conversation->on_unsent(now, Conversation::plenty_output);
    for (int i = 0; i < 5; ++i) sent(eth0, Reason::query);
    EXPECT_THAT(replies(), IsEmpty());
    conversation->on_unsent(now, 0);  // it has read
    EXPECT_EQ(replies().at(0)["parameters"], json({{"event", "lost"}, {"lost", 5}}));
    sent(eth0, Reason::query);
    EXPECT_THAT(replies(), SizeIs(1));
}

TEST_F(VarlinkMonitor, TellsOfSoManyPacketsASecond) {
    started();
    std::size_t told = 0;
    for (int i = 0; i < 3000; ++i) {
        sent(eth0, Reason::query);
        told += replies().size();
    }
    EXPECT_EQ(told, 2000u);
    now += 1s;
    sent(eth0, Reason::query);
    EXPECT_EQ(replies().at(0)["parameters"], json({{"event", "lost"}, {"lost", 1000}}));
}

TEST_F(VarlinkMonitor, HasAnEnd) {
    std::size_t number = 0;
    for (; number < 100 && session.monitors().add(session::ClientId{1000 + number}, {}); ++number) {
    }
    EXPECT_EQ(number, session::Monitors::max_monitors);
    start();
    EXPECT_EQ(replies().at(0)["error"], "org.avahid.Daemon.TooManyObjects");
}

}  // namespace
}  // namespace avahid::varlink
