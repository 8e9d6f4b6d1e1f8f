// One client, without a socket, in front of a real session, catalogue and engine; a second host on
// the virtual link.
#include "avahid/varlink/conversation.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "avahid/varlink/wire/message.hpp"
#include "tests/avahid/varlink/support/fake_machine.hpp"
#include "tests/dnssd/support/network.hpp"

namespace avahid::varlink {
namespace {

using dnssd::test::address;
using dnssd::test::name;
using mdns::engine::Family;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr uid_t root = 0;
constexpr uid_t somebody = 1000;

json request(const char* method, json parameters = json::object(), bool more = false) {
    json call{{"method", std::string("org.avahid.Daemon.") + method},
              {"parameters", std::move(parameters)}};
    if (more) call["more"] = true;
    return call;
}
json stream(const char* method, json parameters = json::object()) {
    return request(method, std::move(parameters), true);
}

struct VarlinkConversation : testing::Test {
    VarlinkConversation() {
        for (auto* host : {&alpha, &beta}) {
            host->plug(2, Family::ipv4, 0, host == &alpha ? "10.0.0.1" : "10.0.0.2");
        }
        alpha.catalogue.set_host_name(network.now(), name("alpha.local"));
        beta.catalogue.set_host_name(network.now(), name("beta.local"));
        publish_host_of_beta();
        become(somebody);
    }

    void become(uid_t uid) {
        conversation.reset();
        if (client) session.close(network.now(), *client);
        client = *session.open(uid);
        conversation = std::make_unique<Conversation>(session, *client);
    }
    void publish_host_of_beta() {
        beta.catalogue.publish_address(network.now(), name("beta.local"), address("10.0.0.2"), true,
                                       {});
        network.run(2s);
    }
    dnssd::Handle publish_on_beta(const std::string& instance,
                                  const std::vector<std::string>& txt = {}) {
        dnssd::Service service;
        service.name = {instance, "_http._tcp", "local"};
        service.port = 80;
        service.txt = txt;
        const auto handle = beta.catalogue.publish(network.now(), service);
        EXPECT_TRUE(handle);
        return *handle;
    }

    void send_bytes(std::string_view bytes) { conversation->on_bytes(network.now(), bytes); }
    void send(const json& message) { send_bytes(message.dump() + '\0'); }
    void run(dnssd::Duration time) {
        constexpr auto step = 5ms;
        for (auto passed = 0ms; passed < time; passed += step) {
            deliver();
            network.run(step);
        }
        deliver();
    }
    /// What the daemon's pump does.
    void deliver() {
        network.settle();
        for (const auto& entry : std::exchange(alpha.events, {})) {
            session.on_event(network.now(), entry.second);
        }
        while (auto event = session.poll()) {
            conversation->on_event(network.now(), event->event);
        }
    }
    std::vector<json> replies() {
        std::vector<json> all;
        wire::Deframer deframer(wire::max_reply);
        deframer.feed(conversation->take_output());
        while (const auto message = deframer.next()) all.push_back(json::parse(*message));
        EXPECT_EQ(deframer.pending(), 0u);
        return all;
    }
    json ask(const json& message) {
        send(message);
        auto all = replies();
        EXPECT_THAT(all, SizeIs(1));
        return all.empty() ? json() : all.front();
    }
    std::vector<std::string> events() {
        std::vector<std::string> all;
        for (const auto& reply : replies()) all.push_back(reply["parameters"].value("event", "?"));
        return all;
    }

