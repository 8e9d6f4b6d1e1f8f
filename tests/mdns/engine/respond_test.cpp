#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;
namespace type = wire::type;

class MdnsRespond : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({shared(ptr("_http._tcp.local", "web._http._tcp.local")),
                          unique(srv("web._http._tcp.local", "host.local", 80)),
                          unique(txt("web._http._tcp.local", {"a=1"})),
                          unique(a("host.local", "10.0.0.1"))});
    }
    /// Delay of the first answer to the query; it must be the only packet.
    Duration delay_of_answer(const Build& packet, const engine::Source& source = from("10.0.0.9")) {
        host.advance(2s);  // past the one-second rule
        host.clear();
        const Duration asked = host.elapsed();
        host.receive(packet, source);
        host.advance(900ms);
        EXPECT_THAT(host.sent, SizeIs(1));
        return host.sent.empty() ? Duration::max() : host.sent[0].at - asked;
    }
    MdnsHost host;
};

TEST_F(MdnsRespond,
       UniqueAnswerLeavesAtOnce) {  // RFC6762-§6-09 RFC6762-§6-10 RFC6762-§6-17 RFC6762-§10.2-07
    EXPECT_EQ(delay_of_answer(query().ask("HOST.local", type::a)), 0s);
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("host.local A flush 120 10.0.0.1"));
    EXPECT_FALSE(host.sent[0].to);
}

TEST_F(MdnsRespond, SharedAnswerWaits20To120ms) {  // RFC6762-§6-13
    Duration least = 1s, most{}, sum{};
    for (int i = 0; i < 200; ++i) {
        const Duration delay = delay_of_answer(query().ask("_http._tcp.local", type::ptr));
        ASSERT_GE(delay, 20ms);
        ASSERT_LE(delay, 120ms);
        least = std::min(least, delay);
        most = std::max(most, delay);
        sum += delay;
    }
    EXPECT_LT(least, 30ms);
    EXPECT_GT(most, 110ms);
    EXPECT_GT(sum / 200, 60ms);
    EXPECT_LT(sum / 200, 80ms);
}

TEST_F(MdnsRespond, SeveralQuestionsWait) {  // RFC6762-§6.3-01 RFC6762-§6.3-02 RFC6762-§5.3-01
    const Duration delay = delay_of_answer(query()
                                               .ask("host.local", type::a)
                                               .ask("web._http._tcp.local", type::txt)
                                               .ask("no.local", type::a));
    EXPECT_GE(delay, 20ms);
    EXPECT_LE(delay, 120ms);
    EXPECT_THAT(host.sent[0].text.answers, SizeIs(2));
}

TEST_F(MdnsRespond, TruncatedQueryWaitsForMoreKnownAnswers) {  // RFC6762-§6-14 RFC6762-§7.2-04
    const Duration delay = delay_of_answer(query().truncated().ask("_http._tcp.local", type::ptr));
    EXPECT_GE(delay, 400ms);
    EXPECT_LE(delay, 500ms);
}

TEST_F(MdnsRespond, ContinuationTakesTheAnswerBack) {  // RFC6762-§7.2-05 RFC6762-§7.2-07
    const auto mine = ptr("_http._tcp.local", "web._http._tcp.local");
    host.receive(query().truncated().ask("_http._tcp.local", type::ptr));
    host.advance(50ms);
    host.receive(query().known(mine), from("10.0.0.8"));  // somebody else's list
    host.receive(query().known(mine));
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());

    host.receive(query().truncated().ask("_http._tcp.local", type::ptr));
    host.advance(20ms);
    host.receive(query().ask("_http._tcp.local", type::ptr), from("10.0.0.8"));
    host.receive(query().known(mine));
    host.advance(1s);
    EXPECT_THAT(host.sent, SizeIs(1));
}

