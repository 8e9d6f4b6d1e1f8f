// What an answer holds, to whom it goes, and what takes it back.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;
namespace type = wire::type;

wire::Record cname(std::string_view owner, std::string_view target) {
    return {name(owner), type::cname, wire::class_in, 4500, wire::make_name(name(target))};
}

class MdnsAnswers : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        host.established({unique(a("host.local", "10.0.0.1")), unique(a("host.local", "10.0.0.2")),
                          unique(aaaa("host.local", "fe80::1")),
                          unique(aaaa("host.local", "fd00::1")),
                          unique(cname("alias.local", "host.local")),
                          shared(ptr("_http._tcp.local", "web._http._tcp.local")),
                          unique(srv("web._http._tcp.local", "host.local", 80)),
                          unique(txt("web._http._tcp.local", {"a=1"}))});
    }
    /// The only packet that the query brings about, or an empty message.
    Text answer_to(const Build& asked, const engine::Source& source = from("10.0.0.9")) {
        host.advance(2s);  // past the one-second rule
        host.clear();
        host.receive(asked, source);
        host.advance(900ms);
        EXPECT_LE(host.sent.size(), 1u);
        return host.sent.empty() ? Text() : host.sent[0].text;
    }
    std::vector<std::string> answers(std::string_view owner, std::uint16_t qtype,
                                     std::uint16_t klass = wire::class_in) {
        return answer_to(query().ask(owner, qtype, false, klass)).answers;
    }
    MdnsHost host;
};

// ---- §6: questions and records ----

TEST_F(MdnsAnswers, MatchByNameTypeAndClass) {  // RFC6762-§6-02
    EXPECT_THAT(answers("HOST.Local", type::a), SizeIs(2));
    EXPECT_THAT(answers("host.local", type::a, wire::class_any), SizeIs(2));
    EXPECT_THAT(answers("host.local", type::any), SizeIs(4));
    EXPECT_THAT(answers("host.local", type::any, wire::class_any), SizeIs(4));
    EXPECT_THAT(answers("host.local", type::any, 3), IsEmpty());
    EXPECT_THAT(answers("host.local", type::a, 3), IsEmpty());
    for (const std::uint16_t asked : {type::a, type::txt, type::cname, type::any})
        EXPECT_THAT(answers("alias.local", asked),
                    ElementsAre("alias.local CNAME flush 4500 host.local"));
    EXPECT_THAT(answers("web._http._tcp.local", type::srv), ElementsAre(HasSubstr(" SRV ")));
    EXPECT_THAT(answers("web.http._tcp.local", type::srv), IsEmpty());
}

TEST_F(MdnsAnswers, SeveralQuestionsAreSoManyQueries) {  // RFC6762-§5.3-01
    std::vector<std::string> apart;
    for (const auto& [owner, asked] : {std::pair{"host.local", type::a},
                                       {"_http._tcp.local", type::ptr},
                                       {"web._http._tcp.local", type::txt}}) {
        for (const auto& line : answers(owner, asked)) apart.push_back(line);
    }
    ASSERT_THAT(apart, SizeIs(4));
    EXPECT_THAT(answer_to(query()
                              .ask("host.local", type::a)
                              .ask("_http._tcp.local", type::ptr)
                              .ask("web._http._tcp.local", type::txt))
                    .answers,
                testing::UnorderedElementsAreArray(apart));
}

TEST_F(MdnsAnswers, AnyAtAHostIsAllItsAddresses) {  // RFC6762-§6.5-01
    EXPECT_THAT(answers("host.local", type::any),
                UnorderedElementsAre(
                    "host.local A flush 120 10.0.0.1", "host.local A flush 120 10.0.0.2",
                    "host.local AAAA flush 120 fe80::1", "host.local AAAA flush 120 fd00::1"));
}

// RFC6762-§6.2-01 RFC6762-§6.2-03
TEST_F(MdnsAnswers, AddressesOfOneFamilyBringAllOfTheOther) {
    const Text v4 = answer_to(query().ask("host.local", type::a));
    EXPECT_THAT(v4.answers, UnorderedElementsAre("host.local A flush 120 10.0.0.1",
                                                 "host.local A flush 120 10.0.0.2"));
    EXPECT_THAT(v4.additionals, UnorderedElementsAre("host.local AAAA flush 120 fe80::1",
                                                     "host.local AAAA flush 120 fd00::1"));
    const Text v6 = answer_to(query().ask("host.local", type::aaaa));
    EXPECT_THAT(v6.answers, UnorderedElementsAre("host.local AAAA flush 120 fe80::1",
                                                 "host.local AAAA flush 120 fd00::1"));
    EXPECT_THAT(v6.additionals, UnorderedElementsAre("host.local A flush 120 10.0.0.1",
                                                     "host.local A flush 120 10.0.0.2"));
}

