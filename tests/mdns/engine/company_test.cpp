// Several publications of one host that hold records of one unique set, and records that are never
// announced.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using mdns::engine::Company;
using mdns::engine::PublishedRecord;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

PublishedRecord with(Company company, PublishedRecord record) {
    record.company = company;
    return record;
}

TEST(MdnsCompany, DecidesWhoMayHoldTheSameSet) {
    const auto may_join = [](Company first, Company second, const char* second_address) {
        MdnsHost host;
        host.link_up();
        EXPECT_TRUE(host.engine.publish(host.now(),
                                        {{}, {with(first, unique(a("box.local", "192.0.2.7")))}}));
        const mdns::engine::Publication other{
            {}, {with(second, unique(a("box.local", second_address)))}};
        const bool may = host.engine.may_publish(other);
        EXPECT_EQ(host.engine.publish(host.now(), other).has_value(), may);
        return may;
    };
    using enum Company;
    EXPECT_FALSE(may_join(none, none, "192.0.2.7"));
    EXPECT_FALSE(may_join(none, any, "192.0.2.7"));
    EXPECT_FALSE(may_join(any, none, "192.0.2.8"));
    EXPECT_TRUE(may_join(same_data, same_data, "192.0.2.7"));
    EXPECT_TRUE(may_join(same_data, any, "192.0.2.7"));
    EXPECT_FALSE(may_join(same_data, any, "192.0.2.8"));
    EXPECT_TRUE(may_join(any, any, "192.0.2.8"));
}

TEST(MdnsCompany, IsAnnouncedTogetherWithoutProbingAgain) {
    MdnsHost host;
    host.link_up();
    host.established({with(Company::any, unique(a("box.local", "192.0.2.7")))});
    host.clear();
    host.publish({with(Company::any, unique(a("box.local", "192.0.2.8")))});
    host.advance(100ms);
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(
        host.sent[0].text.answers,  // §10.2: the cache-flush bit speaks for the whole set
        UnorderedElementsAre("box.local A flush 120 192.0.2.7", "box.local A flush 120 192.0.2.8"));
}

TEST(MdnsCompany, LeavesOneByOne) {
    MdnsHost host;
    host.link_up();
    const auto first = host.established({with(Company::any, unique(a("box.local", "192.0.2.7")))});
    host.established({with(Company::any, unique(a("box.local", "192.0.2.8")))});
    host.clear();
    host.engine.withdraw(host.now(), first);
    host.drain();
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("box.local A 0 192.0.2.7"));
}

TEST(MdnsCompany, WhatStaysOfAChangedSetIsAnnounced) {
    MdnsHost host;
    host.link_up();
    const auto one = with(Company::any, unique(a("box.local", "192.0.2.7")));
    const auto two = with(Company::any, unique(a("box.local", "192.0.2.8")));
    const auto id = host.established({one, two});
    host.engine.update(host.now(), id, {two});
    host.drain();
    ASSERT_THAT(host.sent, SizeIs(1));
    EXPECT_THAT(host.sent[0].text.answers, ElementsAre("box.local A flush 120 192.0.2.8"));
}

TEST(MdnsUnannounced, RecordsAreAnsweredOnly) {
    MdnsHost host;
    host.link_up();
    auto quiet = shared(txt("quiet.local", {"x"}));
    quiet.announce = false;
    const auto id = host.publish({quiet});
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());  // nobody has heard of it
}

/// More services than fit a packet: each is an answer, what comes along is what finds room.
TEST(MdnsAdditionals, NeverDisplaceAnswers) {  // RFC6763-§12-02
    MdnsHost host;
    host.link_up();
    std::vector<PublishedRecord> records;
    for (int i = 0; i < 60; ++i) {
        const std::string instance = "Service number " + std::to_string(i) + "._http._tcp.local";
        records.push_back(shared(ptr("_http._tcp.local", instance)));
        records.push_back(unique(srv(instance, "host.local", 80)));
        records.push_back(unique(txt(instance, {std::string(100, 'x')})));
    }
    host.established(records);
    host.receive(query().ask("_http._tcp.local", wire::type::ptr));
    host.advance(1s);
    std::size_t answers = 0;
    std::size_t additionals = 0;
    for (const auto& packet : host.responses()) {
        answers += packet.text.answers.size();
        additionals += packet.text.additionals.size();
        EXPECT_LE(packet.bytes.size(), 1500u - 28u);
        EXPECT_FALSE(packet.text.header.truncated);
    }
    EXPECT_EQ(answers, 60u);
    EXPECT_LT(additionals, 120u);  // those left out are asked for by whoever wants them (§12)
}

}  // namespace
}  // namespace test
