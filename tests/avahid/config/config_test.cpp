#include "avahid/config/config.hpp"

#include <sys/resource.h>

#include "avahid/config/keys.hpp"
#include "matchers.hpp"

namespace avahid::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What Debian's avahi-daemon.conf sets.
constexpr std::string_view debian = R"(
[server]
use-ipv4=yes
use-ipv6=yes
ratelimit-interval-usec=1000000
ratelimit-burst=1000

[wide-area]
enable-wide-area=yes

[publish]
publish-hinfo=no
publish-workstation=no

[reflector]

[rlimits]
)";

/// Parses without any diagnostic.
Config good(std::string_view text) {
    const auto loaded = parse_config(text, "f");
    EXPECT_THAT(lines(loaded.diagnostics), IsEmpty());
    return loaded.config;
}
std::vector<std::string> problems(std::string_view text) {
    return lines(parse_config(text, "avahid.conf").diagnostics);
}

TEST(Config, EmptyFileMeansAllDefaults) {
    const Config config = good("");
    EXPECT_EQ(config, Config{});
    EXPECT_EQ(config.server.cache_memory_max, 33554432u);
    EXPECT_EQ(config.ipv4ll.policy, Ipv4llPolicy::fallback);
    EXPECT_EQ(config.ipv4ll.settle_time, 5s);
    EXPECT_EQ(config.control.negative_timeout, 1s);
}

TEST(Config, DebiansAvahiFileIsTakenWithNotesOnly) {
    EXPECT_THAT(problems(debian),
                ElementsAre("note avahid.conf:9: enable-wide-area=yes is not supported yet"));
    EXPECT_FALSE(has_errors(parse_config(debian, "f").diagnostics));
}

TEST(Config, ReadsEveryKindOfValue) {
    const Config config = good(R"(
[server]
host-name=kitchen
use-ipv6=no
allow-interfaces=eth0, wl*
deny-interfaces=eth1
allow-point-to-point=TRUE
cache-memory-max=8M
[publish]
trust=eth* wlan0
disable-user-service-publishing=yes
[rlimits]
rlimit-nofile=768
rlimit-core=0
rlimit-core=1
rlimit-as=
[ipv4ll]
policy=Always
off-interfaces=eth9
settle-time=500ms
release-after=20
default-route=no
on-link-route=on
probe-scale=0.25
[control]
negative-timeout=2s
clients-max-per-uid=7
objects-max-per-uid=8
)");
    EXPECT_EQ(config.server.host_name, "kitchen");
    EXPECT_FALSE(config.server.use_ipv6);
    EXPECT_TRUE(config.server.use_ipv4);
    EXPECT_THAT(config.server.allow_interfaces, ElementsAre("eth0", "wl*"));
    EXPECT_TRUE(config.server.allow_point_to_point);
    EXPECT_EQ(config.server.cache_memory_max, 8u << 20);
    EXPECT_THAT(config.publish.trust, ElementsAre("eth*", "wlan0"));
    EXPECT_TRUE(config.publish.disable_user_service_publishing);
    EXPECT_THAT(config.limits,
                ElementsAre(ResourceLimit{RLIMIT_NOFILE, 768}, ResourceLimit{RLIMIT_CORE, 1}));
    EXPECT_EQ(config.ipv4ll.policy, Ipv4llPolicy::always);
    EXPECT_THAT(config.ipv4ll.off_interfaces, ElementsAre("eth9"));
    EXPECT_EQ(config.ipv4ll.settle_time, 500ms);
    EXPECT_EQ(config.ipv4ll.release_after, 20s);
    EXPECT_FALSE(config.ipv4ll.default_route);
    EXPECT_TRUE(config.ipv4ll.on_link_route);
    EXPECT_EQ(config.ipv4ll.probe_scale, 0.25);
    EXPECT_EQ(config.control, (Control{2s, 7, 8}));
}

TEST(Config, UnknownKeysNameTheNearestKnownOne) {
    EXPECT_THAT(
        problems("[server]\nhostname=a\nuse-ipv5=yes\nqwertyuiop=1\n"
                 "publish-hinfo=no\n[servr]\nx=1\n[other things]\nuse-ipv4=no\n"),
        ElementsAre(
            "error avahid.conf:2: unknown key 'hostname' in [server]; did you mean 'host-name'?",
            "error avahid.conf:3: unknown key 'use-ipv5' in [server]; did you mean 'use-ipv4'?",
            "error avahid.conf:4: unknown key 'qwertyuiop' in [server]",
            "error avahid.conf:5: 'publish-hinfo' belongs in section [publish]",
            "error avahid.conf:6: unknown section [servr]; did you mean [server]?",
            "error avahid.conf:8: unknown section [other things]"));
}

struct BadValue {
    std::string_view section, assignment, problem;
};

class ConfigBadValue : public ::testing::TestWithParam<BadValue> {};