TEST_F(MdnsAnswers, OwnRecordsOnlyInEverySection) {  // RFC6762-§6-01
    host.receive(response()
                     .answer(ptr("_http._tcp.local", "peer._http._tcp.local"))
                     .unique(srv("peer._http._tcp.local", "peer.local", 80))
                     .unique(a("peer.local", "10.0.0.9")));
    ASSERT_THAT(host.engine.cache(host.now()), SizeIs(3));
    const Text text = answer_to(query()
                                    .ask("_http._tcp.local", type::ptr)
                                    .ask("peer._http._tcp.local", type::srv)
                                    .ask("peer.local", type::a));
    EXPECT_THAT(text.answers, ElementsAre("_http._tcp.local PTR 4500 web._http._tcp.local"));
    EXPECT_THAT(text.authorities, IsEmpty());
    EXPECT_THAT(text.additionals, Not(Contains(HasSubstr("peer"))));
}

TEST_F(MdnsAnswers, SetTooBigForOnePacketLeavesInOneGo) {  // RFC6762-§10.2-05 RFC6762-§10.2-06
    std::vector<engine::PublishedRecord> many;
    for (int i = 0; i < 80; ++i)
        many.push_back(unique(aaaa("many.local", ("fd00::" + std::to_string(i + 1)).c_str())));
    host.established(std::move(many));
    host.receive(query().ask("many.local", type::aaaa));
    ASSERT_GT(host.sent.size(), 1u);
    std::size_t records = 0;
    for (const auto& packet : host.sent) {
        EXPECT_EQ(packet.at, host.elapsed());
        EXPECT_LE(packet.text.size, 1472u);
        EXPECT_FALSE(packet.text.header.truncated);
        records += packet.text.answers.size();
        EXPECT_THAT(packet.text.answers,
                    testing::Each(StartsWith("many.local AAAA flush 120 fd00::")));
    }
    EXPECT_EQ(records, 80u);
}

TEST_F(MdnsAnswers, RecordTooBigForAnyPacketIsRefused) {  // RFC6762-§17-05
    const auto record = [](std::size_t size) {            // 12 + 11 ("big.local") + 10 and the data
        return wire::Record{name("big.local"), 65280, wire::class_in, 120,
                            wire::Rdata(size - 33, 7)};
    };
    EXPECT_FALSE(host.engine.publish(host.now(), {{}, {unique(record(8953))}}));
    host.established({unique(record(8952))});  // 9000 with the headers of IPv6 and UDP
    host.receive(query().ask("big.local", 65280));
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_EQ(host.sent[0].text.size, 8952u);
    EXPECT_EQ(host.sent[0].text.answers.size() + host.sent[0].text.additionals.size(), 1u);
}

TEST_F(MdnsAnswers, NoZoneAboveTheRecords) {  // RFC6762-§12-01 RFC6762-§12-02
    for (const std::uint16_t asked : {type::ns, type::soa, std::uint16_t{252}}) {  // 252: AXFR
        EXPECT_THAT(answers("local", asked), IsEmpty());
        EXPECT_THAT(answers("_http._tcp.local", asked), IsEmpty());
        EXPECT_THAT(answers("host.local", asked),
                    ElementsAre("host.local NSEC flush 4500 host.local A AAAA"));
    }
}

// ---- §6.1: what there is not ----

TEST_F(MdnsAnswers, DenialLivesAsLongAsTheRecordWould) {  // RFC6762-§6.1-12 RFC6762-§6.1-01
    EXPECT_THAT(answers("host.local", type::srv),
                ElementsAre("host.local NSEC flush 120 host.local A AAAA"));
    EXPECT_THAT(answers("host.local", type::hinfo),
                ElementsAre("host.local NSEC flush 120 host.local A AAAA"));
    EXPECT_THAT(answers("host.local", type::txt),
                ElementsAre("host.local NSEC flush 4500 host.local A AAAA"));
    host.established({unique(srv("bare._http._tcp.local", "host.local", 81))});
    EXPECT_THAT(answers("bare._http._tcp.local", type::txt),
                ElementsAre("bare._http._tcp.local NSEC flush 4500 bare._http._tcp.local SRV"));
}