TEST_F(MdnsRespond, FurtherTruncatedPacketExtendsTheWait) {  // RFC6762-§7.2-06
    const Duration asked = host.elapsed();
    host.receive(query().truncated().ask("_http._tcp.local", type::ptr));
    host.advance(300ms);
    host.receive(query().truncated().known(ptr("_http._tcp.local", "x._http._tcp.local")));
    host.advance(300ms);
    host.receive(query().truncated().known(ptr("_http._tcp.local", "y._http._tcp.local")));
    host.advance(2s);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_GE(host.sent[0].at - asked, 1000ms);
    EXPECT_LE(host.sent[0].at - asked, 1100ms);
}

TEST_F(MdnsRespond, ExtendedWaitKeepsTheOneSecondRule) {  // RFC6762-§6-21
    host.receive(query().ask("_http._tcp.local", type::ptr));
    host.advance(200ms);
    host.receive(query().truncated().ask("_http._tcp.local", type::ptr), from("10.0.0.8"));
    host.advance(50ms);
    host.receive(query().truncated().known(ptr("_http._tcp.local", "y._http._tcp.local")),
                 from("10.0.0.8"));
    host.advance(5s);
    ASSERT_THAT(host.sent, SizeIs(2));
    EXPECT_GE(host.sent[1].at - host.sent[0].at, 1s);
}

TEST_F(MdnsRespond, RecordAskedForOftenIsAnsweredOnce) {
    auto often = query();
    for (int i = 0; i < 300; ++i) often.ask("host.local", type::any).ask("host.local", type::aaaa);
    host.receive(often);
    host.advance(1s);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_LE(host.sent[0].text.answers.size(), 2u);
}

TEST_F(MdnsRespond,
       KnownAnswerOfHalfTheLifeSuppresses) {  // RFC6762-§7.1-02 RFC6762-§7.1-03 RFC6762-§7.1-07
    host.receive(query()
                     .ask("_http._tcp.local", type::ptr)
                     .known(ptr("_http._tcp.local", "WEB._http._TCP.local", 2250)));
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(query()
                     .ask("_http._tcp.local", type::ptr)
                     .known(ptr("_http._tcp.local", "web._http._tcp.local", 2249)));
    host.advance(1s);
    EXPECT_THAT(host.sent, SizeIs(1));
    host.receive(query()
                     .ask("_http._tcp.local", type::ptr)
                     .known(ptr("_http._tcp.local", "other._http._tcp.local")));
    host.advance(2s);
    EXPECT_THAT(host.sent, SizeIs(2));
}

TEST_F(MdnsRespond, OneMulticastPerRecordAndSecond) {  // RFC6762-§6-21
    host.receive(query().ask("host.local", type::a));
    host.advance(300ms);
    host.receive(query().ask("host.local", type::a));
    host.receive(query().ask("web._http._tcp.local", type::txt));  // another record: at once
    host.advance(2s);
    ASSERT_THAT(host.sent, SizeIs(3));
    EXPECT_EQ(host.sent[1].at - host.sent[0].at, 300ms);
    EXPECT_GE(host.sent[2].at - host.sent[0].at, 1s);
}

TEST_F(MdnsRespond,
       DefendsAgainstAMulticastProbeWithin250ms) {  // RFC6762-§6-22 RFC6762-§6-12 RFC6762-§8.1-08
    const Duration first = host.elapsed();
    host.receive(query().ask("host.local", type::a));
    host.advance(50ms);
    host.receive(query().ask("host.local", type::any).authority(a("host.local", "10.0.0.7")));
    host.advance(2s);
    ASSERT_THAT(host.sent, SizeIs(2));
    EXPECT_GE(host.sent[1].at - first, 250ms);
    EXPECT_LE(host.sent[1].at - first, 260ms);
}