TEST_P(ConfigBadValue, IsToldAndTheDefaultStays) {
    const auto& [section, assignment, problem] = GetParam();
    const auto text = "# one\n[" + std::string(section) + "]\n" + std::string(assignment) + "\n";
    const auto loaded = parse_config(text, "f");
    EXPECT_THAT(lines(loaded.diagnostics), ElementsAre("error f:3: " + std::string(problem)));
    EXPECT_EQ(loaded.config, Config{});
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigBadValue,
    ::testing::Values(
        BadValue{"server", "use-ipv4=maybe", "use-ipv4: 'maybe' is neither yes nor no"},
        BadValue{"server", "use-ipv4=", "use-ipv4: '' is neither yes nor no"},
        BadValue{"server", "host-name=a.b",
                 "host-name: 'a.b' holds a dot; give the part before '.local' only"},
        BadValue{"server", "domain-name=a..b", "domain-name: 'a..b' is not a domain name"},
        BadValue{"server", "domain-name=", "domain-name: '' is not a domain name"},
        BadValue{"server", "browse-domains=example.org, .x",
                 "browse-domains: 'example.org, .x' holds '.x', which is not a domain name"},
        BadValue{"server", "clients-max=-1",
                 "clients-max: '-1' is not a number from 0 to 4294967295"},
        BadValue{"server", "clients-max=4294967296",
                 "clients-max: '4294967296' is not a number from 0 to 4294967295"},
        BadValue{"server", "cache-memory-max=1k", "cache-memory-max: '1k' is less than 64k"},
        BadValue{
            "server", "cache-memory-max=99999999999999G",
            "cache-memory-max: '99999999999999G' is not a size such as 33554432, 32768k or 32M"},
        BadValue{"server", "cache-memory-max=M",
                 "cache-memory-max: 'M' is not a size such as 33554432, 32768k or 32M"},
        BadValue{"server", "enable-dbus=perhaps",
                 "enable-dbus: 'perhaps' is none of yes, no and warn"},
        BadValue{"server", "allow-interfaces=eth0, much-too-long-a-name",
                 "allow-interfaces: 'eth0, much-too-long-a-name' names no interface: "
                 "'much-too-long-a-name'"},
        BadValue{"publish", "publish-dns-servers=192.0.2.1, x",
                 "publish-dns-servers: '192.0.2.1, x' holds 'x', which is no IP address"},
        BadValue{"rlimits", "rlimit-nofile=many", "rlimit-nofile: 'many' is not a whole number"},
        BadValue{"ipv4ll", "policy=on", "policy: 'on' is none of off, fallback and always"},
        BadValue{"ipv4ll", "settle-time=5 minutes",
                 "settle-time: '5 minutes' is not a time such as 5, 5s or 500ms"},
        BadValue{"ipv4ll", "settle-time=s",
                 "settle-time: 's' is not a time such as 5, 5s or 500ms"},
        BadValue{"ipv4ll", "settle-time=86401", "settle-time: '86401' is longer than a day"},
        BadValue{"ipv4ll", "probe-scale=0.09", "probe-scale: '0.09' is not between 0.1 and 10"},
        BadValue{"ipv4ll", "probe-scale=nan", "probe-scale: 'nan' is not between 0.1 and 10"},
        BadValue{"ipv4ll", "probe-scale=1,5", "probe-scale: '1,5' is not a number such as 0.5"},
        BadValue{"control", "negative-timeout=99ms",
                 "negative-timeout: '99ms' is not between 100ms and 60s"},
        BadValue{"control", "negative-timeout=61",
                 "negative-timeout: '61' is not between 100ms and 60s"}));

TEST(Config, HostNamesLongerThanALabelAreRefused) {
    EXPECT_EQ(good("[server]\nhost-name=" + std::string(63, 'a')).server.host_name.size(), 63u);
    EXPECT_THAT(problems("[server]\nhost-name=" + std::string(64, 'a')).size(), 1);
}

TEST(Config, ABadValueLeavesAnEarlierGoodOneAlone) {
    const auto loaded = parse_config("[ipv4ll]\npolicy=off\npolicy=maybe\n", "f");
    EXPECT_EQ(loaded.config.ipv4ll.policy, Ipv4llPolicy::off);
    const auto limits = parse_config("[rlimits]\nrlimit-core=5\nrlimit-core=x\n", "f");
    EXPECT_THAT(limits.config.limits, ElementsAre(ResourceLimit{RLIMIT_CORE, 5}));
}

