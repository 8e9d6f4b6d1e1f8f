#include "avahid/varlink/unmarshal.hpp"

#include <gmock/gmock.h>

#include "tests/avahid/varlink/support/fake_machine.hpp"

namespace avahid::varlink {
namespace {

using nlohmann::json;
using testing::ElementsAre;

/// What is answered when a call of Publish has these parameters.
std::string problem_of(const json& parameters) {
    const test::FakeMachine machine;
    Parameters reader(parameters);
    read_service(reader, machine);
    const auto failure = reader.problem();
    if (!failure) return "";
    const auto named = failure->parameters.find("parameter");
    return named == failure->parameters.end() ? failure->error : named->get<std::string>();
}

json with(const char* name, const json& value) {
    json parameters{{"instance", "Web"}, {"type", "_http._tcp"}, {"port", 80}};
    parameters[name] = value;
    return parameters;
}

TEST(VarlinkUnmarshal, ReadsAWholeService) {
    const test::FakeMachine machine;
    const json parameters = json::parse(R"({
        "instance": "Web", "type": "_http._tcp", "port": 8080, "domain": "local",
        "host": "other.local", "priority": 1, "weight": 2, "subtypes": ["_printer"],
        "txt": [{"key":"path","value":"/"}, {"key":"bool"}, {"key":"bin","value_base64":"/wE="},
                {"key":"","key_base64":"/g=="}, {"key":"e","value":""}],
        "interface": "eth1", "family": "ipv6", "rename": false})");
    Parameters reader(parameters);
    const auto service = read_service(reader, machine);
    ASSERT_FALSE(reader.problem());
    EXPECT_EQ(service.name, (dnssd::ServiceName{"Web", "_http._tcp", "local"}));
    EXPECT_EQ(service.port, 8080);
    EXPECT_EQ(service.host->to_text(), "other.local");
    EXPECT_EQ(service.priority, 1);
    EXPECT_EQ(service.weight, 2);
    EXPECT_THAT(service.subtypes, ElementsAre("_printer"));
    EXPECT_THAT(service.txt, ElementsAre("path=/", "bool", "bin=\xff\x01", "\xfe", "e="));
    EXPECT_EQ(service.scope, (dnssd::Scope{3, mdns::engine::Family::ipv6}));
    EXPECT_FALSE(service.rename_on_conflict);
}

TEST(VarlinkUnmarshal, NamesTheParameterThatIsWrong) {
    EXPECT_EQ(problem_of(with("port", 80)), "");
    EXPECT_EQ(problem_of({{"type", "_http._tcp"}, {"port", 80}}), "instance");
    EXPECT_EQ(problem_of(with("instance", 7)), "instance");
    EXPECT_EQ(problem_of(with("instance", nullptr)), "instance");
    for (const json& port : {json(-1), json(65536), json(80.0), json("80"), json(1e300),
                             json(18446744073709551615u), json(nullptr)}) {
        EXPECT_EQ(problem_of(with("port", port)), "port") << port;
    }
    EXPECT_EQ(problem_of(with("priority", 65536)), "priority");
    EXPECT_EQ(problem_of(with("family", "ipx")), "family");
    EXPECT_EQ(problem_of(with("rename", "no")), "rename");
    EXPECT_EQ(problem_of(with("subtypes", "x")), "subtypes");
    EXPECT_EQ(problem_of(with("subtypes", {1})), "subtypes");
    EXPECT_EQ(problem_of(with("interfaces", "eth0")), "interfaces");  // unknown
    EXPECT_EQ(problem_of(with("interface", "eth9")), "org.avahid.Daemon.NoSuchInterface");
    EXPECT_EQ(problem_of(with("host", "a..b")), "org.avahid.Daemon.BadHost");
}

TEST(VarlinkUnmarshal, PublishesOnlyStrictTypes) {
    for (const char* type : {"_http._tcp", "_a-1._udp"}) {
        EXPECT_EQ(problem_of(with("type", type)), "") << type;
    }
    for (const char* type :
         {"_sixteen-letters-x._tcp", "_a_b._tcp", "_a--b._tcp", "_1._tcp", "a"}) {
        EXPECT_EQ(problem_of(with("type", type)), "org.avahid.Daemon.BadType") << type;
    }
}

TEST(VarlinkUnmarshal, RefusesOddTxt) {
    for (const char* txt :
         {R"({})", R"("a=1")", R"(["a=1"])", R"([{"value":"x"}])", R"([{"key":"a=b"}])",
          R"([{"key":7}])", R"([{"key":"a","value":7}])", R"([{"key":"a","value_base64":"?"}])",
          R"([{"key_base64":7}])", R"([null])"}) {
        EXPECT_EQ(problem_of(with("txt", json::parse(txt))), "txt") << txt;
    }
}

TEST(VarlinkUnmarshal, ReadsEitherWayToNameAService) {
    const json whole{{"name", "Dr\\. \\255._http._tcp.local"}};
    Parameters by_name(whole);
    EXPECT_EQ(read_service_name(by_name), (dnssd::ServiceName{"Dr. \xff", "_http._tcp", "local"}));
    EXPECT_FALSE(by_name.problem());

    const json parts{{"instance", "Dr. P"}, {"type", "_http._tcp"}};
    Parameters by_parts(parts);
    EXPECT_EQ(read_service_name(by_parts), (dnssd::ServiceName{"Dr. P", "_http._tcp", "local"}));
    EXPECT_FALSE(by_parts.problem());

    for (const json& bad :
         {json{{"name", "x"}}, json{{"name", "a..b"}}, json::object(), json{{"instance", "x"}}}) {
        Parameters parameters(bad);
        read_service_name(parameters);
        EXPECT_TRUE(parameters.problem()) << bad;
    }
}

TEST(VarlinkUnmarshal, ReadsAddresses) {
    const auto problem = [](const char* text) {
        const json object{{"address", text}};
        Parameters parameters(object);
        read_address(parameters);
        const auto failure = parameters.problem();
        return failure ? failure->error : "";
    };
    EXPECT_EQ(problem("169.254.1.2"), "");
    EXPECT_EQ(problem("fe80::1"), "");
    for (const char* bad : {"", "1.2.3", "1.2.3.4.5", "fe80::g", "beta.local", "300.1.1.1"}) {
        EXPECT_EQ(problem(bad), "org.avahid.Daemon.BadAddress") << bad;
    }
}

}  // namespace
}  // namespace avahid::varlink
