#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<engine::PublishedRecord> service(const std::string& text = "a=1") {
    return {shared(ptr("_http._tcp.local", "web._http._tcp.local")),
            unique(srv("web._http._tcp.local", "host.local", 80)),
            unique(txt("web._http._tcp.local", {text}))};
}

TEST(MdnsAnnounce,
     TellsAllRecordsTwiceOneSecondApart) {  // RFC6762-§8.3-01 RFC6762-§8.3-03 RFC6762-§8.3-04
    MdnsHost host;   // RFC6762-§18.4-03 RFC6762-§18.1-05 RFC6762-§6-06 RFC6762-§10-01
    host.link_up();  // RFC6762-§10-02 RFC6762-§10.2-02
    host.publish(service());
    host.advance(60s);
    const auto out = host.responses();
    ASSERT_THAT(out, SizeIs(2));
    EXPECT_EQ(out[1].at - out[0].at, 1s);
    for (const auto& packet : out) {
        EXPECT_THAT(packet.text.answers,
                    UnorderedElementsAre("_http._tcp.local PTR 4500 web._http._tcp.local",
                                         "web._http._tcp.local SRV flush 120 0 0 80 host.local",
                                         "web._http._tcp.local TXT flush 4500 \"a=1\""));
        EXPECT_TRUE(packet.text.header.authoritative);
        EXPECT_EQ(packet.text.header.id, 0);
        EXPECT_THAT(packet.text.questions, IsEmpty());
    }
}

TEST(MdnsAnnounce, IsSilentForADay) {  // RFC6762-§8.3-06 RFC6762-§8.3-07
    MdnsHost host;
    host.link_up();
    host.established(service());
    host.advance(24h);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST(MdnsAnnounce, ManyRecordsFillPacketsUpToTheMtu) {  // RFC6762-§8.3-02 RFC6762-§17-01
    MdnsHost host;
    host.link_up();
    for (int i = 0; i < 200; ++i) {
        const std::string instance = "service" + std::to_string(i) + "._x._tcp.local";
        host.publish({shared(ptr("_x._tcp.local", instance)),
                      unique(srv(instance, "host.local", 80)), unique(txt(instance, {}))});
    }
    host.advance(10s);
    std::size_t records = 0;
    for (const auto& packet : host.responses()) {
        EXPECT_LE(packet.text.size, 1472u);
        EXPECT_TRUE(packet.text.good);
        EXPECT_FALSE(packet.text.header.truncated);  // RFC6762-§18.5-02
        records += packet.text.answers.size();
    }
    EXPECT_EQ(records, 2u * 600u);
}

TEST(MdnsAnnounce, RecordBiggerThanTheMtuGoesAlone) {  // RFC6762-§17-02 RFC6762-§17-04
    MdnsHost host;
    host.link_up();
    const std::vector<std::string> big(12, std::string(250, 'x'));
    host.publish({unique(srv("big._x._tcp.local", "host.local", 80)),
                  unique(txt("big._x._tcp.local", big))});
    host.advance(10s);
    bool seen = false;
    for (const auto& packet : host.sent) {
        if (packet.text.size <= 1472) continue;
        seen = true;
        EXPECT_EQ(packet.text.answers.size() + packet.text.authorities.size() +
                      packet.text.additionals.size(),
                  1u);
    }
    EXPECT_TRUE(seen);
}

TEST(MdnsAnnounce, PacesManyPackets) {
    MdnsHost host;
    host.link_up();
    for (int i = 0; i < 4000; ++i) {
        const std::string instance = "service" + std::to_string(i) + "._x._tcp.local";
        host.publish({unique(srv(instance, "host.local", 80)),
                      unique(txt(instance, {std::string(100, 'x')}))});
    }
    host.advance(20s);
    std::map<long, int> packets;  // by 10 ms
    for (const auto& packet : host.sent)
        ++packets[std::chrono::duration_cast<std::chrono::milliseconds>(packet.at).count() / 10];
    for (const auto& [tick, count] : packets) EXPECT_LE(count, 96) << tick;
    EXPECT_THAT(host.all<engine::Established>(), SizeIs(4000));
}

TEST(MdnsAnnounce,
     ChangedTextIsAnnouncedWithoutProbeOrGoodbye) {  // RFC6762-§8.4-01 RFC6762-§8.4-02
                                                     // RFC6762-§8.4-04
    MdnsHost host;
    host.link_up();
    const auto id = host.established(service());
    host.engine.update(host.now(), id, service("a=2"));
    host.drain();
    host.advance(10s);
    EXPECT_THAT(host.probes(), IsEmpty());
    ASSERT_THAT(host.responses(), SizeIs(2));
    for (const auto& packet : host.responses()) {
        EXPECT_THAT(packet.text.answers,
                    ElementsAre("web._http._tcp.local TXT flush 4500 \"a=2\""));
    }
    EXPECT_EQ(host.sent[1].at - host.sent[0].at, 1s);
}

TEST(MdnsAnnounce, ChangedSharedRecordSaysGoodbyeFirst) {  // RFC6762-§8.4-03
    MdnsHost host;
    host.link_up();
    const auto id = host.established({shared(ptr("_x._tcp.local", "old._x._tcp.local"))});
    host.engine.update(host.now(), id, {shared(ptr("_x._tcp.local", "new._x._tcp.local"))});
    host.drain();
    host.advance(10s);
    ASSERT_GE(host.sent.size(), 2u);
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("_x._tcp.local PTR 0 old._x._tcp.local"));
    EXPECT_THAT(host.sent[1].text.answers, ElementsAre("_x._tcp.local PTR 4500 new._x._tcp.local"));
}

