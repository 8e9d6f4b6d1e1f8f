// Would these rules drop multicast DNS? nft's JSON is what `nft -j list ruleset` of 1.0.6 prints.
#include <gmock/gmock.h>

#include "tools/avahictl/doctor/firewall.hpp"
#include "tools/avahictl/doctor/iptables_rules.hpp"
#include "tools/avahictl/doctor/nft_rules.hpp"

namespace avahictl::doctor {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Flow in4() { return {true, false, "eth0", "192.0.2.1"}; }
Flow in6() { return {true, true, "eth0", "fe80::1"}; }
Flow out4() { return {false, false, "eth0", "192.0.2.1"}; }

/// One base chain `input` of the table inet filter with rules of these statements.
json ruleset(const std::vector<const char*>& rules, const char* policy = "accept",
             const char* hook = "input", const char* family = "inet") {
    json all = json::array();
    all.push_back({{"table", {{"family", family}, {"name", "filter"}}}});
    all.push_back({{"chain",
                    {{"family", family},
                     {"table", "filter"},
                     {"name", "entry"},
                     {"hook", hook},
                     {"policy", policy}}}});
    all.push_back({{"chain", {{"family", family}, {"table", "filter"}, {"name", "side"}}}});
    all.push_back(json::parse(R"({"set":{"family":"inet","table":"filter","name":"ports",
        "elem":[22, {"range":[5000, 6000]}]}})"));
    int handle = 5;
    for (const char* text : rules) {
        const bool side = std::string_view(text).starts_with("side:");
        all.push_back({{"rule",
                        {{"family", family},
                         {"table", "filter"},
                         {"chain", side ? "side" : "entry"},
                         {"handle", handle++},
                         {"expr", json::parse(side ? text + 5 : text)}}}});
    }
    return {{"nftables", all}};
}

bool blocks(const json& rules, const Flow& flow = in4()) {
    return find_block(nft_tables(rules, flow), flow).has_value();
}

#define DPORT(value)                                                                              \
    R"({"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":)" value \
    "}}"
#define MATCH(left, right) R"({"match":{"op":"==","left":)" left R"(,"right":)" right "}}"
#define META(key) R"({"meta":{"key":")" key R"("}})"
#define DROP R"({"drop":null})"
#define ACCEPT R"({"accept":null})"

TEST(DoctorNft, SeesARuleThatDropsThePort) {
    const auto rules = ruleset({"[" DPORT("5353") "," DROP "]"});
    const auto block = find_block(nft_tables(rules, in4()), in4());
    ASSERT_TRUE(block);
    EXPECT_EQ(block->where, "table inet filter, chain entry: the rule with handle 5");
    EXPECT_EQ(block->mend, "nft insert rule inet filter entry udp dport 5353 accept");
    EXPECT_FALSE(blocks(rules, out4()));  // it is of the hook input
    EXPECT_TRUE(blocks(ruleset({"[" DPORT(R"({"set":[22,5353]})") "," DROP "]"})));
    EXPECT_TRUE(blocks(ruleset({"[" DPORT(R"({"range":[5000,6000]})") "," DROP "]"})));
    EXPECT_TRUE(blocks(ruleset({"[" DPORT(R"("@ports")") "," DROP "]"})));
    EXPECT_TRUE(blocks(ruleset({"[" DPORT("5353") R"(,{"reject":{"type":"icmp"}}])"})));
    EXPECT_FALSE(blocks(ruleset({"[" DPORT("22") "," DROP "]"})));
    EXPECT_FALSE(blocks(ruleset({"[" DPORT(R"({"set":[22,80]})") "," DROP "]"})));
}

