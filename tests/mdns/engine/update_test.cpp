// RFC 6762 §8.4: changed data.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace type = wire::type;

class MdnsUpdate : public testing::Test {
protected:
    void SetUp() override {
        host.link_up();
        id = host.established({unique(txt("web._x._tcp.local", {"n=0"})),
                               shared(ptr("_x._tcp.local", "web._x._tcp.local"))});
    }
    bool set(const std::string& text) {
        const bool done = host.engine.update(host.now(), id,
                                             {unique(txt("web._x._tcp.local", {text})),
                                              shared(ptr("_x._tcp.local", "web._x._tcp.local"))});
        host.drain();
        return done;
    }
    /// The TXT data that were announced, each once, in order.
    std::vector<std::string> told() const {
        std::vector<std::string> values;
        for (const auto& packet : host.responses()) {
            for (const auto& line : packet.text.answers) {
                const auto at = line.find("n=");
                if (at == std::string::npos) continue;
                const std::string value = line.substr(at, line.find('"', at) - at);
                if (values.empty() || values.back() != value) values.push_back(value);
            }
        }
        return values;
    }
    MdnsHost host;
    engine::PublicationId id{};
};

TEST_F(MdnsUpdate, AHundredInAMinuteAreTenSeriesAndTheLastIsTold) {  // RFC6762-§8.4-05
    for (int n = 1; n <= 100; ++n) {
        EXPECT_TRUE(set("n=" + std::to_string(n)));
        host.advance(600ms);
    }
    const auto within = told();
    EXPECT_LE(within.size(), 10u);
    EXPECT_GE(within.size(), 9u);
    host.advance(10s);
    EXPECT_EQ(told().back(), "n=100");
    EXPECT_THAT(host.probes(), IsEmpty());  // RFC6762-§8.4-02
    host.clear();
    host.receive(query().ask("web._x._tcp.local", type::txt));
    host.advance(2s);
    EXPECT_THAT(told(), ElementsAre("n=100"));
}

TEST_F(MdnsUpdate, OnceAMinuteHasPassedTenMoreMayCome) {
    for (int n = 1; n <= 10; ++n) set("n=" + std::to_string(n));
    host.advance(62s);
    host.clear();
    set("n=11");
    host.advance(100ms);
    EXPECT_THAT(told(), ElementsAre("n=11"));
}

TEST_F(MdnsUpdate, WhatWaitsIsForgottenWithItsPublication) {
    for (int n = 1; n <= 12; ++n) set("n=" + std::to_string(n));
    host.engine.withdraw(host.now(), id);
    host.drain();
    host.advance(1s);
    host.clear();
    host.advance(120s);
    EXPECT_THAT(host.sent, IsEmpty());
    EXPECT_FALSE(host.engine.deadline());
}

TEST_F(MdnsUpdate, WhatIsNoChangeDoesNotCount) {
    for (int n = 1; n <= 100; ++n) set("n=0");
    host.clear();
    set("n=1");
    EXPECT_THAT(told(), ElementsAre("n=1"));
}

TEST_F(MdnsUpdate, AddressesDoNotWait) {  // RFC6762-§8.4-06
    const auto addresses = host.established({unique(a("host.local", "10.0.0.1"))});
    for (int n = 2; n <= 50; ++n) {
        const std::string address = "10.0.0." + std::to_string(n);
        host.engine.update(host.now(), addresses, {unique(a("host.local", address.c_str()))});
        host.drain();
        host.advance(1500ms);
        EXPECT_TRUE(host.sent.back().text.has_answer("host.local A flush 120 " + address));
    }
    EXPECT_THAT(host.probes(), IsEmpty());
}

TEST_F(MdnsUpdate, RefusesWhatAnotherPublicationHas) {  // RFC6762-§2-01
    host.established({unique(a("host.local", "10.0.0.1"))});
    EXPECT_FALSE(host.engine.update(host.now(), id, {unique(a("host.local", "10.0.0.2"))}));
    host.advance(5s);
    EXPECT_THAT(host.sent, IsEmpty());
    host.receive(query().ask("web._x._tcp.local", type::txt));
    host.advance(2s);
    EXPECT_THAT(told(), ElementsAre("n=0"));
}

/// A new name is probed; meanwhile a peer contradicts one that was verified before.
TEST_F(MdnsUpdate, AVerifiedNameStaysWatchedWhileANewOneIsProbed) {  // RFC6762-§9-03
    const auto records = {unique(txt("web._x._tcp.local", {"n=0"})),
                          unique(txt("new._x._tcp.local", {}))};
    host.engine.update(host.now(), id, records);
    host.drain();
    host.advance(300ms);
    host.receive(response().unique(txt("web._x._tcp.local", {"n=9"})));
    host.clear();
    host.receive(query().ask("web._x._tcp.local", type::txt));
    EXPECT_THAT(host.responses(), IsEmpty());  // in doubt
    host.advance(5s);
    ASSERT_THAT(host.probes(), SizeIs(3));
    EXPECT_TRUE(host.probes()[0].text.has_question("web._x._tcp.local ANY"));
    EXPECT_TRUE(host.probes()[0].text.has_question("new._x._tcp.local ANY"));
    EXPECT_EQ(host.engine.state(id), engine::PublicationState::established);
}

}  // namespace
}  // namespace test
