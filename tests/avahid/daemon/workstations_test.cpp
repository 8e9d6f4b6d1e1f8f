#include "avahid/workstations.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace avahid {
namespace {

using dnssd::test::Host;
using dnssd::test::name;
using dnssd::test::Network;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct Workstation : testing::Test {
    Workstation() {
        us.plug_both(2, 0);
        us.catalogue.set_host_name(network.now(), name("alpha.local"));
        interface.ifindex = 2;
        interface.ethernet = true;
        interface.mac = {2, 0, 0, 0, 0, 0x1f};
        workstations.on_host_name(network.now(), "alpha");
        workstations.on_interface(network.now(), interface, true);
    }
    /// What was announced and said goodbye to since the last call, once each.
    std::vector<std::string> heard() {
        network.run(4s);
        std::vector<std::string> texts;
        for (const auto& sent : network.records_from(us)) {
            if (sent.record.type != mdns::wire::type::ptr) continue;
            if (sent.record.name != name("_workstation._tcp.local")) continue;
            const std::string text = (sent.record.ttl == 0 ? "bye " : "") +
                                     mdns::wire::rdata_to_text(sent.record.type, sent.record.rdata);
            if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
        }
        network.forget_packets();
        return texts;
    }
    Network network;
    Host& us = network.add_host();
    net::Interface interface;
    Workstations workstations{us.catalogue};
};

TEST_F(Workstation, AreOnlyPublishedWhenWanted) {
    EXPECT_THAT(heard(), IsEmpty());
    workstations.set_wanted(network.now(), true);
    EXPECT_THAT(heard(), ElementsAre("alpha [02:00:00:00:00:1f]._workstation._tcp.local"));
    workstations.set_wanted(network.now(), false);
    EXPECT_THAT(heard(), ElementsAre("bye alpha [02:00:00:00:00:1f]._workstation._tcp.local"));
}

TEST_F(Workstation, FollowHostAndInterface) {
    workstations.set_wanted(network.now(), true);
    heard();
    workstations.on_host_name(network.now(), "beta");
    EXPECT_THAT(heard(), testing::Contains("beta [02:00:00:00:00:1f]._workstation._tcp.local"));
    workstations.on_interface(network.now(), interface, true);
    EXPECT_THAT(heard(), IsEmpty());
    workstations.on_interface(network.now(), interface, false);
    EXPECT_THAT(heard(), ElementsAre("bye beta [02:00:00:00:00:1f]._workstation._tcp.local"));
}

TEST_F(Workstation, CutNamesThatWouldNotFitBetweenCharacters) {
    std::string label;
    while (label.size() < 62) label += "\u00e9";
    workstations.on_host_name(network.now(), label);
    workstations.set_wanted(network.now(), true);
    const auto names = heard();
    ASSERT_EQ(names.size(), 1U);
    EXPECT_THAT(names[0], testing::EndsWith(" [02:00:00:00:00:1f]._workstation._tcp.local"));
}

}  // namespace
}  // namespace avahid
