#include "tools/avahictl/browse_rows.hpp"

#include <gmock/gmock.h>

namespace avahictl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr auto start = BrowseRows::Instant(1000h);

Service service(const std::string& instance, const std::string& family) {
    Service out;
    out.interface = "eth0";
    out.family = family;
    out.name = instance + "._http._tcp.local";
    out.instance = instance;
    out.type = "_http._tcp";
    out.domain = "local";
    return out;
}

Service resolved(const std::string& instance, const std::string& family,
                 const std::string& address) {
    Service out = service(instance, family);
    out.host = "beta.local";
    out.port = 80;
    out.addresses = {"10.0.0.2", address};
    return out;
}

/// "+ web ipv4 ipv6"
std::vector<std::string> texts(const std::vector<BrowseRow>& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) {
        std::string text = row.mark + (" " + row.service.instance);
        for (const auto& family : row.families) text += " " + family;
        if (row.failed) text += " failed";
        out.push_back(text);
    }
    return out;
}

TEST(AvahictlBrowseRows, PutBothFamiliesIntoOneRow) {
    BrowseRows rows(false);
    rows.on_found(start, service("web", "ipv6"));
    EXPECT_EQ(rows.deadline(), start + BrowseRows::gathering);
    rows.on_found(start + 10ms, service("web", "ipv4"));
    EXPECT_THAT(rows.due(start + 249ms), IsEmpty());
    EXPECT_THAT(texts(rows.due(start + 250ms)), ElementsAre("+ web ipv4 ipv6"));
    EXPECT_EQ(rows.deadline(), std::nullopt);
    EXPECT_THAT(rows.due(start + 1h), IsEmpty());
}

TEST(AvahictlBrowseRows, TellALaterFamilyByItself) {
    BrowseRows rows(false);
    rows.on_found(start, service("web", "ipv4"));
    EXPECT_THAT(texts(rows.due(start + 1s)), ElementsAre("+ web ipv4"));
    rows.on_found(start + 2s, service("web", "ipv6"));
    EXPECT_THAT(texts(rows.due(start + 3s)), ElementsAre("+ web ipv6"));
}

TEST(AvahictlBrowseRows, TellWhatGoes) {
    BrowseRows rows(false);
    rows.on_found(start, service("web", "ipv4"));
    rows.on_found(start, service("web", "ipv6"));
    rows.due(start + 1s);
    rows.on_lost(start + 2s, service("web", "ipv4"));
    rows.on_lost(start + 2s, service("web", "ipv6"));
    EXPECT_THAT(texts(rows.due(start + 3s)), ElementsAre("- web ipv4 ipv6"));
    rows.on_found(start + 4s, service("web", "ipv4"));
    EXPECT_THAT(texts(rows.due(start + 5s)), ElementsAre("+ web ipv4"));
}

TEST(AvahictlBrowseRows, ForgetWhatWasNeverShown) {
    BrowseRows rows(true);
    rows.on_found(start, service("web", "ipv4"));
    rows.on_lost(start + 10ms, service("web", "ipv4"));
    rows.on_lost(start + 10ms, service("other", "ipv4"));
    EXPECT_THAT(rows.due(start + 1s), IsEmpty());
    EXPECT_THAT(rows.rest(), IsEmpty());
}

/// What a list in place shows is what was told: else something that goes before it is told of would
/// stay on the screen.
TEST(AvahictlBrowseRows, ListWhatWasToldOnly) {
    BrowseRows rows(false);
    rows.on_found(start, service("one", "ipv4"));
    rows.on_found(start + 100ms, service("two", "ipv4"));
    EXPECT_THAT(texts(rows.due(start + 250ms)), ElementsAre("+ one ipv4"));
    EXPECT_THAT(texts(rows.shown()), ElementsAre("+ one ipv4"));
    rows.on_lost(start + 300ms, service("two", "ipv4"));
    EXPECT_THAT(rows.due(start + 350ms), IsEmpty());
    EXPECT_THAT(texts(rows.shown()), ElementsAre("+ one ipv4"));
    rows.on_lost(start + 400ms, service("one", "ipv4"));
    EXPECT_THAT(texts(rows.shown()), ElementsAre("+ one ipv4"));
    EXPECT_THAT(texts(rows.due(start + 650ms)), ElementsAre("- one ipv4"));
    EXPECT_THAT(rows.shown(), IsEmpty());
}

TEST(AvahictlBrowseRows, WaitUntilAllIsResolved) {
    BrowseRows rows(true);
    rows.on_found(start, service("web", "ipv4"));
    rows.on_found(start, service("web", "ipv6"));
    rows.on_resolved(start + 100ms, resolved("web", "ipv4", "169.254.1.1"));
    EXPECT_THAT(rows.due(start + 1s), IsEmpty());
    EXPECT_EQ(rows.deadline(), std::nullopt);
    rows.on_resolved(start + 2s, resolved("web", "ipv6", "fe80::1%eth0"));
    const auto shown = rows.due(start + 2s);
    EXPECT_THAT(texts(shown), ElementsAre("+ web ipv4 ipv6"));
    EXPECT_THAT(shown.at(0).service.addresses,
                ElementsAre("10.0.0.2", "169.254.1.1", "fe80::1%eth0"));
}

TEST(AvahictlBrowseRows, TellWhenNobodyResolves) {
    BrowseRows rows(true);
    rows.on_found(start, service("ghost", "ipv4"));
    rows.on_resolve_failed(start + 5s, service("ghost", "ipv4"));
    EXPECT_THAT(texts(rows.due(start + 5s)), ElementsAre("+ ghost ipv4 failed"));
    rows.on_resolved(start + 9s, resolved("ghost", "ipv4", "10.0.0.3"));
    EXPECT_THAT(texts(rows.due(start + 10s)), ElementsAre("= ghost ipv4"));
}

TEST(AvahictlBrowseRows, TellOnlyRealChanges) {
    BrowseRows rows(true);
    rows.on_found(start, service("web", "ipv4"));
    rows.on_resolved(start, resolved("web", "ipv4", "10.0.0.3"));
    rows.due(start + 1s);
    rows.on_resolved(start + 2s, resolved("web", "ipv4", "10.0.0.3"));
    EXPECT_THAT(rows.due(start + 3s), IsEmpty());
    rows.on_resolved(start + 4s, resolved("web", "ipv4", "10.0.0.4"));
    EXPECT_THAT(texts(rows.due(start + 5s)), ElementsAre("= web ipv4"));
}

TEST(AvahictlBrowseRows, GiveTheRestInOrder) {
    BrowseRows rows(true);
    rows.on_found(start, service("b", "ipv4"));
    rows.on_found(start, service("a", "ipv4"));
    rows.on_resolved(start, resolved("b", "ipv4", "10.0.0.3"));
    EXPECT_THAT(texts(rows.rest()), ElementsAre("+ a ipv4 failed", "+ b ipv4"));
    EXPECT_THAT(rows.rest(), IsEmpty());
}

}  // namespace
}  // namespace avahictl
