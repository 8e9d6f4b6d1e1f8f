// Each datagram says what it is for: what `avahictl monitor` shows.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using engine::Cause;
using engine::Reason;
using testing::ElementsAre;
using testing::IsEmpty;

/// All reasons, and who asked: "announcement answer to 10.0.0.9".
std::string words(const Cause& why) {
    std::string text;
    for (const Reason reason : engine::reasons) {
        if (!why.has(reason)) continue;
        text += text.empty() ? "" : " ";
        text += to_string(reason);
    }
    if (!why.asker().is_unspecified()) text += " to " + why.asker().to_string();
    return why.several() ? text + " and others" : text;
}

struct MdnsCause : testing::Test {
    MdnsCause() { host.link_up(); }

    std::vector<std::string> sent() {
        std::vector<std::string> all;
        for (const Sent& one : host.sent) all.push_back(words(one.why));
        host.clear();
        return all;
    }
    MdnsHost host;
};

TEST_F(MdnsCause, OfAHostNameFromProbeToGoodbye) {
    const auto id = host.publish({unique(a("host.local", "10.0.0.1"))});
    host.advance(5s);
    EXPECT_THAT(sent(), ElementsAre("probe", "probe", "probe", "announcement", "announcement"));
    host.receive(query().ask("host.local", wire::type::a));
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("answer to 10.0.0.9"));
    host.receive(query().ask("host.local", wire::type::a), from("10.0.0.7", 40000));
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("legacy_answer to 10.0.0.7"));
    host.receive(query().ask("host.local", wire::type::any).authority(a("host.local", "10.0.0.9")));
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("defence to 10.0.0.9"));
    host.receive(response().answer(a("host.local", "10.0.0.1", 1)), from("10.0.0.8"));
    host.advance(2s);
    EXPECT_THAT(sent(), ElementsAre("correction to 10.0.0.8"));
    host.engine.withdraw(host.now(), id);
    host.drain();
    EXPECT_THAT(sent(), ElementsAre("goodbye"));
}

TEST_F(MdnsCause, OfAQuestion) {
    host.ask("other.local", wire::type::a);
    EXPECT_THAT(sent(), ElementsAre("query"));
    host.receive(response().unique(a("other.local", "10.0.0.9", 120)));
    host.advance(100s);
    EXPECT_THAT(sent(), ElementsAre("refresh"));
}

TEST_F(MdnsCause, OfADoubt) {
    host.ask("other.local", wire::type::a);
    host.receive(response().unique(a("other.local", "10.0.0.9", 120)));
    host.clear();
    host.engine.reconfirm(host.now(), a("other.local", "10.0.0.9", 120), {});
    host.drain();
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("reconfirmation"));
}

TEST_F(MdnsCause, OfKnownAnswersThatDoNotFit) {
    host.ask("_http._tcp.local", wire::type::ptr);
    for (int number = 0; number < 60; ++number) {
        host.receive(response().answer(
            ptr("_http._tcp.local",
                std::string(50, 'x') + std::to_string(number) + "._http._tcp.local")));
    }
    host.clear();
    host.advance(2s);
    const auto all = sent();
    ASSERT_GT(all.size(), 1u);
    EXPECT_EQ(all[0], "query");
    EXPECT_EQ(all[1], "known_answers");
}

TEST_F(MdnsCause, OfOnePacketForSeveralEnds) {
    host.established({shared(ptr("_http._tcp.local", "a._http._tcp.local"))});
    host.receive(query().ask("_http._tcp.local", wire::type::ptr), from("10.0.0.9"));
    host.receive(query().ask("_http._tcp.local", wire::type::ptr), from("10.0.0.8"));
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("answer to 10.0.0.9 and others"));
}

/// Who asked first knows the answer after all: the packet is for the other one.
TEST_F(MdnsCause, ForgetsWhomItNeedNotAnswer) {
    host.established({shared(ptr("_http._tcp.local", "a._http._tcp.local"))});
    host.receive(query().ask("_http._tcp.local", wire::type::ptr), from("10.0.0.9"));
    host.receive(query().ask("_http._tcp.local", wire::type::ptr), from("10.0.0.8"));
    host.receive(query().answer(ptr("_http._tcp.local", "a._http._tcp.local", 4500)),
                 from("10.0.0.9"));
    host.advance(1s);
    EXPECT_THAT(sent(), ElementsAre("answer to 10.0.0.8 and others"));
}

}  // namespace
}  // namespace test