TEST_F(MdnsAnswers, NothingIsDeniedOfOtherClassesOrSharedNames) {  // RFC6762-§6.1-13
    EXPECT_THAT(answers("host.local", type::txt, 3), IsEmpty());
    EXPECT_THAT(answers("_http._tcp.local", type::txt), IsEmpty());
    EXPECT_THAT(answers("nobody.local", type::a), IsEmpty());
}

// RFC6762-§6.1-14: verified by an ANY probe, or known beforehand to be ours
TEST_F(MdnsAnswers, DenialsNeedOwnershipForAllTypes) {
    host.publish({unique(a("new.local", "10.0.0.1")),
                  known_unique(ptr("1.0.0.10.in-addr.arpa", "new.local", 120))});
    EXPECT_TRUE(host.probes().empty());
    EXPECT_THAT(answers("1.0.0.10.in-addr.arpa", type::a),
                ElementsAre("1.0.0.10.in-addr.arpa NSEC flush 120 1.0.0.10.in-addr.arpa PTR"));
    MdnsHost fresh;
    fresh.link_up();
    fresh.publish({unique(txt("new.local", {"a"}))});
    fresh.advance(5s);
    for (const auto& probe : fresh.probes())
        EXPECT_THAT(probe.text.questions, ElementsAre("new.local ANY QU"));
    fresh.clear();
    fresh.receive(query().ask("new.local", type::a));
    ASSERT_THAT(fresh.sent, SizeIs(1));
    EXPECT_THAT(fresh.sent[0].text.answers, ElementsAre("new.local NSEC flush 120 new.local TXT"));
}

TEST_F(MdnsAnswers, DenialBesideAnAnswerIsTrue) {  // RFC6762-§6.1-02
    EXPECT_THAT(answer_to(query().ask("host.local", type::a)).additionals,
                Not(Contains(HasSubstr("NSEC"))));  // both families are there: nothing to deny
    host.established({unique(aaaa("six.local", "fd00::6"))});
    EXPECT_THAT(answer_to(query().ask("six.local", type::aaaa)).additionals,
                ElementsAre("six.local NSEC flush 120 six.local AAAA"));
}

// ---- §5.4, §5.5, §6.7, §11: to whom ----

TEST_F(MdnsAnswers, UnicastGoesToWhoAskedAndToNobodyElse) {  // RFC6762-§5.4-05
    host.advance(5s);
    host.clear();
    host.receive(query().ask("host.local", type::a, true), from("10.0.0.77"));
    host.advance(2s);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_EQ(host.sent[0].to,
              (engine::Endpoint{boost::asio::ip::make_address("10.0.0.77"), 5353}));
}

TEST_F(MdnsAnswers, ProbesAreAnsweredByUnicastHoweverOldTheLastMulticast) {  // RFC6762-§5.4-07
    host.advance(60s);                                                       // half of the life
    host.clear();
    const Duration asked = host.elapsed();
    host.receive(query().ask("host.local", type::any, true).authority(a("host.local", "10.0.0.7")));
    ASSERT_FALSE(host.sent.empty());
    EXPECT_TRUE(host.sent[0].to);
    EXPECT_EQ(host.sent[0].at, asked);  // RFC6762-§6-12
    EXPECT_THAT(host.sent[0].text.answers, SizeIs(4));
}

TEST_F(MdnsAnswers, DirectQueriesFollowTheQuarterRule) {  // RFC6762-§5.5-01
    for (const auto& [wait, unicast] : {std::pair{28s, true}, {31s, false}}) {
        answer_to(query().ask("host.local", type::a));  // by multicast, 900 ms ago
        host.clear();
        host.advance(wait);
        host.receive(query().ask("host.local", type::a), from("10.0.0.9", 5353, false));
        ASSERT_THAT(host.sent, SizeIs(1));
        EXPECT_EQ(host.sent[0].to.has_value(), unicast);
    }
}

TEST_F(MdnsAnswers, NoUnicastLeavesTheSubnets) {  // RFC6762-§11-07
    for (const char* far : {"10.0.1.9", "203.0.113.9", "8.8.8.8"}) {
        for (const bool unicast : {false, true}) {
            for (const bool to_group : {false, true}) {
                for (const int port : {5353, 40000}) {
                    const auto source = from(far, static_cast<std::uint16_t>(port), to_group);
                    host.receive(query().ask("host.local", type::a, unicast), source);
                    host.receive(query()
                                     .ask("host.local", type::any, unicast)
                                     .authority(a("host.local", "10.0.0.7")),
                                 source);
                    host.advance(2s);
                }
            }
        }
    }
    EXPECT_FALSE(host.sent.empty());  // multicasts
    for (const auto& packet : host.sent) EXPECT_FALSE(packet.to) << packet;
}

