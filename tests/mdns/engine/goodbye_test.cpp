#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(MdnsGoodbye, WithdrawnRecordsAreSaidGoodbyeTo) {  // RFC6762-§10.1-01 RFC6762-§10.2-10
    MdnsHost host;
    host.link_up();
    const auto id = host.established(
        {shared(ptr("_x._tcp.local", "w._x._tcp.local")), unique(txt("w._x._tcp.local", {}))});
    host.engine.withdraw(host.now(), id);
    host.drain();
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(
        host.sent[0].text.answers,
        UnorderedElementsAre("_x._tcp.local PTR 0 w._x._tcp.local", "w._x._tcp.local TXT 0 \"\""));
}

TEST(MdnsGoodbye, NothingForNamesStillBeingProbed) {  // RFC6762-§10.1-05
    MdnsHost host;
    host.link_up();
    const auto id = host.publish({unique(txt("w._x._tcp.local", {}))});
    host.advance(300ms);
    host.clear();
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST(MdnsGoodbye, SharedRecordOfSeveralPublicationsGoesWithTheLast) {  // RFC6763-§9-03
    MdnsHost host;
    host.link_up();
    const auto type = shared(ptr("_services._dns-sd._udp.local", "_x._tcp.local"));
    const auto first = host.established({type, unique(txt("a._x._tcp.local", {}))});
    const auto second = host.established({type, unique(txt("b._x._tcp.local", {}))});
    host.engine.withdraw(host.now(), first);
    host.drain();
    EXPECT_THAT(host.sent.at(0).text.answers, UnorderedElementsAre("a._x._tcp.local TXT 0 \"\""));
    host.clear();
    host.engine.withdraw(host.now(), second);
    host.drain();
    EXPECT_THAT(host.sent.at(0).text.answers,
                UnorderedElementsAre("b._x._tcp.local TXT 0 \"\"",
                                     "_services._dns-sd._udp.local PTR 0 _x._tcp.local"));
}

TEST(MdnsGoodbye, StoppingSaysGoodbyeOnEveryLinkForEverything) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth1, "10.1.0.1");
    for (int i = 0; i < 1000; ++i)
        host.publish({unique(txt("n" + std::to_string(i) + ".local", {std::string(90, 'x')}))});
    host.advance(10s);
    host.clear();
    host.engine.stop(host.now());
    host.drain();
    while (!host.engine.idle()) host.advance(10ms);
    std::map<engine::LinkId, std::size_t> gone;
    for (const auto& packet : host.sent) gone[packet.link] += packet.text.answers.size();
    EXPECT_EQ(gone[eth0], 1000u);
    EXPECT_EQ(gone[eth1], 1000u);
}

/// v=2 could be announced again only a second later; till then nothing says that v=1 is over.
TEST(MdnsGoodbye, OfWhatAnAnnouncementThatNeverGoesWouldHaveReplaced) {
    MdnsHost host;
    host.link_up();
    const auto with = [](const char* text) {
        return std::vector{unique(txt("web._x._tcp.local", {text}))};
    };
    const auto id = host.established(with("v=1"));
    for (const char* const text : {"v=2", "v=1", "v=2"}) {
        host.engine.update(host.now(), id, with(text));
        host.drain();
        host.advance(10ms);
    }
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(2s);
    std::set<std::string> heard;
    for (const auto& packet : host.responses()) {
        for (const auto& line : packet.text.answers) {
            if (line.find(" TXT flush ") != std::string::npos)
                heard = {line.substr(line.size() - 5)};
            if (line.find(" TXT 0 ") != std::string::npos)
                heard.erase(line.substr(line.size() - 5));
        }
    }
    EXPECT_THAT(host.responses(), Not(IsEmpty()));
    EXPECT_THAT(heard, IsEmpty());
}

/// The rival's service has the same PTR record, word for word.
TEST(MdnsGoodbye, OfALostNameLeavesTheRivalsRecordsAlone) {
    MdnsHost host;
    host.link_up();
    host.link_up(eth0_v6, "fe80::1");
    host.link_up(eth1, "10.1.0.1");
    const auto id = host.established({unique(srv("web._x._tcp.local", "host.local", 80)),
                                      shared(ptr("_x._tcp.local", "web._x._tcp.local"))});
    const auto rival = response().unique(srv("web._x._tcp.local", "rival.local", 80));
    host.receive(rival);
    host.advance(300ms);
    host.receive(rival);  // defends it
    ASSERT_THAT(host.all<engine::Conflict>(), SizeIs(1));
    host.clear();
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(2s);
    for (const auto& packet : host.responses()) {
        const bool there = packet.text.has_answer("_x._tcp.local PTR 0");
        EXPECT_EQ(there, packet.link == eth1) << packet;  // nobody else has it on that interface
    }
}

}  // namespace
}  // namespace test