TEST_F(MdnsRespond, AnswersAProbeByUnicastAtOnce) {  // RFC6762-§5.4-07 RFC6762-§6.3-03
    const Duration asked = host.elapsed();
    host.receive(query()
                     .ask("host.local", type::any, true)
                     .ask("no.local", type::any, true)
                     .authority(a("host.local", "10.0.0.7"))
                     .authority(a("no.local", "10.0.0.7")));
    host.advance(1s);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_EQ(host.sent[0].at, asked);
    ASSERT_TRUE(host.sent[0].to);
    EXPECT_EQ(host.sent[0].to->port, 5353);
}

TEST_F(MdnsRespond,
       QuestionForUnicastIsAnsweredByUnicastWithinAQuarterOfTheLife) {  // RFC6762-§5.4-05
                                                                        // RFC6762-§5.4-06
    host.receive(query().ask("host.local", type::a));                   // multicast now, TTL 120
    host.advance(29s);
    host.clear();
    host.receive(query().ask("host.local", type::a, true));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_TRUE(host.sent[0].to);
    host.advance(2s);
    host.clear();
    host.receive(query().ask("host.local", type::a, true));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_FALSE(host.sent[0].to);
}

TEST_F(MdnsRespond, UnicastAnswerHasTheBitsOfAMulticastOne) {  // RFC6762-§5.4-08
    host.receive(query().ask("host.local", type::a));
    host.advance(5s);
    host.clear();
    host.receive(query().id(7).ask("host.local", type::a, true));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_EQ(host.sent[0].text.header.id, 0);
    EXPECT_THAT(host.sent[0].text.questions, IsEmpty());
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("host.local A flush 120 10.0.0.1"));
}

TEST_F(MdnsRespond, QmQuestionsNeverDrawUnicast) {  // RFC6762-§6-18
    for (int i = 0; i < 100; ++i) {
        host.receive(query().ask("host.local", type::a));
        host.receive(query().ask("_http._tcp.local", type::ptr));
        host.advance(700ms);
    }
    EXPECT_FALSE(host.sent.empty());
    for (const auto& packet : host.sent) EXPECT_FALSE(packet.to);
}

TEST_F(MdnsRespond, DirectQueryIsAnsweredFromTheSubnetOnly) {  // RFC6762-§5.5-01 RFC6762-§5.5-02
    host.receive(query().ask("host.local", type::a));
    host.advance(3s);
    host.clear();
    host.receive(query().ask("host.local", type::a), from("10.0.1.9", 5353, false));
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(query().ask("host.local", type::a), from("10.0.0.9", 5353, false));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_TRUE(host.sent[0].to);
}

TEST_F(MdnsRespond,
       UnicastQuestionFromOffLinkIsAnsweredByMulticast) {  // RFC6762-§11-06 RFC6762-§11-04
    host.receive(query().ask("host.local", type::a, true), from("203.0.113.9"));
    host.advance(1s);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_FALSE(host.sent[0].to);
}

