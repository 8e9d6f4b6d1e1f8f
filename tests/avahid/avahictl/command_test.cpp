// The program itself against a daemon that follows a script: what it calls, prints and returns.
#include <gmock/gmock.h>

#include "tests/avahid/avahictl/support/fake_daemon.hpp"

namespace avahictl {
namespace {

using namespace test;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Answer = FakeDaemon::Answer;

FakeDaemon::Script always(std::string bytes, bool hang_up = false) {
    return [answer = Answer{std::move(bytes), hang_up}](const json&) { return answer; };
}

Finished run(const FakeDaemon& daemon, std::vector<std::string> arguments,
             const std::string& interrupt_at = "") {
    arguments.insert(arguments.begin(), {"--socket", daemon.path()});
    return run_avahictl(arguments, interrupt_at);
}

json found_service(const char* family, const std::string& instance = "beta web",
                   bool local = false) {
    return {{"interface", "eth0"},  {"ifindex", 2},
            {"family", family},     {"name", instance + "._http._tcp.local"},
            {"instance", instance}, {"type", "_http._tcp"},
            {"domain", "local"},    {"local", local}};
}
json resolved_service(const char* family, const std::string& address) {
    json service = found_service(family);
    service["host"] = "beta.local";
    service["port"] = 80;
    service["priority"] = 0;
    service["weight"] = 0;
    service["addresses"] = {"169.254.7.9", address};
    service["txt"] = json::parse(R"([{"key":"path","value":"/"}])");
    return service;
}
json event(const char* what, const json& service) {
    return {{"event", what}, {"service", service}};
}
const json all_for_now{{"event", "all_for_now"}};
const json cache_exhausted{{"event", "cache_exhausted"}};

// ---- no daemon ----

TEST(Avahictl, SaysThreeWhenThereIsNoDaemon) {
    const auto missing = run_avahictl({"--socket", "/nonexistent/control", "status"});
    EXPECT_EQ(missing.status, 3);
    EXPECT_EQ(missing.out, "");
    EXPECT_EQ(missing.err,
              "avahictl: /nonexistent/control: avahid is not running (there is no such socket)\n");
    EXPECT_EQ(run_avahictl({"--socket", std::string(200, 'x'), "status"}).status, 3);
}

TEST(Avahictl, SaysThreeWhenTheDaemonGoesAway) {
    const FakeDaemon mute(always("", true));
    for (const std::vector<std::string>& verb : {std::vector<std::string>{"status"},
                                                 {"browse", "_http._tcp"},
                                                 {"browse", "--all"},
                                                 {"query", "x.local"},
                                                 {"publish", "x", "_http._tcp", "1"},
                                                 {"cache"}}) {
        const auto finished = run(mute, verb);
        EXPECT_EQ(finished.status, 3) << testing::PrintToString(verb);
        EXPECT_THAT(finished.err, HasSubstr("closed the connection"));
    }
    const FakeDaemon broken(always(std::string("no json\0", 8)));
    EXPECT_EQ(run(broken, {"status"}).status, 3);
    EXPECT_EQ(run(broken, {"browse", "_http._tcp"}).status, 3);
}

TEST(Avahictl, ShowsWhatItHasWhenTheDaemonGoesAway) {
    const FakeDaemon daemon(always(events({event("found", found_service("ipv4"))}), true));
    const auto finished = run(daemon, {"browse", "-t", "_http._tcp"});
    EXPECT_EQ(finished.status, 3);
    EXPECT_THAT(finished.out, HasSubstr("beta web"));
}

// ---- output ----

/// What it tells of it, and its status in a last line.
std::string run_with_output(const std::string& file) {
    const std::string line = AVAHICTL_PROGRAM " --version 2>&1 >" + file + "; echo $?";
    std::FILE* shell = ::popen(line.c_str(), "r");
    std::string text;
    for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) text += static_cast<char>(c);
    ::pclose(shell);
    return text;
}

TEST(Avahictl, SaysOneWhenItsOutputCannotBeWritten) {
    EXPECT_EQ(run_with_output("/dev/full"),
              "avahictl: cannot write the output: No space left on device\n1\n");
}

// ---- errors ----

TEST(Avahictl, ExplainsErrors) {
    const auto outcome = [](const std::string& name, const json& parameters) {
        const FakeDaemon daemon(always(error(name, parameters)));
        const auto finished = run(daemon, {"resolve", "beta.local"});
        return std::pair(finished.status, finished.err);
    };
    EXPECT_EQ(outcome("org.avahid.Daemon.BadName", {{"message", "bad \x1b name"}}),
              std::pair(2, std::string("avahictl: bad \\027 name\n")));
    EXPECT_EQ(outcome("org.avahid.Daemon.NotFound", {{"reason", "no_such_name"}}),
              std::pair(1, std::string("avahictl: not found\n")));
    EXPECT_EQ(outcome("org.varlink.service.InvalidParameter", {{"parameter", "family"}}).first, 2);
    EXPECT_EQ(outcome("org.varlink.service.PermissionDenied", json::object()).first, 1);
    EXPECT_EQ(outcome("org.varlink.service.MethodNotFound", json::object()).first, 1);
    EXPECT_THAT(outcome("com.example.Odd", json::object()).second, HasSubstr("com.example.Odd"));
}

// ---- browse ----

TEST(Avahictl, BrowsesUntilAllIsTold) {
    const FakeDaemon daemon(always(events({
        event("found", found_service("ipv6", "zeta")),
        event("found", found_service("ipv4")),
        event("found", found_service("ipv6")),
        cache_exhausted,
        all_for_now,
        event("found", found_service("ipv4", "too late")),
    })));
    const auto finished = run(daemon, {"browse", "-t", "_http._tcp", "-i", "eth0", "-4"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.out, StartsWith("+ eth0  IPv4 IPv6  beta web  _http._tcp  local\n"
                                         "+ eth0  IPv6       zeta      _http._tcp  local\n"));
    ASSERT_THAT(daemon.calls(), SizeIs(1));
    EXPECT_EQ(daemon.calls()[0], json::parse(R"({"method":"org.avahid.Daemon.Browse","more":true,
        "parameters":{"type":"_http._tcp","interface":"eth0","family":"ipv4"}})"));
}

TEST(Avahictl, SaysOneWhenNothingIsFound) {
    const FakeDaemon daemon(always(events({cache_exhausted, all_for_now})));
    for (const char* mode : {"-t", "-c"}) {
        const auto finished = run(daemon, {"browse", mode, "_http._tcp"});
        EXPECT_EQ(finished.status, 1);
        EXPECT_EQ(finished.out, "");
    }
}

TEST(Avahictl, EndsWithTheCacheWhenAsked) {
    const FakeDaemon daemon(
        always(events({event("found", found_service("ipv4")), cache_exhausted})));
    EXPECT_EQ(run(daemon, {"browse", "-c", "_http._tcp"}).status, 0);
}

TEST(Avahictl, ShowsResolvedServices) {
    const FakeDaemon daemon(always(events({
        event("found", found_service("ipv4")),
        event("found", found_service("ipv6")),
        event("resolved", resolved_service("ipv4", "fd00::9")),
        event("resolved", resolved_service("ipv6", "fe80::9%eth0")),
        all_for_now,
    })));
    EXPECT_EQ(run(daemon, {"browse", "-rt", "_http._tcp"}).out,
              "+ eth0  IPv4 IPv6  beta web  _http._tcp  local\n"
              "    host  beta.local  port 80\n"
              "    addr  169.254.7.9  fd00::9  fe80::9%eth0\n"
              "    txt   path=/\n");
    EXPECT_EQ(daemon.calls()[0]["parameters"]["resolve"], true);
    EXPECT_EQ(run(daemon, {"browse", "-rtp", "_http._tcp"}).out,
              "+;eth0;IPv4;beta\\032web;_http._tcp;local\n"
              "+;eth0;IPv6;beta\\032web;_http._tcp;local\n"
              "=;eth0;IPv4;beta\\032web;_http._tcp;local;beta.local;169.254.7.9;80;\"path=/\"\n"
              "=;eth0;IPv6;beta\\032web;_http._tcp;local;beta.local;fe80::9;80;\"path=/\"\n");
}

/// As avahi-browse, which asks once for each service.
TEST(Avahictl, PrintsOneParsableResolutionOfEach) {
    const FakeDaemon daemon(always(events({
        event("found", found_service("ipv4")),
        event("resolved", resolved_service("ipv4", "10.0.0.1")),
        event("resolved", resolved_service("ipv4", "10.0.0.2")),
        event("lost", found_service("ipv4")),
        event("found", found_service("ipv4")),
        event("resolved", resolved_service("ipv4", "10.0.0.3")),
        all_for_now,
    })));
    const std::string out = run(daemon, {"browse", "-rtpk", "_http._tcp"}).out;
    std::string marks;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) marks += line.front();
    EXPECT_EQ(marks, "+=-+=");
}

TEST(Avahictl, WritesOneJsonObjectALine) {
    const FakeDaemon daemon(always(events({
        event("found", found_service("ipv4")),
        event("resolved", resolved_service("ipv4", "fe80::9%eth0")),
        event("lost", found_service("ipv4")),
        all_for_now,
    })));
    const auto finished = run(daemon, {"browse", "-rt", "--json", "_http._tcp"});
    std::istringstream lines(finished.out);
    std::vector<json> objects;
    for (std::string line; std::getline(lines, line);) objects.push_back(json::parse(line));
    ASSERT_THAT(objects, SizeIs(3));
    json expected = found_service("ipv4");
    expected["event"] = "found";
    EXPECT_EQ(objects[0], expected);
    EXPECT_EQ(objects[1]["port"], 80);
    EXPECT_EQ(objects[2]["event"], "lost");
}

TEST(Avahictl, BrowsesAllTypes) {
    const FakeDaemon daemon([](const json& call) -> Answer {
        const auto type = [](const char* name, const char* family) {
            return json{
                {"event", "found"},
                {"service_type", {{"type", name}, {"domain", "local"}, {"family", family}}}};
        };
        if (call["method"] == "org.avahid.Daemon.BrowseTypes") {
            return {events({type("_http._tcp", "ipv4"), type("_http._tcp", "ipv6"),
                            type("_odd._tcp", "ipv4"), all_for_now})};
        }
        if (call["parameters"]["type"] == "_odd._tcp") {
            return {error("org.avahid.Daemon.BadType", {{"message", "odd type"}})};
        }
        return {events({event("found", found_service("ipv4")), all_for_now})};
    });
    const auto finished = run(daemon, {"browse", "-at"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.out, "+ eth0  IPv4  beta web  _http._tcp  local\n");
    EXPECT_EQ(finished.err, "avahictl: odd type\n");  // and the rest went on
    EXPECT_THAT(daemon.calls(), SizeIs(3));           // each type once
}

TEST(Avahictl, LeavesOutLocalServicesAlsoWhenTheyGo) {
    json gone = found_service("ipv4", "mine");  // "local" cannot be told any more
    const FakeDaemon daemon(
        always(events({event("found", found_service("ipv4", "mine", true)),
                       event("found", found_service("ipv4")), event("lost", gone), all_for_now})));
    const auto finished = run(daemon, {"browse", "-tlp", "_http._tcp"});
    EXPECT_EQ(finished.out, "+;eth0;IPv4;beta\\032web;_http._tcp;local\n");
}

TEST(Avahictl, NeverPrintsHostileBytes) {  // RFC6763-§15-01
    json service = resolved_service("ipv4", "10.0.0.1\x1b]0;x\x07");
    service["instance"] = "evil\x1b[31m";
    service["name"] = "evil\\027[31m\xe2\x80\xae._http._tcp.local";
    service["host"] = "h\x1b.local";
    service["interface"] = "e\x1b";
    service["txt"] = json::parse(R"([{"key":"k\u001b","value_base64":"G1szMW3/"}])");
    const FakeDaemon daemon(
        always(events({event("found", service), event("resolved", service), all_for_now})));
    for (const char* mode : {"-rt", "-rtp", "-rt --json"}) {
        std::vector<std::string> arguments = {"browse", "_http._tcp", "-rt"};
        if (std::string(mode) == "-rtp") arguments.emplace_back("-p");
        if (std::string(mode) == "-rt --json") arguments.emplace_back("--json");
        const auto finished = run(daemon, arguments);
        EXPECT_THAT(finished.out, AllOf(HasSubstr("evil"), Not(HasSubstr("\x1b")),
                                        Not(HasSubstr("\xe2\x80\xae"))))
            << mode;
    }
}

TEST(Avahictl, IsLiveUntilInterrupted) {
    const FakeDaemon daemon(always(events({event("found", found_service("ipv4")), all_for_now})));
    const auto finished = run(daemon, {"browse", "_http._tcp"}, "beta web");
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.err, "");
    EXPECT_THAT(finished.out, StartsWith("+ eth0"));
}

TEST(Avahictl, EndsAtItsTimeout) {
    const auto alive = [](const json& call) -> Answer {
        return {call["method"] == "org.varlink.service.GetInfo" ? reply(json::object()) : ""};
    };
    const FakeDaemon quiet(alive);         // has nothing to tell
    const FakeDaemon hanging(always(""));  // stopped, or busy with something else
    for (const std::vector<std::string>& verb : {std::vector<std::string>{"browse", "_http._tcp"},
                                                 {"browse", "--all"},
                                                 {"query", "x.local"},
                                                 {"resolve", "x.local"},
                                                 {"publish", "x", "_http._tcp", "1"},
                                                 {"status"}}) {
        auto limited = verb;
        limited.insert(limited.end(), {"--timeout", "0.05"});
        EXPECT_EQ(run(quiet, limited).status, 1) << testing::PrintToString(verb);
        const auto finished = run(hanging, limited);
        EXPECT_EQ(finished.status, 3) << testing::PrintToString(verb);
        EXPECT_THAT(finished.err, HasSubstr("does not answer"));
    }
    const FakeDaemon daemon(always(events({event("found", found_service("ipv4"))})));
    const auto finished = run(daemon, {"browse", "_http._tcp", "--timeout", "0.4"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.out, HasSubstr("beta web"));
}

// ---- resolve, query ----

TEST(Avahictl, ResolvesNames) {
    const json addresses = json::parse(R"({"name":"beta.local","addresses":[
        {"interface":"eth0","ifindex":2,"family":"ipv4","address":"169.254.7.9","ttl":120},
        {"interface":"eth0","ifindex":2,"family":"ipv6","address":"fe80::1%eth0","ttl":120}]})");
    const FakeDaemon daemon(always(reply(addresses)));
    const auto finished = run(daemon, {"resolve", "beta", "-4", "-i", "eth0"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.out,
              "beta.local  169.254.7.9   eth0\n"
              "beta.local  fe80::1%eth0  eth0\n");
    EXPECT_EQ(daemon.calls()[0]["parameters"],
              json({{"name", "beta.local"}, {"family", "ipv4"}, {"interface", "eth0"}}));
    EXPECT_EQ(run(daemon, {"resolve", "-p", "beta.local"}).out, "beta.local\t169.254.7.9\n");
}

TEST(Avahictl, ResolvesAddresses) {
    const FakeDaemon daemon(always(reply({{"name", "beta.local"},
                                          {"address", "169.254.7.9"},
                                          {"interface", "eth0"},
                                          {"ifindex", 2}})));
    EXPECT_EQ(run(daemon, {"resolve", "169.254.7.9"}).out, "169.254.7.9  beta.local\n");
    EXPECT_EQ(daemon.calls()[0]["method"], "org.avahid.Daemon.ResolveAddress");
}

TEST(Avahictl, ResolvesServices) {
    const FakeDaemon daemon(always(
        reply({{"event", "resolved"}, {"service", resolved_service("ipv4", "fe80::9%eth0")}})));
    EXPECT_EQ(run(daemon, {"resolve", "-s", "beta web", "_http._tcp"}).out,
              "beta web._http._tcp.local\n"
              "    host  beta.local  port 80\n"
              "    addr  169.254.7.9  fe80::9%eth0\n"
              "    txt   path=/\n");
    EXPECT_EQ(daemon.calls()[0]["parameters"],
              json({{"instance", "beta web"}, {"type", "_http._tcp"}}));
    run(daemon, {"resolve", "-s", "odd\\255.", "_http._tcp"});
    EXPECT_EQ(daemon.calls()[1]["parameters"], json({{"name", "odd\\255\\.._http._tcp.local"}}));
}

TEST(Avahictl, QueriesRecords) {
    const json record{{"interface", "eth0"},
                      {"ifindex", 2},
                      {"family", "ipv4"},
                      {"name", "beta.local"},
                      {"type", "A"},
                      {"class", 1},
                      {"ttl", 120},
                      {"rdata", "169.254.7.9"},
                      {"rdata_base64", "qf4HCQ=="}};
    const FakeDaemon daemon(
        always(events({{{"event", "added"}, {"local", false}, {"record", record}}, all_for_now})));
    const auto finished = run(daemon, {"query", "-t", "beta.local", "--type", "A"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.out, "+ eth0    IPv4  beta.local        120   A     169.254.7.9\n");
    EXPECT_EQ(json::parse(run(daemon, {"query", "-t", "--json", "beta.local"}).out)["rdata"],
              "169.254.7.9");
}

// ---- publish ----

TEST(Avahictl, PublishesUntilInterrupted) {
    const FakeDaemon daemon(
        always(events({{{"event", "renamed"},
                        {"instance", "web #2"},
                        {"rival", {{"address", "169.254.1.1"}, {"interface", "eth0"}}}},
                       {{"event", "established"}, {"instance", "web #2"}}})));
    const auto finished = run(daemon,
                              {"publish", "web", "_http._tcp", "80", "path=/", "bool", "bin=\xff",
                               "--subtype", "_printer", "--host", "other.local"},
                              "established");
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.out,
              "renamed: web #2 (169.254.1.1 on eth0 has that name)\n"
              "established: web #2\n");
    EXPECT_EQ(daemon.calls()[0]["parameters"], json::parse(R"({
        "instance":"web", "type":"_http._tcp", "port":80, "host":"other.local",
        "subtypes":["_printer"],
        "txt":[{"key":"path","value":"/"},{"key":"bool"},{"key":"bin","value_base64":"/w=="}]})"));
}

TEST(Avahictl, TellsWhenTheNameIsLost) {
    const FakeDaemon daemon(always(reply({{"event", "collision"}, {"instance", "web"}})));
    const auto finished = run(daemon, {"publish", "web", "_http._tcp", "80"});
    EXPECT_EQ(finished.status, 1);
    EXPECT_THAT(finished.out, StartsWith("collision: web"));
}

TEST(Avahictl, PublishesAddresses) {
    const FakeDaemon daemon(
        always(events({{{"event", "established"}, {"instance", "printer.local"}}})));
    run(daemon, {"publish", "--address", "printer.local", "10.0.0.9"}, "established");
    EXPECT_EQ(daemon.calls()[0]["parameters"],
              json({{"name", "printer.local"}, {"address", "10.0.0.9"}, {"reverse", true}}));
}

// ---- monitor ----

json packet(const char* direction) {
    return {{"time", 0.25},
            {"interface", "eth0"},
            {"ifindex", 2},
            {"family", "ipv4"},
            {"direction", direction},
            {"group", true},
            {"address", "224.0.0.251"},
            {"port", 5353},
            {"size", 40},
            {"why", {"probe"}},
            {"message", {{"response", false}}}};
}

TEST(Avahictl, MonitorsPackets) {
    const FakeDaemon daemon(always(events({{{"event", "started"}},
                                           {{"event", "packet"}, {"packet", packet("out")}},
                                           {{"event", "lost"}, {"lost", 7}}}) +
                                   error("org.avahid.Daemon.Failed", {{"message", "end"}})));
    const auto finished = run(daemon, {"monitor", "-i", "eth0", "-4"});
    EXPECT_THAT(finished.out, HasSubstr("eth0 IPv4 out to all: probe\n"));
    EXPECT_THAT(finished.err, HasSubstr("7 packets were not shown"));
    EXPECT_EQ(daemon.calls()[0], json::parse(R"({"method":"org.avahid.Daemon.Monitor","more":true,
        "parameters":{"interface":"eth0","family":"ipv4"}})"));
    const auto lines = run(daemon, {"monitor", "--json"});
    EXPECT_THAT(lines.out, AllOf(HasSubstr(R"("event":"packet")"), HasSubstr(R"("why":["probe"])"),
                                 HasSubstr(R"({"event":"lost","lost":7})")));
}

TEST(Avahictl, SaysThreeWhenTheDoctorFindsNoDaemon) {
    const auto finished = run_avahictl({"--socket", "/nonexistent/control", "doctor"});
    EXPECT_EQ(finished.status, 3);
    EXPECT_THAT(finished.out,
                HasSubstr("wrong    daemon: /nonexistent/control: avahid is not running"));
}

// ---- the machine ----

TEST(Avahictl, ShowsAndSetsTheHostName) {
    const FakeDaemon daemon([](const json& call) -> Answer {
        if (call["method"] == "org.avahid.Daemon.SetHostName") return {reply(json::object())};
        return {reply({{"name", "gamma"}, {"wanted", "gamma"}, {"state", "registering"}})};
    });
    EXPECT_EQ(run(daemon, {"hostname"}).out, "gamma\n");
    EXPECT_EQ(run(daemon, {"hostname", "gamma"}).out, "gamma\n");
    EXPECT_EQ(daemon.calls()[1]["parameters"], json({{"name", "gamma"}}));
    EXPECT_EQ(run(daemon, {"hostname", ""}).status, 2);
}

TEST(Avahictl, ShowsTheStatus) {
    const FakeDaemon daemon(always(reply(json::parse(R"({
        "version":"0.1.0", "host_name":"alpha-2", "wanted_name":"alpha",
        "host_state":"established", "uptime":185.0, "clients":1, "publications":2,
        "links":[{"interface":"eth0","ifindex":2,"mac":"02:00:00:00:00:01","mdns_ipv4":true,
                  "mdns_ipv6":true,"note":"","packets_in":3,"packets_out":4,"cached_records":5,
                  "addresses":["169.254.7.9/16","fe80::1/64"]},
                 {"interface":"wg0","ifindex":3,"mac":"","mdns_ipv4":false,"mdns_ipv6":false,
                  "note":"not multicast","packets_in":0,"packets_out":0,"cached_records":0,
                  "addresses":[]}],
        "ipv4ll":[{"interface":"eth0","ifindex":2,"policy":"always","state":"bound",
                   "address":"169.254.7.9","since":12.0,"conflicts":1,"probe_scale":0.5}],
        "counters":{"packets_in":3,"packets_out":4,"malformed":0}})"))));
    EXPECT_EQ(
        run(daemon, {"status"}).out,
        "alpha-2.local, not alpha  established, up 3 min, avahid 0.1.0\n"
        "\n"
        "LINK  MAC                MDNS       IN  OUT  CACHED  ADDRESSES                  NOTE\n"
        "eth0  02:00:00:00:00:01  IPv4 IPv6  3   4    5       169.254.7.9/16 fe80::1/64\n"
        "wg0                      no         0   0    0       -                          "
        "not multicast\n"
        "\n"
        "IPV4LL  POLICY  STATE  ADDRESS      SINCE  CONFLICTS  NEXT STEP\n"
        "eth0    always  bound  169.254.7.9  12 s   1\n"
        "\n"
        "clients 1  publications 2  packets in 3  packets out 4\n"
        "note: eth0 probes at 0.5 of the standard's times\n");
    EXPECT_EQ(json::parse(run(daemon, {"status", "--json"}).out)["host_name"], "alpha-2");
}

TEST(Avahictl, PrintsMetricsForPrometheus) {
    const FakeDaemon daemon(always(reply(json::parse(R"({
        "version":"0.1.0", "host_name":"a\"b", "host_state":"established", "uptime":1.5,
        "clients":1, "publications":2,
        "links":[{"interface":"eth0","mdns_ipv4":true,"mdns_ipv6":false,"packets_in":3,
                  "packets_out":4,"cached_records":5}],
        "ipv4ll":[{"interface":"eth0","state":"bound","address":"169.254.7.9","conflicts":1}],
        "counters":{"packets_in":30,"packets_out":40,"malformed":7,"bad_port":8,
                    "bad_records":9}})"))));
    const std::string text = run(daemon, {"metrics"}).out;
    for (const char* line :
         {"# TYPE avahid_dropped_packets_total counter\n",
          "\navahid_dropped_packets_total{reason=\"malformed\"} 7\n",
          "\navahid_dropped_packets_total{reason=\"bad_port\"} 8\n",
          "\navahid_dropped_packets_total{reason=\"oversized\"} 0\n",
          "\navahid_bad_records_total 9\n", "\navahid_uptime_seconds 1.5\n",
          "\navahid_info{version=\"0.1.0\",host_name=\"a\\\"b\",host_state=\"established\"} 1\n",
          "\navahid_link_served{interface=\"eth0\",family=\"ipv6\"} 0\n",
          "\navahid_link_packets_total{interface=\"eth0\",direction=\"out\"} 4\n",
          "\navahid_ipv4ll_conflicts_total{interface=\"eth0\"} 1\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_EQ(json::parse(run(daemon, {"metrics", "--json"}).out)["malformed"], 7);
}

TEST(Avahictl, SurvivesAStrangeDaemon) {
    for (const char* parameters : {"{}", R"({"links":7,"ipv4ll":[7,null,[]],"uptime":"x"})",
                                   R"({"links":[{"addresses":[7]}],"counters":[]})"}) {
        const FakeDaemon daemon(always(reply(json::parse(parameters))));
        EXPECT_EQ(run(daemon, {"status"}).status, 0) << parameters;
        EXPECT_EQ(run(daemon, {"metrics"}).status, 0) << parameters;
        EXPECT_EQ(run(daemon, {"ipv4ll"}).err, "") << parameters;
        EXPECT_EQ(run(daemon, {"resolve", "x.local"}).status, 1) << parameters;
        EXPECT_EQ(run(daemon, {"resolve", "-s", "x", "_http._tcp"}).status, 0) << parameters;
    }
}

TEST(Avahictl, ShowsAndChangesLinkLocalAddresses) {
    const FakeDaemon daemon([](const json& call) -> Answer {
        if (call["method"] == "org.avahid.Daemon.SetIpv4ll") return {reply(json::object())};
        return {reply(json::parse(R"({"interfaces":[{"interface":"eth0","policy":"fallback",
            "state":"probing","address":"","since":0.4,"conflicts":0,"next":1.2}]})"))};
    });
    EXPECT_EQ(run(daemon, {"ipv4ll", "eth0"}).out,
              "IPV4LL  POLICY    STATE    ADDRESS  SINCE  CONFLICTS  NEXT STEP\n"
              "eth0    fallback  probing  -        0.4 s  0          in 1.2 s\n");
    EXPECT_EQ(run(daemon, {"ipv4ll", "eth0", "renew"}).status, 0);
    EXPECT_EQ(daemon.calls()[1]["parameters"], json({{"interface", "eth0"}, {"action", "renew"}}));
}

TEST(Avahictl, ShowsAndFlushesTheCache) {
    const json record{{"interface", "eth0"}, {"family", "ipv6"}, {"name", "beta.local"},
                      {"type", "A"},         {"ttl", 99},        {"rdata", "169.254.7.9"}};
    const FakeDaemon daemon([&](const json& call) -> Answer {
        if (call["method"] == "org.avahid.Daemon.CacheFlush") return {reply(json::object())};
        return {events({{{"records", {record}}}}) + reply({{"records", {record}}})};
    });
    EXPECT_EQ(run(daemon, {"cache"}).out,
              "LINK        NAME        TTL  TYPE  DATA\n"
              "eth0  IPv6  beta.local  99   A     169.254.7.9\n"
              "eth0  IPv6  beta.local  99   A     169.254.7.9\n");
    EXPECT_EQ(run(daemon, {"cache", "flush"}).status, 0);
    const FakeDaemon empty(always(reply({{"records", json::array()}})));
    EXPECT_EQ(run(empty, {"cache"}).status, 1);
}

TEST(Avahictl, Reloads) {
    const FakeDaemon daemon(always(reply(json::object())));
    EXPECT_EQ(run(daemon, {"reload"}).status, 0);
    EXPECT_EQ(daemon.calls()[0]["method"], "org.avahid.Daemon.Reload");
}

}  // namespace
}  // namespace avahictl
