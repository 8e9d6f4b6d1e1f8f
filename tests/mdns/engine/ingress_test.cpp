#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

class MdnsIngress : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({unique(a("host.local", "10.0.0.1"))});
        host.ask("peer.local", type::a);
        host.clear();
    }
    bool heard() const { return !host.all<engine::RecordAdded>().empty(); }
    MdnsHost host;
    const Build answer = response().unique(a("peer.local", "10.0.0.9"));
};

TEST_F(MdnsIngress, ResponseFromAnotherPortIsIgnored) {  // RFC6762-§6-16
    host.receive(answer, from("10.0.0.9", 5354));
    host.receive(response().unique(a("host.local", "9.9.9.9")), from("10.0.0.9", 5354));
    host.advance(300ms);
    EXPECT_FALSE(heard());
    EXPECT_THAT(host.probes(), IsEmpty());
}

TEST_F(MdnsIngress, UnicastResponseNobodyAskedForIsIgnored) {  // RFC6762-§6-20
    host.advance(10s);
    host.receive(answer, from("10.0.0.9", 5353, false));
    EXPECT_FALSE(heard());
}

TEST_F(MdnsIngress, UnicastResponseWithinTwoSecondsOfTheQuestion) {  // RFC6762-§6-19 RFC6762-§11-03
    for (const auto& [wait, source, accepted] :
         {std::tuple{1900ms, "10.0.0.9", true}, std::tuple{2500ms, "10.0.0.9", false},
          std::tuple{1000ms, "8.8.8.8", false}}) {
        MdnsHost fresh;
        fresh.ask("peer.local", type::a);
        fresh.link_up();
        while (fresh.queries().empty()) fresh.advance(1ms);  // QU
        fresh.advance(wait);
        fresh.receive(answer, from(source, 5353, false));
        EXPECT_EQ(!fresh.all<engine::RecordAdded>().empty(), accepted) << wait.count() << source;
    }
}

TEST_F(MdnsIngress, UnicastResponseMustAnswerWhatWasAsked) {  // RFC6762-§6-19 RFC6762-§6-20
    for (const auto& [said, accepted] :
         {std::pair{response().unique(a("PEER.local", "10.0.0.9")), true},
          {response().unique(nsec("peer.local", {type::aaaa})), true},
          {response().unique(a("other.local", "10.0.0.9")), false},
          {response()
               .answer(ptr("_x._tcp.local", "peer._x._tcp.local"))
               .additional(a("peer.local", "10.0.0.9"), true),
           false}}) {
        MdnsHost fresh;
        fresh.ask("peer.local", type::a);
        fresh.link_up();
        while (fresh.queries().empty()) fresh.advance(1ms);  // QU
        fresh.receive(said, from("10.0.0.9", 5353, false));
        EXPECT_EQ(!fresh.engine.cache(fresh.now()).empty(), accepted);
    }
}

TEST_F(MdnsIngress, MulticastFromAnywhereIsOfThisLink) {  // RFC6762-§11-04
    host.receive(answer, from("203.0.113.9"));
    EXPECT_TRUE(heard());
}

TEST_F(MdnsIngress, OpcodeAndRcodeAreIgnoredSilently) {  // RFC6762-§18.3-02 RFC6762-§18.11-02
    host.receive(Build(answer).opcode(4));
    host.receive(Build(answer).rcode(3));
    host.receive(query().opcode(1).ask("host.local", type::a));
    host.advance(1s);
    EXPECT_FALSE(heard());
    EXPECT_THAT(host.responses(), IsEmpty());
    EXPECT_EQ(host.engine.counters().bad_header, 3u);
}

TEST_F(MdnsIngress, NothingIsHeardFromPortZero) {  // no program can have it, nor be answered
    for (const bool to_group : {true, false}) {
        host.receive(query().ask("host.local", type::a), from("10.0.0.9", 0, to_group));
        host.receive(answer, from("10.0.0.9", 0, to_group));
        host.receive(response().unique(a("host.local", "9.9.9.9")), from("10.0.0.9", 0, to_group));
    }
    host.advance(1s);
    EXPECT_FALSE(heard());
    EXPECT_THAT(host.responses(), IsEmpty());
    EXPECT_THAT(host.probes(), IsEmpty());
    EXPECT_EQ(host.engine.counters().bad_port, 6u);
}

