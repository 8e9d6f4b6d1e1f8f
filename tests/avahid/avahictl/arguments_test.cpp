#include "tools/avahictl/arguments.hpp"

#include <gmock/gmock.h>

namespace avahictl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

boost::system::result<Command, Exit> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "avahictl");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto command = parse_arguments(static_cast<int>(words.size()), words.data());
    testing::internal::GetCapturedStdout();
    testing::internal::GetCapturedStderr();
    return command;
}

template <class Options>
Options verb(std::vector<const char*> words) {
    const auto command = parse(std::move(words));
    EXPECT_TRUE(command && std::holds_alternative<Options>(command->verb));
    if (!command || !std::holds_alternative<Options>(command->verb)) return {};
    return std::get<Options>(command->verb);
}

TEST(AvahictlArguments, TakeCommonOptionsBeforeAndAfterTheVerb) {
    for (const auto& words : {std::vector{"--json", "--timeout", "1.5", "--socket", "/x", "status"},
                              std::vector{"status", "--json", "--timeout=1.5", "--socket", "/x"}}) {
        const auto command = parse(words);
        ASSERT_TRUE(command);
        EXPECT_TRUE(command->common.json);
        EXPECT_EQ(command->common.timeout, 1500ms);
        EXPECT_EQ(command->common.socket, "/x");
    }
    EXPECT_EQ(parse({"status"})->common.socket, "/run/avahid/control");
    EXPECT_EQ(parse({"status"})->common.timeout, std::nullopt);
}

TEST(AvahictlArguments, TakeTheSocketFromTheEnvironment) {
    ::setenv("AVAHID_SOCKET", "/from/environment", 1);
    EXPECT_EQ(parse({"status"})->common.socket, "/from/environment");
    EXPECT_EQ(parse({"--socket", "/x", "status"})->common.socket, "/x");
    ::unsetenv("AVAHID_SOCKET");
}

TEST(AvahictlArguments, Browse) {
    const auto options = verb<BrowseOptions>(
        {"browse", "_ipp._tcp", "-rtcl", "-d", "local", "--subtype", "_printer"});
    EXPECT_EQ(options.type, "_ipp._tcp");
    EXPECT_EQ(options.subtype, "_printer");
    EXPECT_EQ(options.domain, "local");
    EXPECT_TRUE(options.resolve && options.until_all && options.until_cache &&
                options.ignore_local);
    EXPECT_EQ(verb<BrowseOptions>({"browse", "--all", "-t"}).type, "");
    EXPECT_EQ(verb<BrowseOptions>({"browse"}).type, "");
    const auto command = parse({"browse", "-a", "-i", "eth0", "-6", "-p"});
    EXPECT_EQ(command->common.interface, "eth0");
    EXPECT_EQ(command->common.family, "ipv6");
    EXPECT_TRUE(command->common.parsable);
    const auto avahi_style = verb<BrowseOptions>({"browse", "_printer._sub._ipp._tcp"});
    EXPECT_EQ(avahi_style.type, "_ipp._tcp");
    EXPECT_EQ(avahi_style.subtype, "_printer");
}

TEST(AvahictlArguments, ResolveKnowsNamesAddressesAndServices) {
    EXPECT_EQ(verb<ResolveHostOptions>({"resolve", "beta.local"}).name, "beta.local");
    EXPECT_EQ(verb<ResolveHostOptions>({"resolve", "beta"}).name, "beta.local");
    EXPECT_EQ(verb<ResolveAddressOptions>({"resolve", "169.254.1.2"}).address, "169.254.1.2");
    EXPECT_EQ(verb<ResolveAddressOptions>({"resolve", "fe80::1%nosuchif"}).address,
              "fe80::1%nosuchif");
    const auto service =
        verb<ResolveServiceOptions>({"resolve", "-s", "Dr\\. Pepper\\255", "_http._tcp"});
    EXPECT_EQ(service.instance, "Dr. Pepper\xff");
    EXPECT_EQ(service.type, "_http._tcp");
}