    dnssd::test::Network network;
    dnssd::test::Host& alpha = network.add_host();
    dnssd::test::Host& beta = network.add_host();
    test::FakeMachine machine;
    session::Session session{
        alpha.catalogue, machine,
        session::Limits{.clients_per_uid = 8, .handles_per_client = 4, .handles_per_uid = 8},
        [](uid_t uid) { return uid == root; }};
    std::optional<session::ClientId> client;
    std::unique_ptr<Conversation> conversation;
};

// ---- org.varlink.service ----

TEST_F(VarlinkConversation, DescribesItself) {
    machine.what_status.version = "1.2";
    const json info = ask({{"method", "org.varlink.service.GetInfo"}})["parameters"];
    EXPECT_EQ(info["version"], "1.2");
    EXPECT_EQ(info["interfaces"], json({"org.avahid.Daemon", "org.varlink.service"}));
    for (const auto& interface : info["interfaces"]) {
        const json reply = ask({{"method", "org.varlink.service.GetInterfaceDescription"},
                                {"parameters", {{"interface", interface}}}});
        EXPECT_THAT(reply["parameters"]["description"].get<std::string>(),
                    HasSubstr("\ninterface " + interface.get<std::string>() + "\n"));
    }
}

/// Names of all things of one kind in the interface description: "method Status(" gives Status.
std::vector<std::string> described(const std::string& text, const std::string& kind) {
    std::vector<std::string> names;
    for (auto at = text.find("\n" + kind + " "); at != std::string::npos;
         at = text.find("\n" + kind + " ", at + 1)) {
        const auto begin = at + kind.size() + 2;
        names.push_back(text.substr(begin, text.find_first_of(" (", begin) - begin));
    }
    return names;
}

TEST_F(VarlinkConversation, HasEveryMethodItDescribes) {
    const json description = ask({{"method", "org.varlink.service.GetInterfaceDescription"},
                                  {"parameters", {{"interface", "org.avahid.Daemon"}}}});
    const auto methods = described(description["parameters"]["description"], "method");
    EXPECT_THAT(methods, SizeIs(17));
    for (const auto& method : methods) {
        const json reply = ask(request(method.c_str(), {{"no_such_parameter", 1}}));
        EXPECT_THAT(reply.value("error", ""), testing::AnyOf("org.varlink.service.InvalidParameter",
                                                             "org.varlink.service.ExpectedMore"))
            << method;
    }
}

TEST_F(VarlinkConversation, KnowsWhatItDoesNotKnow) {
    const auto error = [this](const json& call) { return ask(call); };
    EXPECT_EQ(error({{"method", "org.avahid.Daemon.Nope"}}),
              json::parse(R"({"error":"org.varlink.service.MethodNotFound",
                              "parameters":{"method":"org.avahid.Daemon.Nope"}})"));
    EXPECT_EQ(error({{"method", "com.example.Nope.Go"}}),
              json::parse(R"({"error":"org.varlink.service.InterfaceNotFound",
                              "parameters":{"interface":"com.example.Nope"}})"));
    EXPECT_EQ(error({{"method", ""}})["error"], "org.varlink.service.InterfaceNotFound");
    EXPECT_EQ(error(request("Browse", {{"type", "_http._tcp"}}))["error"],
              "org.varlink.service.ExpectedMore");
    EXPECT_EQ(error(request("Status", {{"x", 1}})),
              json::parse(R"({"error":"org.varlink.service.InvalidParameter",
                              "parameters":{"parameter":"x"}})"));
    EXPECT_FALSE(conversation->over());
}

// ---- the protocol ----

TEST_F(VarlinkConversation, AnswersPipelinedCallsInOrder) {
    send_bytes(request("ResolveHost", {{"name", "beta.local"}}).dump() + '\0' +
               request("GetHostName").dump() + '\0');
    EXPECT_THAT(replies(), IsEmpty());
    run(2s);
    const auto all = replies();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0]["parameters"]["name"], "beta.local");
    EXPECT_TRUE(all[1]["parameters"].contains("wanted"));
}

TEST_F(VarlinkConversation, IsSilentWhenOneway) {
    json call = request("Reload");
    call["oneway"] = true;
    become(root);
    send(call);
    EXPECT_THAT(replies(), IsEmpty());
    EXPECT_THAT(machine.done, ElementsAre("reload"));
    call["method"] = "org.avahid.Daemon.Nope";
    send(call);
    call = stream("Browse", {{"type", "_http._tcp"}});
    call["oneway"] = true;
    send(call);
    EXPECT_THAT(replies(), IsEmpty());
    EXPECT_EQ(ask(request("GetHostName")).contains("error"), false);  // nothing is stuck
}

TEST_F(VarlinkConversation, HangsUpOnWhatIsNoCall) {
    for (const char* bad : {"x", "[]", "{}", R"({"method":1})", ""}) {
        become(somebody);
        send_bytes(std::string(bad) + '\0');
        const auto all = replies();
        ASSERT_THAT(all, SizeIs(1)) << bad;
        EXPECT_EQ(all[0]["error"], "org.avahid.Daemon.BadMessage");
        EXPECT_TRUE(conversation->over());
        EXPECT_NE(conversation->why(), "");
        send(request("Status"));
        EXPECT_THAT(replies(), IsEmpty());
    }
}