TEST_F(MdnsIngress, OtherHeaderBitsAreIgnored) {
    // RFC6762-§18.1-06 RFC6762-§18.4-02 RFC6762-§18.4-04 RFC6762-§18.5-03 RFC6762-§18.6-02
    // RFC6762-§18.7-02 RFC6762-§18.8-02 RFC6762-§18.9-02 RFC6762-§18.10-02
    Octets odd = answer.bytes();
    odd[0] = 0x12;                                    // ID
    odd[2] = static_cast<std::uint8_t>(0x80 | 0x03);  // QR; TC and RD, no AA
    odd[3] = 0xf0;                                    // RA, Z, AD, CD
    host.receive(odd);
    EXPECT_TRUE(heard());
    Octets asked = query().ask("host.local", type::a).bytes();
    asked[2] = 0x05;  // AA and RD
    asked[3] = 0xf0;
    host.receive(asked);
    EXPECT_THAT(host.responses(), SizeIs(1));
}

TEST_F(MdnsIngress, QuestionsInAResponseAreIgnored) {  // RFC6762-§6-07
    host.receive(Build(answer).ask("host.local", type::a));
    EXPECT_TRUE(heard());
    EXPECT_THAT(host.responses(), IsEmpty());
}

TEST_F(MdnsIngress, BadNsecDoesNotHideAGoodRecord) {  // RFC6762-§6.1-10
    host.receive(response()
                     .answer({name("x.local"), type::nsec, 1, 120, {0, 0, 33, 1}})
                     .unique(a("peer.local", "10.0.0.9")));
    EXPECT_TRUE(heard());
}

TEST_F(MdnsIngress, MalformedPacketsAreCountedAndHaveNoEffect) {  // RFC6762-§18.14-10
    const Octets good = answer.bytes();
    for (std::size_t cut = 0; cut < good.size(); ++cut)
        host.receive(Octets(good.begin(), good.begin() + static_cast<long>(cut)));
    EXPECT_FALSE(heard());
    EXPECT_EQ(host.engine.counters().malformed, good.size());
    Octets longer = good;
    longer.insert(longer.end(), 4, 0);
    host.receive(longer);
    EXPECT_TRUE(heard());
}

TEST_F(MdnsIngress, PacketsOfUnknownLinksAreDropped) {  // RFC6762-§11-09
    host.receive(answer, from("10.0.0.9"), {99, engine::Family::ipv4});
    EXPECT_FALSE(heard());
}

TEST_F(MdnsIngress, OtherEndOfAPointToPointLinkIsOnTheLinkAndNotOurselves) {
    MdnsHost tunnel;
    engine::LinkInfo info;
    info.prefixes = {{boost::asio::ip::make_address("10.9.0.1"), 32},
                     {boost::asio::ip::make_address("10.9.0.2"), 32, false}};
    tunnel.engine.on_link(tunnel.now(), eth0, info);
    tunnel.established({unique(a("host.local", "10.9.0.1"))});
    tunnel.ask("_http._tcp.local", type::ptr, false);
    tunnel.advance(200ms);
    const Octets ours = tunnel.queries().at(0).bytes;
    tunnel.clear();
    tunnel.receive(query().ask("host.local", type::a, true), from("10.9.0.2", 5353, false));
    EXPECT_THAT(tunnel.responses(), SizeIs(1));
    EXPECT_EQ(tunnel.engine.counters().off_link, 0u);
    // The peer asks byte for byte what we asked: that is no echo.
    tunnel.receive(ours, from("10.9.0.2"));
    EXPECT_EQ(tunnel.engine.counters().own_echoes, 0u);
    tunnel.receive(ours, from("10.9.0.1"));
    EXPECT_EQ(tunnel.engine.counters().own_echoes, 1u);
}

TEST_F(MdnsIngress, RandomBytesDoNoHarm) {
    std::uint64_t state = 7;
    const auto random = [&] {
        return state = state * 6364136223846793005u + 1442695040888963407u,
               static_cast<std::uint8_t>(state >> 56);
    };
    const Octets seeds[] = {
        answer.bytes(),
        query().ask("host.local", type::any, true).authority(a("host.local", "10.0.0.7")).bytes()};
    for (int i = 0; i < 20'000; ++i) {
        Octets bytes = seeds[i % 2];
        for (int flips = random() % 8; flips >= 0; --flips)
            bytes[random() % bytes.size()] = random();
        host.receive(bytes);
        if (i % 16 == 0) host.advance(7ms);
    }
    host.advance(10s);
    for (const auto& packet : host.sent) EXPECT_TRUE(packet.text.good) << packet;
}

}  // namespace
}  // namespace test
