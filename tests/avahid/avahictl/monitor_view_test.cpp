#include "tools/avahictl/monitor_view.hpp"

#include <gmock/gmock.h>

namespace avahictl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json packet() {
    return json::parse(R"({"time":3600.5, "interface":"eth0", "ifindex":2, "family":"ipv6",
        "direction":"in", "group":true, "address":"fe80::9%eth0", "port":5353, "size":99,
        "message":{"id":0,"response":false,"truncated":false,
            "questions":[{"name":"beta.local","type":"ANY","class":1,"unicast_response":true}],
            "answers":[], "additionals":[],
            "authorities":[{"name":"beta.local","type":"A","class":1,"ttl":120,
                            "cache_flush":false,"rdata":"192.0.2.9"}]}})");
}

/// Without the time, which is local.
std::string text(const json& value) { return packet_text(value, false).substr(13); }

TEST(AvahictlMonitorView, ShowsWhatOthersSend) {
    EXPECT_EQ(text(packet()),
              "eth0 IPv6 in  from fe80::9%eth0: probe\n"
              "    ?      beta.local ANY QU\n"
              "    claim  beta.local 120 A 192.0.2.9\n");
    json one = packet();
    one["message"]["authorities"].clear();
    EXPECT_THAT(text(one), HasSubstr(": query\n"));
    one["port"] = 40000;
    EXPECT_THAT(text(one), HasSubstr("from fe80::9%eth0 port 40000: legacy query\n"));
    one["message"]["response"] = true;
    one["message"]["answers"] = packet()["message"]["authorities"];
    EXPECT_THAT(text(one), HasSubstr(": response\n"));
    one["message"]["answers"][0]["ttl"] = 0;
    EXPECT_THAT(text(one), HasSubstr(": goodbye\n"));
    one.erase("message");
    one["dropped"] = "malformed";
    EXPECT_THAT(text(one), HasSubstr(": no DNS message, dropped: malformed\n"));
}

TEST(AvahictlMonitorView, ShowsWhyWeSend) {
    json one = packet();
    one["direction"] = "out";
    one["why"] = {"announcement", "legacy_answer"};
    one["asker"] = "fe80::7%eth0";
    one["more_askers"] = true;
    EXPECT_THAT(text(one),
                testing::StartsWith("eth0 IPv6 out to all: announcement, legacy answer to "
                                    "fe80::7%eth0 and others\n"));
    one["group"] = false;
    EXPECT_THAT(text(one), HasSubstr("out to fe80::9%eth0: "));
}

TEST(AvahictlMonitorView, NeverPrintsHostileBytes) {  // RFC6763-§15-01
    json one = packet();
    one["interface"] = one["address"] = one["dropped"] = "x\x1b[31m";
    one["message"]["questions"][0]["name"] = one["message"]["questions"][0]["type"] = "x\x1b[31m";
    one["message"]["authorities"][0]["rdata"] = "x\n\x1b[31m";
    EXPECT_THAT(text(one), Not(HasSubstr("\x1b")));
}

TEST(AvahictlMonitorView, SurvivesAnyJson) {
    for (const char* value : {"{}", R"({"time":1e300,"why":[1],"message":{"answers":[1]}})"})
        packet_text(json::parse(value), true);
}

}  // namespace
}  // namespace avahictl