TEST(DoctorNft, SeesAPolicyThatNothingMakesUpFor) {
    EXPECT_TRUE(blocks(ruleset({}, "drop")));
    EXPECT_TRUE(blocks(ruleset(
        {"[" MATCH(R"({"ct":{"key":"state"}})", R"(["established","related"])") "," ACCEPT "]",
         "[" MATCH(META("iifname"), R"("lo")") "," ACCEPT "]"},
        "drop")));
    EXPECT_FALSE(blocks(ruleset({"[" DPORT("5353") "," ACCEPT "]"}, "drop")));
    EXPECT_FALSE(blocks(ruleset({"[" MATCH(META("iifname"), R"("eth*")") "," ACCEPT "]"}, "drop")));
    EXPECT_FALSE(
        blocks(ruleset({"[" MATCH(META("pkttype"), R"("multicast")") "," ACCEPT "]"}, "drop")));
    EXPECT_TRUE(blocks(ruleset({}, "drop", "output"), out4()));
}

TEST(DoctorNft, TellsFamiliesApart) {
    EXPECT_FALSE(blocks(ruleset({}, "drop", "input", "ip6")));
    EXPECT_TRUE(blocks(ruleset({}, "drop", "input", "ip6"), in6()));
    const auto only4 =
        ruleset({"[" MATCH(R"({"payload":{"protocol":"ip","field":"daddr"}})",
                           R"({"prefix":{"addr":"224.0.0.0","len":4}})") "," DROP "]"});
    EXPECT_TRUE(blocks(only4, in4()));
    EXPECT_FALSE(blocks(only4, in6()));
    EXPECT_FALSE(blocks(ruleset(
        {"[" MATCH(R"({"payload":{"protocol":"tcp","field":"dport"}})", "5353") "," DROP "]"})));
}

TEST(DoctorNft, FollowsJumps) {
    EXPECT_TRUE(
        blocks(ruleset({R"([{"jump":{"target":"side"}}])", "side:[" DPORT("5353") "," DROP "]"})));
    EXPECT_FALSE(blocks(ruleset({R"([{"jump":{"target":"side"}}])", "side:[" ACCEPT "]"}, "drop")));
    EXPECT_TRUE(blocks(ruleset(
        {R"([{"jump":{"target":"side"}}])", R"(side:[{"return":null}])", "side:[" ACCEPT "]"},
        "drop")));
    // A circle, which the kernel would refuse, has an end here.
    EXPECT_TRUE(blocks(ruleset(
        {R"([{"jump":{"target":"side"}}])", R"(side:[{"jump":{"target":"side"}}])"}, "drop")));
}

TEST(DoctorNft, GivesTheBenefitOfTheDoubt) {
    EXPECT_FALSE(blocks(ruleset({R"([{"xt":null},)" DROP "]"})));
    EXPECT_FALSE(blocks(ruleset({R"([{"limit":{"rate":5}},)" DROP "]"})));
    EXPECT_FALSE(blocks(ruleset({R"([{"xt":null},)" ACCEPT "]"}, "drop")));
    // Where it comes from: from anybody in our network, not just one.
    EXPECT_TRUE(blocks(ruleset({"[" MATCH(R"({"payload":{"protocol":"ip","field":"saddr"}})",
                                          R"("192.0.2.7")") "," ACCEPT "]"},
                               "drop")));
    EXPECT_FALSE(
        blocks(ruleset({"[" MATCH(R"({"payload":{"protocol":"ip","field":"saddr"}})",
                                  R"({"prefix":{"addr":"192.0.2.0","len":24}})") "," ACCEPT "]"},
                       "drop")));
}

TEST(DoctorNft, UnderstandsVerdictMaps) {
    const auto map = [](const char* data) {
        return ruleset(
            {(std::string(R"([{"vmap":{"key":{"payload":{"protocol":"udp","field":"dport"}},)") +
              R"("data":{"set":)" + data + "}}}]")
                 .c_str()},
            "accept");
    };
    EXPECT_TRUE(blocks(map(R"([[53,{"accept":null}],[5353,{"drop":null}]])")));
    EXPECT_FALSE(blocks(map(R"([[53,{"drop":null}],[5353,{"accept":null}]])")));
}

