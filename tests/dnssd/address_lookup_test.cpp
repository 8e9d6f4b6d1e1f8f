#include <gmock/gmock.h>

#include "dnssd/reverse_name.hpp"
#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* reverse_of_9 = "9.7.254.169.in-addr.arpa";

struct AddressLookups : testing::Test {
    AddressLookups() { us.plug(2, Family::ipv4, 0, "169.254.1.1"); }
    void look_up(const char* text) {
        begun = network.now();
        us.catalogue.lookup_address(network.now(), address(text), {});
        network.settle();
    }
    Network network;
    Host& us = network.add_host();
    Instant begun;
};

TEST_F(AddressLookups, EndWithTheFirstAnswer) {
    look_up("169.254.7.9");
    EXPECT_EQ(network.questions_from(us).at(0).name, reverse_of_9);
    network.run(30ms);
    network.say(0, {ptr(reverse_of_9, "beta.local")});
    const auto results = us.all<AddressResult>();
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_TRUE(results[0].found);
    EXPECT_EQ(results[0].name, name("beta.local"));
    EXPECT_EQ(results[0].ifindex, 2);
    network.say(0, {ptr(reverse_of_9, "gamma.local")});
    network.run(5s);
    EXPECT_THAT(us.all<AddressResult>(), SizeIs(1));
    EXPECT_THAT(network.questions_from(us), SizeIs(1));
}

TEST_F(AddressLookups, EndAtTheNegativeTimeout) {
    look_up("169.254.7.9");
    network.run(999ms);
    EXPECT_THAT(us.all<AddressResult>(), IsEmpty());
    network.run(1ms);
    EXPECT_THAT(us.times_of<AddressResult>(), ElementsAre(begun + 1s));
    EXPECT_FALSE(us.all<AddressResult>()[0].found);
}

TEST_F(AddressLookups, EndWithADenial) {
    look_up("169.254.7.9");
    network.say(0, {nsec(reverse_of_9, {mdns::wire::type::a})});
    ASSERT_THAT(us.all<AddressResult>(), SizeIs(1));
    EXPECT_FALSE(us.all<AddressResult>()[0].found);
}

TEST_F(AddressLookups, OfAScopedAddressStayOnItsInterface) {
    us.plug(3, Family::ipv6, 1, "fe80::7");
    look_up("fe80::9%3");
    ASSERT_THAT(network.packets, SizeIs(1));
    EXPECT_EQ(network.packets[0].segment, 3);  // IPv6 of segment 1
}

/// What the name service hands on has no scope: two hosts may have the address.
TEST_F(AddressLookups, OfALinkLocalAddressAskAllInterfacesAndTakeTheFirst) {  // NSS-§rev-05
    us.plug(3, Family::ipv4, 1, "169.254.1.2");
    const std::string reverse = reverse_name(address("fe80::9")).to_text();
    look_up("fe80::9");
    EXPECT_THAT(network.questions_from(us), SizeIs(2));
    network.say(1, {ptr(reverse, "beta.local")});
    network.say(0, {ptr(reverse, "gamma.local")});
    const auto results = us.all<AddressResult>();
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].name, name("beta.local"));
    EXPECT_EQ(results[0].ifindex, 3);
}

TEST_F(AddressLookups, EndAtOnceWithoutLinks) {
    us.unplug(2, Family::ipv4);
    look_up("169.254.7.9");
    EXPECT_THAT(us.times_of<AddressResult>(), ElementsAre(begun));
}

TEST_F(AddressLookups, LeaveNothingBehindWhenCancelled) {
    const Handle handle = us.catalogue.lookup_address(network.now(), address("169.254.7.9"), {});
    us.catalogue.cancel(network.now(), handle);
    network.run(5s);
    EXPECT_THAT(us.events, IsEmpty());
    EXPECT_EQ(us.catalogue.deadline(), std::nullopt);
}

}  // namespace
}  // namespace dnssd::test