TEST(Config, MissingFeaturesAreNotedOnlyWhenAskedFor) {
    EXPECT_THAT(problems("[server]\nenable-dbus=no\ndisallow-other-stacks=no\nclients-max=4096\n"
                         "[reflector]\nenable-reflector=no\nreflect-filters=\n"
                         "[wide-area]\nenable-wide-area=no\n[publish]\npublish-a-on-ipv6=yes\n"),
                IsEmpty());
    EXPECT_THAT(problems("[server]\nenable-dbus=warn\nclients-max=7\n"), IsEmpty());
    EXPECT_THAT(problems("[server]\ndisallow-other-stacks=yes\nhost-name-from-machine-id=yes\n"
                         "ratelimit-interval-usec=1000000\nbrowse-domains=example.org\n"
                         "[publish]\npublish-hinfo=yes\npublish-workstation=yes\n"),
                IsEmpty());
    EXPECT_THAT(problems("[server]\ncheck-response-ttl=yes\ndomain-name=example.org\n"
                         "[reflector]\nenable-reflector=yes\n[publish]\nadd-service-cookie=yes\n"),
                ElementsAre("note avahid.conf:2: check-response-ttl=yes is not supported yet",
                            "note avahid.conf:3: domain-name=example.org is not supported yet",
                            "note avahid.conf:5: enable-reflector=yes is not supported yet",
                            "note avahid.conf:7: add-service-cookie=yes is not supported yet"));
}

TEST(Config, DiagnosticsComeInTheOrderOfTheFile) {
    EXPECT_THAT(problems("[server]\nx=1\nrubbish\nuse-ipv4=z\n"),
                ElementsAre("error avahid.conf:2: unknown key 'x' in [server]",
                            "error avahid.conf:3: expected key=value, found 'rubbish'",
                            "error avahid.conf:4: use-ipv4: 'z' is neither yes nor no"));
}

TEST(Config, MissingFileIsAnErrorOnlyWhenItWasAskedFor) {
    const std::string path = "/nonexistent/avahid.conf";
    EXPECT_THAT(load_config(path, Missing::is_fine).diagnostics, IsEmpty());
    EXPECT_THAT(
        lines(load_config(path, Missing::is_an_error).diagnostics),
        ElementsAre("error /nonexistent/avahid.conf: cannot be read: No such file or directory"));
    EXPECT_THAT(lines(load_config("/", Missing::is_fine).diagnostics),
                ElementsAre("error /: cannot be read: Is a directory"));
    EXPECT_THAT(lines(load_config("/dev/zero", Missing::is_fine).diagnostics),
                ElementsAre("error /dev/zero: cannot be read: Invalid argument"));
}

TEST(Config, DenyWinsOverAllow) {
    const Config config = good("[server]\nallow-interfaces=eth*\ndeny-interfaces=eth1\n");
    EXPECT_TRUE(config.serves("eth0"));
    EXPECT_FALSE(config.serves("eth1"));
    EXPECT_FALSE(config.serves("wlan0"));
    EXPECT_TRUE(Config{}.serves("anything"));
}

TEST(Config, PublishesOnTrustedInterfacesOnly) {
    const Config config = good("[publish]\ntrust=eth*\n");
    EXPECT_TRUE(config.publishes_on("eth0"));
    EXPECT_FALSE(config.publishes_on("wlan0"));
    EXPECT_TRUE(Config{}.publishes_on("wlan0"));
    EXPECT_FALSE(good("[publish]\ndisable-publishing=yes\n").publishes_on("eth0"));
}

TEST(Config, Ipv4llPolicyOfAnInterface) {
    const Ipv4ll fallback;
    EXPECT_EQ(fallback.policy_of("eth0"), Ipv4llPolicy::fallback);
    for (const auto* denied : {"docker0", "br-1", "veth12", "virbr0", "vnet0", "cali1", "cni0",
                               "flannel.1", "tap0", "tun0", "wg0"})
        EXPECT_EQ(fallback.policy_of(denied), Ipv4llPolicy::off) << denied;
    EXPECT_EQ(fallback.policy_of("br0"), Ipv4llPolicy::fallback);

    const auto always = good("[ipv4ll]\npolicy=always\n").ipv4ll;
    EXPECT_EQ(always.policy_of("veth0"), Ipv4llPolicy::always);  // 'always' overrides

    const auto mixed = good(
                           "[ipv4ll]\npolicy=off\noff-interfaces=eth1\nalways-interfaces=eth*\n"
                           "fallback-interfaces=veth*\n")
                           .ipv4ll;
    EXPECT_EQ(mixed.policy_of("eth0"), Ipv4llPolicy::always);
    EXPECT_EQ(mixed.policy_of("eth1"), Ipv4llPolicy::off);
    EXPECT_EQ(mixed.policy_of("veth0"), Ipv4llPolicy::fallback);
    EXPECT_EQ(mixed.policy_of("wlan0"), Ipv4llPolicy::off);
}

TEST(Config, RandomValuesOfEveryKeyNeverDisturb) {
    std::mt19937 random{2};  // NOLINT(cert-msc32-c,cert-msc51-cpp)
    for (int i = 0; i < 200; ++i) {
        std::string text;
        for (const auto& key : known_keys()) {
            text += "[" + std::string(key.section) + "]\n" + std::string(key.name) + "=";
            text += random_text(random, "0123456789yesnokMGs.-,*[]?/e ") + "\n";
        }
        const auto loaded = parse_config(text, "f");
        ASSERT_LE(loaded.diagnostics.size(), 2 * (Diagnostics::most + 1));
    }
}

}  // namespace
}  // namespace avahid::config
