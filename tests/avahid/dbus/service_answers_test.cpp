// avahid/dbus/service_resolver.*: what of a resolved service a client is told.
#include <gmock/gmock.h>

#include <boost/asio/ip/address.hpp>

#include "avahid/dbus/service_resolver.hpp"

namespace avahid::dbus {
namespace {

using boost::asio::ip::make_address;
using mdns::engine::Family;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

dnssd::Resolved resolved(Family family, std::vector<std::string> addresses, int ifindex = 2) {
    dnssd::Resolved event{.handle = {},
                          .link = {ifindex, family},
                          .name = {"Web", "_http._tcp", "local"},
                          .host = *mdns::wire::Name::from_text("alpha.local"),
                          .port = 80,
                          .txt = {"a=1", "b=2"},
                          .addresses = {}};
    for (const auto& address : addresses) event.addresses.push_back(make_address(address));
    return event;
}

std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(DbusServiceAnswers, PreferTheFamilyOfTheLink) {
    const std::vector<std::string> both{"192.0.2.1", "fe80::1"};
    ServiceAnswers on4(avahi::any_protocol, 0);
    EXPECT_EQ(on4.on_resolved(resolved(Family::ipv4, both))->address, make_address("192.0.2.1"));
    ServiceAnswers on6(avahi::any_protocol, 0);
    EXPECT_EQ(on6.on_resolved(resolved(Family::ipv6, both))->address, make_address("fe80::1"));
}

TEST(DbusServiceAnswers, TakeTheOtherFamilyWhereThereIsNone) {
    ServiceAnswers answers(avahi::any_protocol, 0);
    EXPECT_EQ(answers.on_resolved(resolved(Family::ipv6, {"192.0.2.1"}))->address,
              make_address("192.0.2.1"));
}

TEST(DbusServiceAnswers, GiveOnlyTheFamilyThatWasAskedFor) {
    ServiceAnswers answers(avahi::ipv6, 0);
    EXPECT_EQ(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1"})), std::nullopt);
    EXPECT_EQ(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1", "fe80::1"}))->address,
              make_address("fe80::1"));
}

TEST(DbusServiceAnswers, StayOnTheFirstLink) {
    ServiceAnswers answers(avahi::any_protocol, 0);
    EXPECT_TRUE(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1"}, 2)));
    EXPECT_FALSE(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1"}, 3)));
    EXPECT_FALSE(answers.on_resolved(resolved(Family::ipv6, {"fe80::1"}, 2)));
}

TEST(DbusServiceAnswers, TellWhatIsNewOnly) {
    ServiceAnswers answers(avahi::ipv4, 0);
    EXPECT_TRUE(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1"})));
    // Another address of a family that is not asked for.
    EXPECT_FALSE(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1", "fe80::1"})));
    auto changed = resolved(Family::ipv4, {"192.0.2.1"});
    changed.txt = {"a=2"};
    EXPECT_THAT(answers.on_resolved(changed)->txt, ElementsAre(bytes("a=2")));
}

TEST(DbusServiceAnswers, GiveTheLastStringOfTheTextFirst) {
    ServiceAnswers answers(avahi::any_protocol, 0);
    EXPECT_THAT(answers.on_resolved(resolved(Family::ipv4, {"192.0.2.1"}))->txt,
                ElementsAre(bytes("b=2"), bytes("a=1")));
}

TEST(DbusServiceAnswers, LeaveOutWhatIsNotWanted) {
    ServiceAnswers answers(avahi::any_protocol, avahi::lookup::no_txt | avahi::lookup::no_address);
    const auto answer = answers.on_resolved(resolved(Family::ipv4, {}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->address, std::nullopt);
    EXPECT_THAT(answer->txt, IsEmpty());
}

}  // namespace
}  // namespace avahid::dbus