// RFC6762-§6.7-04 RFC6762-§6.7-05 RFC6762-§10.2-08 RFC6762-§18.4-03
TEST_F(MdnsAnswers, LegacyRepliesAreConventionalInEverySection) {
    for (const auto& [owner, asked] : {std::pair{"_http._tcp.local", type::ptr},
                                       {"host.local", type::a},
                                       {"web._http._tcp.local", type::txt},
                                       {"web._http._tcp.local", type::srv},
                                       {"host.local", type::txt}}) {
        const Text text = answer_to(query().id(7).ask(owner, asked), from("10.0.0.9", 40000));
        EXPECT_TRUE(text.header.authoritative);
        EXPECT_EQ(text.header.id, 7);
        EXPECT_THAT(text.questions, SizeIs(1));
        EXPECT_FALSE(text.answers.empty()) << owner;
        wire::Message message;
        ASSERT_EQ(message.decode(host.sent.at(0).bytes), wire::Errc::ok);
        for (const auto& record : message.records()) {
            EXPECT_LE(record.ttl, 10u);
            EXPECT_FALSE(record.cache_flush);
        }
    }
}

TEST_F(MdnsAnswers, LegacyRepliesAreAsBigAsTheAskerSays) {  // RFC6762-§6.7-06 RFC6762-§18.5-04
    std::vector<engine::PublishedRecord> many;
    for (int i = 0; i < 50; ++i)
        many.push_back(
            shared(ptr("_many._tcp.local", "instance-" + std::to_string(i) + "._many._tcp.local")));
    host.established(std::move(many));
    const auto reply = [&](std::optional<std::uint16_t> size) {
        auto asked = query().ask("_many._tcp.local", type::ptr);
        if (size) asked.additional({name("."), type::opt, *size, 0, {}});
        return answer_to(asked, from("10.0.0.9", 40000));
    };
    const Text small = reply({});
    EXPECT_LE(small.size, 512u);
    EXPECT_GT(small.size, 480u);
    EXPECT_TRUE(small.header.truncated);
    const Text middle = reply(1000);
    EXPECT_LE(middle.size, 1000u);
    EXPECT_GT(middle.size, 960u);
    EXPECT_TRUE(middle.header.truncated);
    const Text whole = reply(1472);
    EXPECT_EQ(whole.answers.size(), 50u);
    EXPECT_LE(whole.size, 1472u);
    EXPECT_FALSE(whole.header.truncated);
    EXPECT_LE(reply(100).size, 512u);  // less than 512 means 512
}

// ---- §6.4, §7: what joins and what takes back ----

TEST_F(MdnsAnswers, WaitForCompanyALittleButNotForever) {  // RFC6762-§6.4-02
    host.established({shared(ptr("_ipp._tcp.local", "p._ipp._tcp.local"))});
    int held = 0;
    for (int i = 0; i < 100; ++i) {
        host.advance(2s);
        host.clear();
        const Duration asked = host.elapsed();
        host.receive(query().ask("_http._tcp.local", type::ptr));
        host.advance(Duration(i * 1ms));
        host.receive(query().ask("_ipp._tcp.local", type::ptr), from("10.0.0.8"));
        host.receive(query().truncated().ask("web._http._tcp.local", type::txt), from("10.0.0.7"));
        host.advance(1s);
        ASSERT_FALSE(host.sent.empty());
        EXPECT_TRUE(host.sent[0].text.has_answer("_http._tcp.local"));
        EXPECT_LE(host.sent[0].at - asked, 120ms + 500ms);
        held += host.sent[0].text.answers.size() > 1 && host.sent[0].at - asked >= 20ms;
    }
    EXPECT_GT(held, 50);
}

TEST_F(MdnsAnswers, OtherHostsKnownAnswersTakeNothingBack) {  // RFC6762-§7.2-07
    const auto mine = ptr("_http._tcp.local", "web._http._tcp.local");
    host.receive(query().truncated().ask("_http._tcp.local", type::ptr));
    host.advance(50ms);
    host.receive(query().known(mine), from("10.0.0.8"));
    host.advance(1s);
    EXPECT_THAT(host.sent, SizeIs(1));
}

TEST_F(MdnsAnswers, LateKnownAnswersCountWithHalfOfTheLifeOnly) {  // RFC6762-§7.2-05
    host.receive(query().truncated().ask("_http._tcp.local", type::ptr));
    host.advance(50ms);
    host.receive(query().known(ptr("_http._tcp.local", "web._http._tcp.local", 2249)));
    host.advance(1s);
    EXPECT_THAT(host.sent, SizeIs(1));
}