TEST_F(VarlinkConversation, HangsUpOnAMessageTooLong) {
    send_bytes(std::string(wire::max_call, ' '));
    EXPECT_FALSE(conversation->over());
    send_bytes(" ");
    EXPECT_TRUE(conversation->over());
    EXPECT_EQ(replies().at(0)["error"], "org.avahid.Daemon.BadMessage");
}

TEST_F(VarlinkConversation, HangsUpOnCallsPiledUpBehindAStream) {
    send(stream("Browse", {{"type", "_http._tcp"}}));
    const std::string call = request("Status").dump() + '\0';
    std::size_t sent = 0;
    while (sent <= wire::max_call && !conversation->over()) {
        send_bytes(call);
        sent += call.size();
    }
    EXPECT_TRUE(conversation->over());
    EXPECT_GT(sent, wire::max_call);
}

TEST_F(VarlinkConversation, StopsReadingBehindACallThatEnds) {
    send(request("ResolveHost", {{"name", "beta.local"}}));
    const std::string call = request("GetHostName").dump() + '\0';
    std::size_t calls = 0;
    for (std::size_t sent = 0; sent <= wire::max_call; sent += call.size(), ++calls)
        send_bytes(call);
    EXPECT_FALSE(conversation->wants_bytes());
    EXPECT_FALSE(conversation->over());
    run(2s);
    EXPECT_TRUE(conversation->wants_bytes());
    EXPECT_THAT(replies(), SizeIs(calls + 1));
}

TEST_F(VarlinkConversation, EndsStreamsWithTheirReader) {
    send(stream("Browse", {{"type", "_http._tcp"}}));
    conversation->on_end(network.now());
    EXPECT_TRUE(conversation->over());
    EXPECT_EQ(conversation->why(), "");
}

TEST_F(VarlinkConversation, AnswersACallerWhoHasSaidAll) {
    send(request("ResolveHost", {{"name", "beta.local"}}));
    conversation->on_end(network.now());
    EXPECT_FALSE(conversation->over());
    run(2s);
    EXPECT_THAT(replies(), SizeIs(1));
    EXPECT_TRUE(conversation->over());
}

TEST_F(VarlinkConversation, GivesUpAClientThatDoesNotRead) {
    send(stream("Query", {{"name", "beta.local"}}));
    deliver();
    run(1s);
    replies();
    // As if all were still on its way to the client.
    conversation->on_unsent(network.now(), Conversation::max_output);
    EXPECT_FALSE(conversation->over());
    network.say(0, {dnssd::test::a("beta.local", "10.0.0.3")}, false);
    run(100ms);
    EXPECT_TRUE(conversation->over());
    EXPECT_THAT(conversation->why(), HasSubstr("does not read"));
}

TEST_F(VarlinkConversation, GivesBackTheHandlesOfACallThatIsOver) {
    for (int i = 0; i < 10; ++i) {  // more than a client may have
        send(request("ResolveHost", {{"name", "nobody.local"}}));
        run(2s);
        EXPECT_EQ(replies().at(0)["error"], "org.avahid.Daemon.NotFound") << i;
    }
}

// ---- browse, resolve, query ----

TEST_F(VarlinkConversation, BrowsesAsThingsComeAndGo) {
    const auto web = publish_on_beta("beta web");
    run(3s);
    send(stream("Browse", {{"type", "_http._tcp"}}));
    run(3s);
    const auto all = replies();
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[2]["parameters"]["event"], "all_for_now");
    const auto found = std::ranges::find_if(
        all, [](const json& reply) { return reply["parameters"]["event"] == "found"; });
    ASSERT_NE(found, all.end());
    EXPECT_EQ((*found)["continues"], true);
    EXPECT_EQ((*found)["parameters"]["service"], json::parse(R"({
        "interface":"eth0", "ifindex":2, "family":"ipv4", "name":"beta web._http._tcp.local",
        "instance":"beta web", "type":"_http._tcp", "domain":"local", "local":false})"));
    beta.catalogue.cancel(network.now(), web);
    run(3s);
    EXPECT_THAT(events(), ElementsAre("lost"));
}

