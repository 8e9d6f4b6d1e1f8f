#include "avahid/static_services.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace avahid {
namespace {

using dnssd::test::Host;
using dnssd::test::name;
using dnssd::test::Network;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

config::StaticService service(const char* type, std::uint16_t port,
                              std::vector<std::string> txt = {}) {
    config::StaticService made;
    made.type = type;
    made.port = port;
    made.txt = std::move(txt);
    return made;
}
config::ServiceFile file(const char* path, const char* instance,
                         std::vector<config::StaticService> services) {
    return {path, {instance, true, std::move(services)}};
}

struct Statics : testing::Test {
    Statics() {
        us.plug_both(2, 0);
        us.catalogue.set_host_name(network.now(), name("alpha.local"));
        statics.on_host_name(network.now(), "alpha");
    }
    void load(std::vector<config::ServiceFile> files) {
        statics.load(network.now(), files);
        run(4s);
    }
    void run(mdns::engine::Duration time) {
        network.settle();
        const auto until = network.now() + time;
        while (network.now() < until) {
            network.run(10ms);
            for (; taken < us.events.size(); ++taken)
                statics.on_event(network.now(), us.events[taken].second);
        }
    }
    /// What the link heard since the last call, without NSEC; each once, in order.
    std::vector<std::string> heard() {
        std::vector<std::string> texts;
        for (const auto& sent : network.records_from(us)) {
            const auto& record = sent.record;
            if (record.type == mdns::wire::type::nsec) continue;
            const std::string text = (record.ttl == 0 ? "bye " : "") + record.name.to_text() + " " +
                                     mdns::wire::type_name(record.type) + " " +
                                     mdns::wire::rdata_to_text(record.type, record.rdata);
            if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
        }
        network.forget_packets();
        return texts;
    }
    std::size_t probes() const {
        std::size_t count = 0;
        for (const auto& asked : network.questions_from(us))
            count += asked.type == mdns::wire::type::any ? 1 : 0;
        return count;
    }

    Network network;
    Host& us = network.add_host();
    std::map<std::string, int> interfaces{{"eth0", 2}};
    std::size_t taken = 0;
    StaticServices statics{us.catalogue, [this](const std::string& interface) {
                               const auto found = interfaces.find(interface);
                               return found == interfaces.end() ? 0 : found->second;
                           }};
};

TEST_F(Statics, AreLeftAloneWhenNothingChanges) {
    const auto one = file("one", "One on %h", {service("_a._tcp", 1), service("_b._tcp", 2)});
    load({one});
    EXPECT_FALSE(heard().empty());
    load({one});
    EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(Statics, ChangeTheirTextInPlace) {
    load({file("one", "One", {service("_a._tcp", 1, {"v=1"}), service("_b._tcp", 2)})});
    heard();
    load({file("one", "One", {service("_a._tcp", 1, {"v=2"}), service("_b._tcp", 2)})});
    EXPECT_EQ(probes(), 0U);
    EXPECT_THAT(heard(), ElementsAre(R"(One._a._tcp.local TXT "v=2")"));
}

TEST_F(Statics, ChangeOneServiceAndLeaveItsSistersAlone) {
    load({file("one", "One", {service("_a._tcp", 1), service("_b._tcp", 2)})});
    heard();
    load({file("one", "One", {service("_c._tcp", 3), service("_b._tcp", 2)})});
    const auto changes = heard();
    EXPECT_THAT(changes, testing::Contains("bye _a._tcp.local PTR One._a._tcp.local"));
    EXPECT_THAT(changes, testing::Contains("_c._tcp.local PTR One._c._tcp.local"));
    for (const auto& text : changes) EXPECT_EQ(text.find("_b._tcp"), text.npos) << text;
}

TEST_F(Statics, GoWithTheirFileOnly) {
    const auto two = file("two", "Two", {service("_a._tcp", 2)});
    load({file("one", "One", {service("_a._tcp", 1)}), two});
    heard();
    load({two});
    const auto changes = heard();
    EXPECT_THAT(changes, testing::Contains("bye _a._tcp.local PTR One._a._tcp.local"));
    for (const auto& text : changes) EXPECT_EQ(text.find("Two"), text.npos) << text;
    EXPECT_EQ(statics.size(), 1U);
}

TEST_F(Statics, MayExchangeTheirNames) {
    load(
        {file("one", "One", {service("_a._tcp", 1)}), file("two", "Two", {service("_a._tcp", 2)})});
    heard();
    load(
        {file("one", "Two", {service("_a._tcp", 1)}), file("two", "One", {service("_a._tcp", 2)})});
    const auto changes = heard();
    EXPECT_THAT(changes, testing::Contains("Two._a._tcp.local SRV 0 0 1 alpha.local"));
    EXPECT_THAT(changes, testing::Contains("One._a._tcp.local SRV 0 0 2 alpha.local"));
    for (const auto& text : changes) EXPECT_EQ(text.find("#2"), text.npos) << text;
}

TEST_F(Statics, OfTheSameNameOnThisHostMoveOn) {
    load({file("one", "Same", {service("_a._tcp", 1)}),
          file("two", "Same", {service("_a._tcp", 2), service("_b._tcp", 3)})});
    const auto all = heard();
    EXPECT_THAT(all, testing::Contains("Same._a._tcp.local SRV 0 0 1 alpha.local"));
    EXPECT_THAT(all, testing::Contains("Same #2._a._tcp.local SRV 0 0 2 alpha.local"));
    EXPECT_THAT(all, testing::Contains("Same #2._b._tcp.local SRV 0 0 3 alpha.local"));
}

TEST_F(Statics, FollowTheInterfaceTheyName) {
    auto bound = service("_a._tcp", 1);
    bound.interface = "usb0";
    load({file("one", "One", {bound, service("_b._tcp", 2)})});
    for (const auto& text : heard()) EXPECT_EQ(text.find("_a._tcp"), text.npos) << text;
    us.plug_both(7, 3);
    interfaces["usb0"] = 7;
    statics.on_interfaces(network.now());
    run(4s);
    EXPECT_THAT(heard(), testing::Contains("One._a._tcp.local SRV 0 0 1 alpha.local"));
    interfaces.erase("usb0");
    statics.on_interfaces(network.now());
    run(4s);
    EXPECT_THAT(heard(), testing::Contains("bye _a._tcp.local PTR One._a._tcp.local"));
}

}  // namespace
}  // namespace avahid