TEST(AvahictlArguments, Publish) {
    const auto options =
        verb<PublishOptions>({"publish", "My\\032Web", "_http._tcp", "8080", "path=/", "bool",
                              "--subtype", "_a", "--subtype", "_b", "--host", "other.local"});
    EXPECT_EQ(options.instance, "My Web");
    EXPECT_EQ(options.port, 8080);
    EXPECT_THAT(options.txt, ElementsAre("path=/", "bool"));
    EXPECT_THAT(options.subtypes, ElementsAre("_a", "_b"));
    EXPECT_EQ(options.host, "other.local");
    EXPECT_THAT(verb<PublishOptions>({"publish", "w", "_http._tcp", "0"}).txt, IsEmpty());
    const auto dashed =
        verb<PublishOptions>({"publish", "--subtype", "_a", "--", "-x", "_http._tcp", "1", "-y"});
    EXPECT_EQ(dashed.instance, "-x");
    EXPECT_THAT(dashed.subtypes, ElementsAre("_a"));
    EXPECT_THAT(dashed.txt, ElementsAre("-y"));
    EXPECT_EQ(verb<PublishAddressOptions>({"publish", "--address", "printer", "10.0.0.9"}).name,
              "printer.local");
    const auto address = verb<PublishAddressOptions>(
        {"publish", "--address", "--no-reverse", "printer.local", "10.0.0.9"});
    EXPECT_EQ(address.name, "printer.local");
    EXPECT_EQ(address.address, "10.0.0.9");
    EXPECT_FALSE(address.reverse);
}

TEST(AvahictlArguments, TheOthers) {
    EXPECT_EQ(verb<QueryOptions>({"query", "beta.local", "--type", "AAAA", "-t"}).type, "AAAA");
    EXPECT_EQ(verb<HostNameOptions>({"hostname"}).wanted, std::nullopt);
    EXPECT_EQ(verb<HostNameOptions>({"hostname", "gamma"}).wanted, "gamma");
    EXPECT_EQ(verb<Ipv4llOptions>({"ipv4ll", "eth0", "renew"}).action, "renew");
    EXPECT_FALSE(verb<CacheOptions>({"cache"}).flush);
    EXPECT_TRUE(verb<CacheOptions>({"cache", "flush"}).flush);
    verb<ReloadOptions>({"reload"});
    verb<MonitorOptions>({"monitor", "-i", "eth0", "-6"});
    verb<DoctorOptions>({"doctor", "--json"});
}

TEST(AvahictlArguments, SayTwoWhenTheyMakeNoSense) {
    for (const auto& words : std::vector<std::vector<const char*>>{
             {},
             {"nope"},
             {"browse", "_http._tcp", "--all"},
             {"browse", "-4", "-6"},
             {"browse", "--subtype", "_x"},
             {"browse", "--timeout", "-1"},
             {"browse", "--timeout", "x"},
             {"resolve"},
             {"resolve", "a", "b"},
             {"resolve", "-s", "a"},
             {"publish", "a", "_http._tcp"},
             {"publish", "a", "_http._tcp", "http"},
             {"publish", "a", "_http._tcp", "65536"},
             {"publish", "a", "_http._tcp", "-1"},
             {"publish", "a", "_http._tcp", "80x"},
             {"publish", "a\xff", "_http._tcp", "80"},
             {"publish", "a", "_http._tcp", "80", "--no-reverse"},
             {"publish", "--address", "x.local"},
             {"ipv4ll", "eth0", "up"},
             {"cache", "drop"},
             {"hostname", ""},
             {"monitor", "-4", "-6"},
             {"doctor", "surplus"},
             {"completion", "tcsh"},
             {"status", "surplus"},
         }) {
        const auto command = parse(words);
        EXPECT_TRUE(!command && command.error() == Exit::usage) << testing::PrintToString(words);
    }
    EXPECT_EQ(parse({"--help"}).error(), Exit::found);
    EXPECT_EQ(parse({"browse", "--help"}).error(), Exit::found);
    EXPECT_EQ(parse({"--version"}).error(), Exit::found);
}

}  // namespace
}  // namespace avahictl