TEST_F(VarlinkConversation, ResolvesWhatItFindsBeforeThatIsAll) {
    publish_on_beta("one", {"path=/"});
    publish_on_beta("two");
    run(3s);
    send(stream("Browse", {{"type", "_http._tcp"}, {"resolve", true}}));
    run(4s);
    const auto all = replies();
    std::vector<std::string> order;
    for (const auto& reply : all) order.push_back(reply["parameters"]["event"]);
    EXPECT_EQ(order.back(), "all_for_now");
    EXPECT_EQ(std::ranges::count(order, "found"), 2);
    EXPECT_GE(std::ranges::count(order, "resolved"), 2);
    const auto resolved = std::ranges::find_if(all, [](const json& reply) {
        return reply["parameters"]["event"] == "resolved" &&
               reply["parameters"]["service"]["instance"] == "one";
    });
    ASSERT_NE(resolved, all.end());
    const json& service = (*resolved)["parameters"]["service"];
    EXPECT_EQ(service["host"], "beta.local");
    EXPECT_EQ(service["port"], 80);
    EXPECT_EQ(service["addresses"], json({"10.0.0.2"}));
    EXPECT_EQ(service["txt"], json::parse(R"([{"key":"path","value":"/"}])"));
}

TEST_F(VarlinkConversation, TellsOfServicesThatNobodyResolves) {
    // A PTR to an instance without SRV and TXT.
    network.say(0, {dnssd::test::ptr("_http._tcp.local", "ghost._http._tcp.local")}, false);
    send(stream("Browse", {{"type", "_http._tcp"}, {"resolve", true}}));
    network.say(0, {dnssd::test::ptr("_http._tcp.local", "ghost._http._tcp.local")}, false);
    run(3s);
    EXPECT_THAT(events(), testing::Not(Contains("all_for_now")));
    run(4s);
    const auto later = events();
    EXPECT_THAT(later, Contains("resolve_failed"));
    EXPECT_EQ(later.back(), "all_for_now");
}

TEST_F(VarlinkConversation, StopsResolvingWhatIsLost) {
    const auto web = publish_on_beta("beta web");
    run(3s);
    send(stream("Browse", {{"type", "_http._tcp"}, {"resolve", true}}));
    run(3s);
    beta.catalogue.cancel(network.now(), web);
    run(3s);
    replies();
    // With at most 4 handles a client: 10 more would not fit, if they stayed.
    for (int i = 0; i < 10; ++i) {
        const auto again = publish_on_beta("again" + std::to_string(i));
        run(3s);
        EXPECT_THAT(events(), Contains("resolved")) << i;
        beta.catalogue.cancel(network.now(), again);
        run(3s);
        replies();
    }
}

TEST_F(VarlinkConversation, TellsWhenTheQuotaKeepsItFromResolving) {
    for (int i = 0; i < 6; ++i) publish_on_beta("web" + std::to_string(i));
    run(3s);
    send(stream("Browse", {{"type", "_http._tcp"}, {"resolve", true}}));
    run(4s);
    const auto all = events();
    EXPECT_EQ(std::ranges::count(all, "found"), 6);
    EXPECT_EQ(std::ranges::count(all, "resolve_failed"), 3);
    EXPECT_EQ(all.back(), "all_for_now");
}

TEST_F(VarlinkConversation, BrowsesTypes) {
    publish_on_beta("beta web");
    run(3s);
    send(stream("BrowseTypes"));
    run(3s);
    const auto all = replies();
    const auto found = std::ranges::find_if(
        all, [](const json& reply) { return reply["parameters"]["event"] == "found"; });
    ASSERT_NE(found, all.end());
    EXPECT_EQ((*found)["parameters"]["service_type"], json::parse(R"({
        "interface":"eth0", "ifindex":2, "family":"ipv4",
        "type":"_http._tcp", "domain":"local", "local":false})"));
    EXPECT_EQ(all.back()["parameters"]["event"], "all_for_now");
}

TEST_F(VarlinkConversation, ResolvesOnceOrOn) {
    publish_on_beta("Dr. Pepper");
    run(3s);
    send(request("Resolve", {{"name", "Dr\\. Pepper._http._tcp.local"}}));
    run(2s);
    const auto once = replies();
    ASSERT_THAT(once, SizeIs(1));
    EXPECT_FALSE(once[0].contains("continues"));
    EXPECT_EQ(once[0]["parameters"]["service"]["instance"], "Dr. Pepper");

    send(request("Resolve", {{"instance", "nobody"}, {"type", "_http._tcp"}}));
    run(6s);
    EXPECT_EQ(replies().at(0), json::parse(R"({"error":"org.avahid.Daemon.NotFound",
                                               "parameters":{"reason":"timeout"}})"));

    send(stream("Resolve", {{"instance", "Dr. Pepper"}, {"type", "_http._tcp"}}));
    run(2s);
    EXPECT_EQ(replies().at(0)["continues"], true);
    EXPECT_FALSE(conversation->over());
}

