// A new address or router (PRODUCT "Clock"): the link may lead into another network now.
#include <gmock/gmock.h>

#include "tests/support/mdns_host.hpp"

namespace test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
namespace type = wire::type;

class Requery : public ::testing::Test {
protected:
    Requery() {
        host.link_up();
        host.link_up(eth1, "10.0.1.1");
    }
    std::vector<Duration> asked_after(Duration since) const {
        std::vector<Duration> times;
        for (const auto& sent : host.queries()) {
            if (sent.link == eth0) times.push_back(sent.at - since);
        }
        return times;
    }
    Duration requery(engine::Scope scope) {
        host.clear();
        host.engine.requery(host.now(), scope);
        host.drain();
        return host.elapsed();
    }
    MdnsHost host;
};

TEST_F(Requery, OpenQuestionsBeginTheirSeriesAgainThere) {
    host.ask("_http._tcp.local", type::ptr, false);
    host.advance(1min);
    const auto begun = requery({eth0.ifindex, {}});
    host.advance(3500ms);
    // §5.2: 20-120 ms, since many hosts may have moved at once; then after 1 s, 2 s.
    EXPECT_THAT(asked_after(begun),
                ElementsAre(AllOf(Ge(20ms), Le(120ms)), AllOf(Ge(1020ms), Le(1120ms)),
                            AllOf(Ge(3020ms), Le(3120ms))));
    EXPECT_LE(host.queries().size(), 4U);  // on the other link the series goes on, after a minute
}

TEST_F(Requery, KeepsWhatIsKnownAndSaysNothingToClients) {
    host.ask("_http._tcp.local", type::ptr, false);
    host.advance(1s);
    host.receive(response().answer(ptr("_http._tcp.local", "a._http._tcp.local")));
    host.advance(1min);
    requery({});
    host.advance(1s);
    EXPECT_THAT(host.events, IsEmpty());
    ASSERT_THAT(host.queries(), testing::Not(IsEmpty()));
    EXPECT_THAT(host.queries()[0].text.answers, SizeIs(1));  // §7.1
}

TEST_F(Requery, AnsweredQuestionIsNotAsked) {
    host.ask("peer.local", type::a);
    host.receive(response().answer(a("peer.local", "10.0.0.9"), true));
    host.receive(response().answer(a("peer.local", "10.0.0.9"), true), from("10.0.1.9"), eth1);
    host.advance(5s);
    requery({});
    host.advance(2s);
    EXPECT_THAT(host.queries(), IsEmpty());
}

TEST_F(Requery, TwiceAtOnceIsOnce) {
    host.ask("_http._tcp.local", type::ptr, false);
    host.advance(1min);
    requery({eth0.ifindex, {}});
    host.advance(150ms);
    const auto again = requery({eth0.ifindex, {}});
    host.advance(800ms);
    EXPECT_THAT(asked_after(again), IsEmpty());  // "at least one second" between two queries
}

}  // namespace
}  // namespace test
