// What `avahictl doctor` makes of facts: a machine that is well, and one thing after another
// broken.
#include <gmock/gmock.h>

#include <functional>

#include "tools/avahictl/doctor/ask_dns.hpp"
#include "tools/avahictl/doctor/checks.hpp"
#include "tools/avahictl/doctor/nsswitch.hpp"

namespace avahictl::doctor {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Facts healthy() {
    Facts facts;
    facts.daemon.socket = "/run/avahid/control";
    facts.daemon.process = Process{"avahid", 42, 0};
    facts.daemon.config_file = "/etc/avahid/avahid.conf";
    facts.daemon.state_dir = "/var/lib/avahid";
    facts.daemon.user = "avahid";
    facts.daemon.status = json::parse(R"({
        "version":"0.1.0", "host_name":"alpha", "wanted_name":"alpha", "host_state":"established",
        "links":[{"interface":"eth0","mdns_ipv4":true,"mdns_ipv6":true,"note":"",
                  "addresses":["192.0.2.1/24"]},
                 {"interface":"wlan0","mdns_ipv4":false,"mdns_ipv6":false,"note":"no carrier",
                  "addresses":[]}],
        "ipv4ll":[{"interface":"eth0","state":"off","address":"","conflicts":0}]})");
    facts.simple.path = "/run/avahi-daemon/socket";
    facts.simple.process = facts.daemon.process;
    facts.nss.nsswitch = "passwd: files\nhosts: files avahid [NOTFOUND=return] dns\n";
    facts.interfaces = {{.name = "eth0",
                         .up = true,
                         .running = true,
                         .multicast = true,
                         .loopback = false,
                         .addresses = {"192.0.2.1"},
                         .multicast4_refused = "",
                         .multicast6_refused = ""}};
    facts.lookup = {.name = "alpha.local", .found = true, .timed_out = false};
    return facts;
}

/// "check: what -> mend" of all that is wrong.
std::vector<std::string> wrong_in(const Facts& facts) {
    std::vector<std::string> found;
    for (const Finding& one : diagnose(facts)) {
        if (one.state == State::wrong)
            found.push_back(one.check + ": " + one.what + " -> " + one.mend);
    }
    return found;
}

std::vector<std::string> broken(const std::function<void(Facts&)>& damage) {
    Facts facts = healthy();
    damage(facts);
    return wrong_in(facts);
}

json& link(Facts& facts) { return facts.daemon.status["links"][0]; }

TEST(DoctorChecks, FindNothingWrongWithAHealthyMachine) {
    EXPECT_THAT(wrong_in(healthy()), IsEmpty());
}

TEST(DoctorChecks, NameWhyTheDaemonCannotBeReached) {
    EXPECT_THAT(broken([](Facts& f) { f.daemon.reached = ClientErrc::no_socket; }),
                ElementsAre(HasSubstr("not running")));
    EXPECT_THAT(broken([](Facts& f) { f.daemon.reached = ClientErrc::no_daemon; }),
                ElementsAre(HasSubstr("systemctl start")));
    EXPECT_THAT(broken([](Facts& f) { f.daemon.reached = ClientErrc::timed_out; }),
                ElementsAre(HasSubstr("does not answer")));
    EXPECT_THAT(broken([](Facts& f) {
                    f.daemon.reached = ClientErrc::not_permitted;
                    f.daemon.socket_mode = "mode 600, of root";
                }),
                ElementsAre(testing::AllOf(HasSubstr("mode 600"), HasSubstr("chmod 666"))));
}

TEST(DoctorChecks, NameWhatIsWrongWithFilesAndSockets) {
    EXPECT_THAT(broken([](Facts& f) { f.daemon.config_problems = {"avahid.conf:3: what?"}; }),
                ElementsAre(HasSubstr("avahid.conf:3: what?")));
    EXPECT_THAT(
        broken([](Facts& f) { f.daemon.state_dir_writable = false; }),
        ElementsAre(testing::AllOf(HasSubstr("/var/lib/avahid"), HasSubstr("user avahid"))));
    EXPECT_THAT(broken([](Facts& f) { f.daemon.state_dir_exists = false; }),
                ElementsAre(HasSubstr("does not exist")));
    EXPECT_THAT(broken([](Facts& f) { f.simple.reached = ClientErrc::no_socket; }),
                ElementsAre(HasSubstr("--runtime-dir")));
    EXPECT_THAT(broken([](Facts& f) { f.simple.reached = ClientErrc::not_permitted; }),
                ElementsAre(HasSubstr("chmod 666 /run/avahi-daemon/socket")));
    EXPECT_THAT(broken([](Facts& f) {
                    f.simple.process = Process{"avahi-daemon", 43, 0};
                }),
                ElementsAre(HasSubstr("stop avahi-daemon")));
}

TEST(DoctorChecks, NameAConflict) {
    EXPECT_THAT(broken([](Facts& f) { f.daemon.status["host_name"] = "alpha-2"; }),
                ElementsAre(testing::AllOf(HasSubstr("alpha.local"), HasSubstr("alpha-2.local"))));
}

TEST(DoctorChecks, NameWhyALinkIsNotServed) {
    const auto with_note = [](const char* note) {
        return broken([note](Facts& f) {
            link(f)["mdns_ipv4"] = link(f)["mdns_ipv6"] = false;
            link(f)["note"] = note;
        });
    };
    EXPECT_THAT(with_note("no multicast"),
                testing::Contains(HasSubstr("ip link set eth0 multicast on")));
    EXPECT_THAT(with_note("no address"), testing::Contains(HasSubstr("avahictl ipv4ll eth0 on")));
    EXPECT_THAT(with_note("down"), testing::Contains(HasSubstr("ip link set eth0 up")));
    EXPECT_THAT(with_note("join the group: No buffer space available"),
                testing::Contains(HasSubstr("No buffer space")));
    EXPECT_THAT(
        broken([](Facts& f) { link(f)["note"] = "multicast not delivered: sent 12, heard 0"; }),
        ElementsAre(HasSubstr("multicast not delivered")));
}