TEST_F(VarlinkConversation, LooksUpHostsAndAddresses) {
    send(request("ResolveHost", {{"name", "beta.local"}, {"family", "ipv4"}}));
    run(2s);
    EXPECT_EQ(replies().at(0)["parameters"]["addresses"][0]["address"], "10.0.0.2");
    send(request("ResolveAddress", {{"address", "10.0.0.2"}}));
    run(2s);
    EXPECT_EQ(replies().at(0)["parameters"], json::parse(R"({
        "name":"beta.local", "address":"10.0.0.2", "interface":"eth0", "ifindex":2})"));
    send(request("ResolveAddress", {{"address", "10.0.0.77"}}));
    run(6s);
    EXPECT_EQ(replies().at(0)["error"], "org.avahid.Daemon.NotFound");
}

TEST_F(VarlinkConversation, QueriesAnyRecord) {
    send(stream("Query", {{"name", "beta.local"}, {"type", "a"}}));
    run(2s);
    const auto all = replies();
    ASSERT_THAT(all, testing::Not(IsEmpty()));
    const auto added = std::ranges::find_if(
        all, [](const json& reply) { return reply["parameters"]["event"] == "added"; });
    ASSERT_NE(added, all.end());
    EXPECT_EQ((*added)["parameters"]["record"]["rdata"], "10.0.0.2");
    EXPECT_EQ((*added)["parameters"]["local"], false);
    become(somebody);
    EXPECT_EQ(
        ask(stream("Query", {{"name", "x.local"}, {"type", "NOPE"}}))["parameters"]["parameter"],
        "type");
}

TEST_F(VarlinkConversation, PassesOnWhatTheSessionRefuses) {
    EXPECT_EQ(ask(stream("Browse", {{"type", "http"}}))["error"], "org.avahid.Daemon.BadType");
    EXPECT_EQ(ask(request("ResolveHost", {{"name", "a..b"}}))["error"],
              "org.avahid.Daemon.BadName");
    EXPECT_EQ(ask(stream("Publish", {{"instance", "x"}, {"type", "bad"}, {"port", 1}}))["error"],
              "org.avahid.Daemon.BadType");
    EXPECT_EQ(ask(stream("Publish", {{"instance", std::string(64, 'x')},
                                     {"type", "_http._tcp"},
                                     {"port", 1}}))["error"],
              "org.avahid.Daemon.BadName");
}

// ---- publish ----

TEST_F(VarlinkConversation, PublishesUntilItEnds) {
    send(stream("Publish", {{"instance", "alpha web"}, {"type", "_http._tcp"}, {"port", 80}}));
    run(3s);
    EXPECT_EQ(replies().at(0), json::parse(R"({"continues":true,
        "parameters":{"event":"established","instance":"alpha web"}})"));
    EXPECT_EQ(session.publications(), 1u);
    session.close(network.now(), *client);
    EXPECT_EQ(session.publications(), 0u);
    client.reset();
}

TEST_F(VarlinkConversation, TellsOfARename) {
    publish_on_beta("web");
    run(3s);
    send(stream("Publish", {{"instance", "web"}, {"type", "_http._tcp"}, {"port", 81}}));
    run(5s);
    const auto all = replies();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0]["parameters"]["event"], "renamed");
    EXPECT_EQ(all[0]["parameters"]["instance"], "web #2");
    EXPECT_EQ(all[0]["parameters"]["rival"]["address"], "169.254.1.2");
    EXPECT_EQ(all[1]["parameters"], json({{"event", "established"}, {"instance", "web #2"}}));
}

TEST_F(VarlinkConversation, EndsWithACollisionWhenNotToBeRenamed) {
    publish_on_beta("web");
    run(3s);
    send(stream("Publish",
                {{"instance", "web"}, {"type", "_http._tcp"}, {"port", 81}, {"rename", false}}));
    run(5s);
    const auto all = replies();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0]["parameters"]["event"], "collision");
    EXPECT_FALSE(all[0].contains("continues"));
    EXPECT_EQ(session.publications(), 0u);
}

TEST_F(VarlinkConversation, PublishesAnAddress) {
    send(stream("PublishAddress", {{"name", "printer.local"}, {"address", "10.0.0.9"}}));
    run(3s);
    EXPECT_EQ(events(), std::vector<std::string>{"established"});
    become(somebody);
    EXPECT_EQ(ask(stream("PublishAddress", {{"name", "a..b"}, {"address", "10.0.0.9"}}))["error"],
              "org.avahid.Daemon.BadHost");
}

