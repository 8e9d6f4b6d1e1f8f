#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct PublishingAddresses : testing::Test {
    PublishingAddresses() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        peer.plug(2, Family::ipv4, 0, "169.254.1.2");
    }
    Result<Handle> publish(Host& host, const char* owner, const char* value, bool reverse = true) {
        return host.catalogue.publish_address(network.now(), name(owner), address(value), reverse,
                                              {});
    }
    Network network;
    Host& us = network.add_host();
    Host& peer = network.add_host();
};

TEST_F(PublishingAddresses, NamesAreFoundBothWays) {
    ASSERT_TRUE(publish(us, "router.local", "10.0.0.1"));
    network.run(3s);
    ASSERT_THAT(us.all<Published>(), SizeIs(1));
    EXPECT_EQ(us.all<Published>()[0].name.instance, "router.local");
    peer.catalogue.lookup_host(network.now(), name("router.local"), Families::both, {});
    peer.catalogue.lookup_address(network.now(), address("10.0.0.1"), {});
    network.run(200ms);
    ASSERT_THAT(peer.all<HostResult>(), SizeIs(1));
    ASSERT_THAT(peer.all<HostResult>()[0].addresses, SizeIs(1));
    EXPECT_EQ(peer.all<HostResult>()[0].addresses[0].address, address("10.0.0.1"));
    ASSERT_THAT(peer.all<AddressResult>(), SizeIs(1));
    EXPECT_EQ(peer.all<AddressResult>()[0].name, name("router.local"));
}

TEST_F(PublishingAddresses, ReverseNamesCanBeLeftOut) {
    ASSERT_TRUE(publish(us, "router.local", "10.0.0.1", false));
    network.run(3s);
    for (const auto& sent : network.records_from(us)) {
        EXPECT_NE(sent.record.type, mdns::wire::type::ptr);
    }
}

TEST_F(PublishingAddresses, AConflictEndsThem) {
    ASSERT_TRUE(publish(us, "router.local", "10.0.0.1"));
    network.run(5s);
    ASSERT_TRUE(publish(peer, "router.local", "10.0.0.2"));
    network.run(5s);
    EXPECT_THAT(peer.all<NameLost>(), SizeIs(1));
    EXPECT_THAT(peer.all<Published>(), IsEmpty());
    EXPECT_THAT(us.all<NameLost>(), IsEmpty());
}

TEST_F(PublishingAddresses, OtherDataOnThisMachineCollides) {
    ASSERT_TRUE(publish(us, "router.local", "10.0.0.1"));
    EXPECT_EQ(publish(us, "router.local", "10.0.0.2").error(), Errc::collision);
}

TEST_F(PublishingAddresses, RefusesBadInput) {
    EXPECT_EQ(publish(us, "router.example.com", "10.0.0.1").error(), Errc::bad_name);
    EXPECT_EQ(publish(us, "local", "10.0.0.1").error(), Errc::bad_name);
    EXPECT_EQ(publish(us, "router.local", "0.0.0.0").error(), Errc::bad_address);
    EXPECT_EQ(publish(us, "router.local", "ff02::1").error(), Errc::bad_address);
}

}  // namespace
}  // namespace dnssd::test