TEST_F(MdnsRespond, StaysSilentAboutOtherNames) {  // RFC6762-§6-03 RFC6762-§6-05 RFC6762-§12-03
    host.receive(query().ask("other.local", type::a));
    host.receive(query().ask("child.host.local", type::a));
    host.receive(query().ask("_ipp._tcp.local", type::ptr));
    host.receive(query().ask("_http._tcp.local", type::txt));
    host.advance(2s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST_F(MdnsRespond, DeniesMissingTypesOfItsOwnNames) {  // RFC6762-§6-04 RFC6762-§6.1-01
                                                        // RFC6762-§6.1-11 RFC6762-§6.1-12
    host.receive(query().ask("host.local", type::aaaa));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("host.local NSEC flush 120 host.local A"));
    host.receive(query().ask("web._http._tcp.local", type::a));
    EXPECT_THAT(host.sent.back().text.answers,
                ElementsAre("web._http._tcp.local NSEC flush 120 web._http._tcp.local TXT SRV"));
}

TEST_F(MdnsRespond, DeniesNothingOfNamesItDoesNotOwnAlone) {  // RFC6762-§6.1-13
    host.publish({unique(a("new.local", "10.0.0.1"))});
    host.advance(300ms);  // still being probed
    host.clear();
    host.receive(query().ask("new.local", type::txt));
    host.receive(query().ask("_http._tcp.local", type::a));  // a shared name
    host.advance(200ms);
    EXPECT_THAT(host.responses(), IsEmpty());
}

TEST_F(MdnsRespond, NeverDeniesWithATypeAbove255) {  // RFC6762-§6.1-05 RFC6762-§6.1-06
    host.established({unique({name("caa.local"), type::caa, 1, 4500, {0, 1, 'x'}})});
    host.receive(query().ask("caa.local", type::a));
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST_F(MdnsRespond, AnyGetsEverything) {  // RFC6762-§6.5-01 RFC6762-§6-02
    host.receive(query().ask("web._http._tcp.local", type::any, false, wire::class_any));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, SizeIs(2));
    host.receive(query().ask("web._http._tcp.local", type::any, false, 3));
    host.advance(2s);
    EXPECT_THAT(host.sent, SizeIs(1));
}

TEST_F(MdnsRespond,
       BrowsingAnswerBringsAllThatResolves) {  // RFC6763-§12.1-01 RFC6763-§12.1-02 RFC6763-§12.1-03
    delay_of_answer(query().ask("_http._tcp.local", type::ptr));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.additionals,
                UnorderedElementsAre(StartsWith("web._http._tcp.local SRV flush"),
                                     StartsWith("web._http._tcp.local TXT flush"),
                                     "host.local A flush 120 10.0.0.1",
                                     "host.local NSEC flush 120 host.local A"));
}

TEST_F(MdnsRespond, AddressAnswerDeniesTheMissingFamily) {  // RFC6762-§6.2-04
    host.receive(query().ask("host.local", type::a));
    EXPECT_THAT(host.sent.at(0).text.additionals,
                ElementsAre("host.local NSEC flush 120 host.local A"));
}

TEST_F(MdnsRespond, LegacyQueryGetsAConventionalReply) {  // RFC6762-§6.7-01 RFC6762-§6.7-02
                                                          // RFC6762-§6.7-03 RFC6762-§6.7-04
    host.receive(query().id(0x1234).ask("host.local", type::a),
                 from("10.0.0.9", 40000));  // RFC6762-§6.7-05 RFC6762-§18.1-07
    ASSERT_THAT(host.sent, SizeIs(1));
    const Sent& reply = host.sent[0];
    EXPECT_EQ(*reply.to, (engine::Endpoint{boost::asio::ip::make_address("10.0.0.9"), 40000}));
    EXPECT_EQ(reply.text.header.id, 0x1234);
    EXPECT_THAT(reply.text.questions, ElementsAre("host.local A QM"));
    EXPECT_THAT(reply.text.answers, ElementsAre("host.local A 10 10.0.0.1"));
}

TEST_F(MdnsRespond, LegacyReplyLeavesMulticastAlone) {  // RFC6762-§6.7-07
    host.receive(query().ask("host.local", type::a), from("10.0.0.9", 40000));
    host.advance(200ms);
    host.receive(query().ask("host.local", type::a));
    ASSERT_THAT(host.sent, SizeIs(2));
    EXPECT_FALSE(host.sent[1].to);
    EXPECT_EQ(host.sent[1].at - host.sent[0].at, 200ms);
}

TEST_F(MdnsRespond, LegacyReplyIsCutAt512) {  // RFC6762-§6.7-06 RFC6762-§18.5-04
    std::vector<engine::PublishedRecord> many;
    for (int i = 0; i < 60; ++i)
        many.push_back(
            shared(ptr("_many._tcp.local", "instance-" + std::to_string(i) + "._many._tcp.local")));
    host.established(std::move(many));
    host.receive(query().ask("_many._tcp.local", type::ptr), from("10.0.0.9", 40000));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_LE(host.sent[0].text.size, 512u);
    EXPECT_TRUE(host.sent[0].text.header.truncated);
}