TEST(DoctorNft, SurvivesAnyJson) {
    for (const char* text :
         {"{}", R"({"nftables":7})", R"({"nftables":[7,{"rule":[]},{"chain":{}}]})",
          R"({"nftables":[{"rule":{"expr":[{"match":{"left":3}},{"vmap":[]}]}}]})"})
        EXPECT_FALSE(blocks(json::parse(text))) << text;
}

TEST(DoctorNft, NamesTheToolThatManagesTheTable) {
    auto mend = [](const char* name, const char* chain) {
        Table table{.tool = Table::Tool::nft, .family = "ip", .name = name, .chains = {}};
        table.chains[chain] = {.hook = "input", .drops = true, .rules = {}};
        return find_block({table}, in4())->mend;
    };
    EXPECT_THAT(mend("firewalld", "filter_INPUT"),
                HasSubstr("firewall-cmd --permanent --add-service=mdns"));
    EXPECT_EQ(mend("filter", "INPUT"), "iptables -I INPUT -p udp --dport 5353 -j ACCEPT");
    EXPECT_EQ(mend("filter", "ufw-input"), "ufw allow 5353/udp");
}

// ---- iptables ----

bool saved_blocks(const char* rules, const Flow& flow = in4(), const char* policy = "ACCEPT") {
    const std::string text = std::string("*filter\n:INPUT ") + policy +
                             " [0:0]\n:OUTPUT ACCEPT [0:0]\n" + ":side - [0:0]\n" + rules +
                             "COMMIT\n";
    return find_block(iptables_tables(text, flow), flow).has_value();
}

TEST(DoctorIptables, SeesWhatDropsThePort) {
    EXPECT_TRUE(saved_blocks("-A INPUT -p udp -m udp --dport 5353 -j DROP\n"));
    EXPECT_TRUE(
        saved_blocks("-A INPUT -p udp -m multiport --dports 53,5353 -j REJECT --reject-with x\n"));
    EXPECT_TRUE(saved_blocks("-A INPUT -d 224.0.0.0/4 -j DROP\n"));
    EXPECT_TRUE(saved_blocks("-A INPUT ! -i lo -p udp -j DROP\n"));
    EXPECT_TRUE(saved_blocks("-A INPUT -j side\n-A side -p udp -j DROP\n"));
    EXPECT_TRUE(saved_blocks("", in4(), "DROP"));
    EXPECT_TRUE(saved_blocks("-A OUTPUT -p udp -m udp --dport 5353 -j DROP\n", out4()));
    EXPECT_TRUE(
        saved_blocks("-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
                     "-A INPUT -p tcp --dport 22 -j ACCEPT\n",
                     in4(), "DROP"));
}

TEST(DoctorIptables, SeesWhatLetsItPass) {
    EXPECT_FALSE(saved_blocks(""));
    EXPECT_FALSE(saved_blocks("-A INPUT -p udp -m udp --dport 5353 -j ACCEPT\n", in4(), "DROP"));
    EXPECT_FALSE(saved_blocks("-A INPUT -p tcp --dport 5353 -j DROP\n"));
    EXPECT_FALSE(saved_blocks("-A INPUT -p udp --dport 53 -j DROP\n"));
    EXPECT_FALSE(saved_blocks("-A INPUT -i wlan0 -j DROP\n"));
    EXPECT_FALSE(saved_blocks("-A INPUT -p udp -m hashlimit --hashlimit-above 5/sec -j DROP\n"));
    EXPECT_FALSE(saved_blocks("-A OUTPUT -p udp -m udp --dport 5353 -j DROP\n"));
    EXPECT_FALSE(saved_blocks("-A INPUT -j side\n-A side -i eth+ -j ACCEPT\n", in4(), "DROP"));
}

}  // namespace
}  // namespace avahictl::doctor