TEST(DoctorChecks, NameWhatKeepsPacketsFromLeaving) {
    EXPECT_THAT(
        broken([](Facts& f) { f.interfaces[0].multicast6_refused = "Network is unreachable"; }),
        ElementsAre(testing::AllOf(HasSubstr("ff02::fb"),
                                   HasSubstr("ip -6 route add multicast ff00::/8 dev eth0"))));
    EXPECT_THAT(
        broken([](Facts& f) {
            f.firewall.blocked = {{Flow{true, false, "eth0", "192.0.2.1"}, "table x", "mend"}};
        }),
        ElementsAre("firewall: UDP port 5353 is dropped coming in on eth0 (IPv4): table x "
                    "-> mend"));
    EXPECT_THAT(broken([](Facts& f) {
                    f.port.exclusive = true;
                    f.port.others = {{"hog", 7, 0}};
                }),
                ElementsAre(HasSubstr("hog (pid 7)")));
    // Shared, it works.
    EXPECT_THAT(broken([](Facts& f) { f.port.others = {{"chromium", 7, 0}}; }), IsEmpty());
}

TEST(DoctorChecks, NameARouteThatTakesTheMetadataService) {
    const Route link_local{"eth0", 0xa9fe0000, 0xffff0000, 0};
    const Route out{"eth1", 0, 0, 0x0a000001};
    const Route own{"eth1", 0xa9fea9fe, 0xffffffff, 0x0a000001};
    EXPECT_THAT(broken([&](Facts& f) {
                    f.routes = {link_local, out};
                }),
                ElementsAre(testing::AllOf(HasSubstr("eth0"), HasSubstr("eth1"),
                                           HasSubstr("169.254.169.254"))));
    EXPECT_THAT(broken([&](Facts& f) { f.routes = {link_local}; }), IsEmpty());
    EXPECT_THAT(broken([&](Facts& f) { f.routes = {out}; }), IsEmpty());
    EXPECT_THAT(broken([&](Facts& f) { f.routes = {link_local, out, own}; }), IsEmpty());
}

TEST(DoctorChecks, NameAUnicastZone) {
    EXPECT_THAT(broken([](Facts& f) { f.dns.local_server = "10.0.0.1"; }),
                ElementsAre(HasSubstr("10.0.0.1")));
    EXPECT_THAT(broken([](Facts& f) { f.dns.local_search = {"corp.local"}; }),
                ElementsAre(HasSubstr("corp.local")));
}

TEST(DoctorChecks, NameAModuleThatIsMissing) {
    EXPECT_THAT(broken([](Facts& f) { f.nss.module_problem = "no such file"; }),
                ElementsAre(HasSubstr("no such file")));
    EXPECT_THAT(broken([](Facts& f) { f.nss.nsswitch.reset(); }),
                ElementsAre(HasSubstr("nsswitch")));
    EXPECT_THAT(broken([](Facts& f) { f.lookup.found = false; }),
                ElementsAre(HasSubstr("alpha.local")));
    // libnss-mdns speaks to us, too.
    EXPECT_THAT(broken([](Facts& f) {
                    f.nss.nsswitch = "hosts: files mdns4_minimal [NOTFOUND=return] dns";
                    f.nss.module_problem = "not there";
                    f.nss.libnss_mdns = true;
                }),
                IsEmpty());
}

// ---- nsswitch.conf ----

State judged(const char* line) { return judge_hosts(hosts_sources(line)).state; }

TEST(DoctorNsswitch, AcceptsWhatWorks) {
    for (const char* line :
         {"hosts: files avahid [NOTFOUND=return] dns",
          "hosts:files avahid[NOTFOUND=return]dns myhostname",
          "hosts:\tfiles mymachines avahid [ notfound=RETURN ] dns # comment",
          "hosts: files mdns4_minimal [NOTFOUND=return] dns mdns4", "hosts: avahid",
          "hosts: files avahid [!UNAVAIL=return] dns",
          "hosts: files avahid [NOTFOUND=return] resolve [!UNAVAIL=return] dns"}) {
        EXPECT_EQ(judged(line), State::ok) << line;
    }
}

TEST(DoctorNsswitch, RefusesWhatDoesNot) {
    for (const char* line :
         {"", "passwd: files", "hosts:", "# hosts: files avahid", "hosts: files dns",
          "hosts: files dns avahid", "hosts: files dns avahid [NOTFOUND=return]",
          "hosts: files dns [NOTFOUND=return] avahid", "hosts: files avahid dns",
          "hosts: files avahid [SUCCESS=return] dns",
          "hosts: files resolve [!UNAVAIL=return] avahid dns",
          "hosts: files [NOTFOUND=return] avahid"}) {
        EXPECT_EQ(judged(line), State::wrong) << line;
    }
}

// ---- DNS ----

TEST(DoctorDns, KnowsDomainsThatAreLocal) {
    for (const char* domain : {"local", "Local.", "corp.local", "corp.LOCAL."})
        EXPECT_TRUE(is_local_domain(domain)) << domain;
    for (const char* domain : {"", ".", "localdomain", "local.example", "nolocal", "ocal"})
        EXPECT_FALSE(is_local_domain(domain)) << domain;
}

}  // namespace
}  // namespace avahictl::doctor