TEST_F(MdnsRespond, LegacyReplyToAForgedSourceIsNotSent) {
    host.receive(query().ask("host.local", type::a), from("203.0.113.9", 40000));
    host.advance(1s);
    EXPECT_THAT(host.sent, IsEmpty());
}

TEST_F(MdnsRespond, AnswersTogetherWhatIsDueTogether) {  // RFC6762-§6.4-01
    host.established({shared(ptr("_ipp._tcp.local", "p._ipp._tcp.local"))});
    int together = 0;
    for (int i = 0; i < 50; ++i) {
        host.advance(2s);
        host.clear();
        host.receive(query().ask("_http._tcp.local", type::ptr));
        host.advance(15ms);
        host.receive(query().ask("_ipp._tcp.local", type::ptr));
        host.advance(500ms);
        if (host.sent.size() == 1) ++together;
    }
    EXPECT_EQ(together, 50);
}

TEST_F(MdnsRespond, PeerThatAnswersFirstSparesUsTheAnswer) {  // RFC6762-§7.4-01 RFC6762-§7.4-02
    host.established({shared(ptr("_x._tcp.local", "common._x._tcp.local"))});
    host.receive(query().ask("_x._tcp.local", type::ptr));
    host.receive(response().answer(ptr("_x._tcp.local", "common._x._tcp.local")), from("10.0.0.8"));
    host.advance(2s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(query().ask("_x._tcp.local", type::ptr));
    host.receive(response().answer(ptr("_x._tcp.local", "common._x._tcp.local", 4499)),
                 from("10.0.0.8"));
    host.advance(2s);
    EXPECT_THAT(host.sent, SizeIs(1));
}

TEST_F(MdnsRespond, ShortLivedOrGoodbyeCopyIsCorrected) {  // RFC6762-§6.6-03 RFC6762-§6.6-04
    host.receive(response().answer(a("host.local", "10.0.0.1", 60)));
    host.advance(2s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(response().answer(a("host.local", "10.0.0.1", 59)));
    host.advance(2s);
    EXPECT_THAT(host.sent, SizeIs(1));
    host.receive(response().answer(a("host.local", "10.0.0.1", 0)));
    host.advance(1s);
    EXPECT_THAT(host.sent, SizeIs(2));
}

TEST_F(MdnsRespond, SaysOnlyWhatIsItsOwn) {  // RFC6762-§6-01
    host.receive(response()
                     .answer(ptr("_http._tcp.local", "peer._http._tcp.local"))
                     .unique(a("peer.local", "10.0.0.9")));
    host.receive(query().ask("_http._tcp.local", type::ptr).ask("peer.local", type::a));
    host.advance(2s);
    EXPECT_FALSE(host.sent.empty());
    for (const auto& packet : host.sent) {
        EXPECT_THAT(packet.text.answers, Not(Contains(testing::HasSubstr("peer"))));
        EXPECT_THAT(packet.text.additionals, Not(Contains(testing::HasSubstr("peer"))));
    }
}

TEST(MdnsDenial, OnceAPacketIsEnough) {
    MdnsHost host;
    host.link_up();
    host.established({unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2")),
                      unique(srv("web._x._tcp.local", "host.local", 80))});
    host.receive(query()
                     .ask("host.local", type::a)
                     .ask("host.local", type::aaaa)
                     .ask("web._x._tcp.local", type::srv));
    host.advance(2s);
    ASSERT_THAT(host.responses(), SizeIs(1));
    const Text text = host.responses()[0].text;
    std::ptrdiff_t denials = 0;
    for (const auto* section : {&text.answers, &text.additionals}) {
        denials += std::ranges::count_if(
            *section, [](const std::string& line) { return line.starts_with("host.local NSEC"); });
    }
    EXPECT_EQ(denials, 1) << text;
}

}  // namespace
}  // namespace test