// ---- the machine ----

TEST_F(VarlinkConversation, LetsOnlyAdministratorsChangeTheMachine) {
    const json changes[] = {
        request("SetHostName", {{"name", "gamma"}}),
        request("SetIpv4ll", {{"interface", "eth0"}, {"action", "renew"}}),
        request("Reload"),
        request("CacheFlush"),
    };
    for (const auto& change : changes) {
        EXPECT_EQ(ask(change)["error"], "org.varlink.service.PermissionDenied");
    }
    EXPECT_THAT(machine.done, IsEmpty());
    become(root);
    for (const auto& change : changes) EXPECT_EQ(ask(change), json::parse(R"({"parameters":{}})"));
    EXPECT_THAT(machine.done,
                ElementsAre("hostname gamma", "ipv4ll eth0 renew", "reload", "flush"));
}

TEST_F(VarlinkConversation, PassesOnWhatTheMachineSays) {
    become(root);
    machine.answer = session::Errc::bad_name;
    EXPECT_EQ(ask(request("SetHostName", {{"name", "..."}}))["error"], "org.avahid.Daemon.BadName");
    EXPECT_EQ(ask(request("SetIpv4ll", {{"interface", "eth0"}}))["parameters"]["parameter"],
              "action");
    EXPECT_EQ(ask(request("SetIpv4ll",
                          {{"interface", "eth0"}, {"action", "up"}}))["parameters"]["parameter"],
              "action");
}

TEST_F(VarlinkConversation, TellsStatusAndHostName) {
    machine.what_status.host_name = "alpha-2";
    machine.what_status.wanted_name = "alpha";
    machine.what_status.host_state = "established";
    const json status = ask(request("Status"))["parameters"];
    EXPECT_EQ(status["host_name"], "alpha-2");
    EXPECT_EQ(status["clients"], 1);
    EXPECT_EQ(ask(request("GetHostName"))["parameters"],
              json::parse(R"({"name":"alpha-2","wanted":"alpha","state":"established"})"));
}

TEST_F(VarlinkConversation, TellsLinkLocalStateOfOneOrAll) {
    machine.what_status.ipv4ll.resize(2);
    machine.what_status.ipv4ll[0].ifindex = 2;
    machine.what_status.ipv4ll[1].ifindex = 3;
    machine.what_status.ipv4ll[1].state = "off";
    EXPECT_THAT(ask(request("GetIpv4ll"))["parameters"]["interfaces"], SizeIs(2));
    const json one = ask(request("GetIpv4ll", {{"interface", "eth1"}}))["parameters"]["interfaces"];
    ASSERT_THAT(one, SizeIs(1));
    EXPECT_EQ(one[0]["state"], "off");
    EXPECT_EQ(ask(request("GetIpv4ll", {{"interface", "eth9"}}))["error"],
              "org.avahid.Daemon.NoSuchInterface");
}

TEST_F(VarlinkConversation, ShowsAHugeCacheAsFastAsItIsRead) {
    constexpr std::size_t count = 20000;
    for (std::size_t i = 0; i < count; ++i) {
        machine.what_cache.push_back(
            {{2, Family::ipv4}, dnssd::test::a("host.local", "10.0.0.9"), 100});
    }
    send(stream("CacheShow"));
    std::size_t got = 0;
    bool ended = false;
    for (int reads = 0; reads < 1000 && !ended; ++reads) {
        const std::string output = conversation->take_output();
        EXPECT_LT(output.size(), Conversation::plenty_output + (64u << 10));
        wire::Deframer deframer(wire::max_reply);
        deframer.feed(output);
        while (const auto message = deframer.next()) {
            const auto reply = wire::parse_reply(*message);
            got += reply->parameters["records"].size();
            ended = !reply->continues;
        }
        conversation->on_unsent(network.now(), 0);
    }
    EXPECT_TRUE(ended);
    EXPECT_EQ(got, count);
    EXPECT_FALSE(ask(request("GetHostName")).contains("error"));
}

TEST_F(VarlinkConversation, ShowsAnEmptyCache) {
    EXPECT_EQ(ask(stream("CacheShow")), json::parse(R"({"parameters":{"records":[]}})"));
}

}  // namespace
}  // namespace avahid::varlink