TEST(MdnsAnnounce,
     NewAddressAnnouncesTheWholeSet) {  // RFC6762-§8.4-06 RFC6762-§10.2-05 RFC6762-§10.2-06
    MdnsHost host;
    host.link_up();
    const auto id = host.established({unique(a("host.local", "10.0.0.1"))});
    host.engine.update(host.now(), id,
                       {unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2"))});
    host.drain();
    host.advance(10s);
    EXPECT_THAT(host.probes(), IsEmpty());
    ASSERT_THAT(host.responses(), SizeIs(2));
    EXPECT_THAT(
        host.responses()[0].text.answers,
        UnorderedElementsAre("host.local A flush 120 10.0.0.1", "host.local A flush 120 10.0.0.2"));
}

TEST(MdnsAnnounce, SetStaysTogetherWhenAMemberWasJustSent) {  // RFC6762-§10.2-05 RFC6762-§6-21
    MdnsHost host;
    host.link_up();
    const auto id = host.established({unique(a("host.local", "10.0.0.1"))});
    host.receive(query().ask("host.local", wire::type::a));
    host.advance(400ms);
    host.engine.update(host.now(), id,
                       {unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2"))});
    host.drain();
    host.advance(5s);
    ASSERT_THAT(host.sent, SizeIs(3));
    for (std::size_t i = 1; i < 3; ++i) {
        EXPECT_THAT(host.sent[i].text.answers, SizeIs(2));
        EXPECT_GE(host.sent[i].at - host.sent[i - 1].at, 1s);
    }
}

TEST(MdnsAnnounce, RecordOfTwoPublicationsIsToldTwiceToo) {  // RFC6762-§8.3-04
    MdnsHost host;
    host.link_up();
    const auto type = shared(ptr("_services._dns-sd._udp.local", "_x._tcp.local"));
    host.publish({type, unique(txt("a._x._tcp.local", {}))});
    host.publish({type, unique(txt("b._x._tcp.local", {}))});
    host.advance(10s);
    int told = 0;
    for (const auto& packet : host.responses())
        told += packet.text.has_answer("_services._dns-sd._udp.local PTR 4500");
    EXPECT_EQ(told, 2);
}

TEST(MdnsAnnounce, RecordOfTwoScopesIsToldOnceAtATimeAndGoesWithTheLast) {
    MdnsHost host;
    host.link_up();
    const auto type = shared(ptr("_services._dns-sd._udp.local", "_x._tcp.local"));
    host.publish({type});
    const auto second = host.publish({type}, {2, {}});
    host.advance(10s);
    EXPECT_THAT(host.responses(), SizeIs(2));
    host.clear();
    host.receive(query().ask("_services._dns-sd._udp.local", wire::type::ptr));
    host.advance(2s);
    ASSERT_THAT(host.responses(), SizeIs(1));
    EXPECT_THAT(host.responses()[0].text.answers, SizeIs(1));
    host.clear();
    host.engine.withdraw(host.now(), second);
    host.drain();
    host.advance(2s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST(MdnsAnnounce, LostAddressIsFlushedByTheRestOrSaidGoodbyeTo) {
    MdnsHost host;
    host.link_up();
    const auto both = [] {
        return std::vector{unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2")),
                           unique(aaaa("host.local", "fd00::1"))};
    };
    const auto id = host.established(both());
    host.engine.update(
        host.now(), id,
        {unique(a("host.local", "10.0.0.1")), unique(aaaa("host.local", "fd00::1"))});
    host.drain();
    host.advance(10s);
    EXPECT_THAT(host.sent.at(0).text.answers, ElementsAre("host.local A flush 120 10.0.0.1"));
    host.clear();
    host.engine.update(host.now(), id, {unique(aaaa("host.local", "fd00::1"))});
    host.drain();
    host.advance(10s);
    EXPECT_THAT(host.sent.at(0).text.answers, ElementsAre("host.local A 0 10.0.0.1"));
}

TEST(MdnsAnnounce, LinkThatComesBackIsProbedAgain) {  // RFC6762-§8-01 RFC6762-§10.2-01
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    host.established({unique(a("host.local", "10.0.0.1"))});
    host.engine.on_link_gone(host.now(), eth0);
    host.advance(3s);
    host.link_up();
    host.advance(10s);
    EXPECT_THAT(host.probes(), SizeIs(3));
    EXPECT_THAT(host.responses(), SizeIs(2));
    for (const auto& packet : host.sent) EXPECT_EQ(packet.link, eth0);
}

/// However the burst comes about: a receiver's default buffer holds 92 full datagrams.
TEST(MdnsAnnounce, NoMoreThan48PacketsInAnyTenMilliseconds) {
    MdnsHost host;
    host.link_up();
    for (int i = 0; i < 4000; ++i) {
        host.publish({unique(txt("n" + std::to_string(i) + ".local", {std::string(200, 'x')}))});
        if (i % 40 == 0) host.advance(1ms);
    }
    host.advance(4s);
    std::size_t worst = 0;
    for (std::size_t first = 0, last = 0; last < host.sent.size(); ++last) {
        while (host.sent[last].at - host.sent[first].at >= 10ms) ++first;
        worst = std::max(worst, last - first + 1);
    }
    EXPECT_GT(host.sent.size(), 3000u);
    EXPECT_LE(worst, 48u);
    EXPECT_GE(worst, 24u);
}

}  // namespace
}  // namespace test