TEST_F(MdnsAnswers, OnlyTheSameAnswerByMulticastSparesOurs) {  // RFC6762-§7.4-02
    const auto mine = ptr("_http._tcp.local", "web._http._tcp.local");
    auto goodbye = mine;
    goodbye.ttl = 0;
    for (const auto& [peers, to_group] :
         {std::pair{response().answer(goodbye), true},
          {response().answer(ptr("_http._tcp.local", "other._http._tcp.local")), true},
          {response().answer(ptr("_htt._tcp.local", "web._http._tcp.local")), true},
          {response().answer(mine), false},
          {query().known(mine), true}}) {
        host.advance(2s);
        host.clear();
        host.receive(query().ask("_http._tcp.local", type::ptr), from("10.0.0.7"));
        host.receive(peers, from("10.0.0.8", 5353, to_group));
        host.advance(500ms);
        ASSERT_THAT(host.sent, SizeIs(1)) << peers.bytes().size();
        EXPECT_TRUE(host.sent[0].text.has_answer("_http._tcp.local PTR 4500"));
    }
}

// RFC6762-§7.4-02: nobody else has heard it
TEST(MdnsAnswersBeforeOthers, UnicastCopyWeAskedForSparesNothing) {
    MdnsHost host;
    host.ask("_x._tcp.local", type::ptr, false);
    host.link_up();  // and asks, QU
    const auto mine = ptr("_x._tcp.local", "mine._x._tcp.local");
    host.publish({shared(mine)});
    host.advance(1500ms);
    host.clear();
    host.receive(query().ask("_x._tcp.local", type::ptr), from("10.0.0.7"));
    host.receive(response().answer(mine).answer(ptr("_x._tcp.local", "theirs._x._tcp.local")),
                 from("10.0.0.8", 5353, false));
    ASSERT_THAT(host.all<engine::RecordAdded>(), SizeIs(1));  // it was heard
    host.advance(1s);
    ASSERT_THAT(host.responses(), SizeIs(1));
    EXPECT_THAT(host.responses()[0].text.answers,
                ElementsAre("_x._tcp.local PTR 4500 mine._x._tcp.local"));
}

// ---- §18: the header of everything that leaves ----

// RFC6762-§18.1-04 RFC6762-§18.1-05 RFC6762-§18.2-01 RFC6762-§18.2-02 RFC6762-§18.3-01
// RFC6762-§18.4-01 RFC6762-§18.4-03 RFC6762-§18.5-02 RFC6762-§18.6-01 RFC6762-§18.7-01
// RFC6762-§18.8-01 RFC6762-§18.9-01 RFC6762-§18.10-01 RFC6762-§18.11-01 RFC6762-§6-05
TEST(MdnsHeaders, OfEverythingSent) {
    MdnsHost host;
    host.ask("_x._tcp.local", type::ptr, false);
    host.link_up();
    const auto id = host.publish(
        {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "h._x._tcp.local"))});
    host.advance(5s);
    for (const bool unicast : {false, true}) {
        for (const std::uint16_t asked : {type::a, type::any, type::txt}) {
            host.receive(query().id(9).ask("host.local", asked, unicast));
            host.receive(query().id(9).ask("nobody.local", asked, unicast));
            host.advance(2s);
        }
    }
    host.receive(query().id(9).ask("host.local", type::a), from("10.0.0.9", 40000));
    host.receive(query().id(9).ask("nobody.local", type::a), from("10.0.0.9", 40000));
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(5s);
    int queries = 0, multicast = 0, unicast = 0, legacy = 0;
    for (const auto& packet : host.sent) {
        ASSERT_GE(packet.bytes.size(), 12u);
        const bool is_legacy = packet.to && packet.to->port != 5353;
        EXPECT_EQ(packet.bytes[0], 0);
        EXPECT_EQ(packet.bytes[1], is_legacy ? 9 : 0);
        EXPECT_EQ(packet.bytes[2], packet.is_query() ? 0x00 : 0x84);  // QR and AA
        EXPECT_EQ(packet.bytes[3], 0x00);
        EXPECT_EQ(packet.text.questions.empty(),  // RFC6762-§6-06
                  !packet.is_query() && !is_legacy);
        queries += packet.is_query();
        legacy += is_legacy;
        multicast += !packet.is_query() && !packet.to;
        unicast += packet.to && !is_legacy;
    }
    EXPECT_GT(queries, 3);
    EXPECT_GT(multicast, 3);
    EXPECT_GT(unicast, 1);
    EXPECT_EQ(legacy, 1);  // to the name that is ours, and no error for the other
}

}  // namespace
}  // namespace test
