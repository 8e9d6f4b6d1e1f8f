#include "avahid/varlink/marshal.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace avahid::varlink {
namespace {

using mdns::engine::Family;
using nlohmann::json;

const NameOf name_of = [](int ifindex) { return "eth" + std::to_string(ifindex - 2); };
constexpr dnssd::LinkId eth0_v4{2, Family::ipv4};
constexpr dnssd::LinkId eth0_v6{2, Family::ipv6};

mdns::wire::Name name(std::string_view text) { return *mdns::wire::Name::from_text(text); }
dnssd::Address address(const char* text) { return boost::asio::ip::make_address(text); }

TEST(VarlinkMarshal, TellsAllOfAResolvedService) {
    const dnssd::Resolved resolved{
        .handle = dnssd::Handle{1},
        .link = eth0_v6,
        .name = {"Dr. Pepper", "_http._tcp", "local"},
        .host = name("beta.local"),
        .port = 80,
        .priority = 1,
        .weight = 2,
        .txt = {"path=/", "bool", "empty="},
        .addresses = {address("169.254.7.9"), address("fe80::1"), address("fd00::1")},
        .local = true};
    EXPECT_EQ(to_json(resolved, name_of), json::parse(R"({
        "interface": "eth0", "ifindex": 2, "family": "ipv6",
        "name": "Dr\\. Pepper._http._tcp.local",
        "instance": "Dr. Pepper", "type": "_http._tcp", "domain": "local", "local": true,
        "host": "beta.local", "port": 80, "priority": 1, "weight": 2,
        "addresses": ["169.254.7.9", "fe80::1%eth0", "fd00::1"],
        "txt": [{"key": "path", "value": "/"}, {"key": "bool"}, {"key": "empty", "value": ""}]})"));
}

TEST(VarlinkMarshal, KeepsNoValueAndEmptyValueApart) {  // RFC6763-§6.4-10
    EXPECT_EQ(txt_to_json({"a", "a=", "a=b=c"}),
              json::parse(R"([{"key":"a"},{"key":"a","value":""},{"key":"a","value":"b=c"}])"));
}

TEST(VarlinkMarshal, CarriesBinaryTxtAsBase64) {
    EXPECT_EQ(txt_to_json({"k=\xff\x01", "\xfe=v", std::string("n=\0", 3)}),
              json::parse(R"([{"key":"k","value_base64":"/wE="},
                              {"key":"","key_base64":"/g==","value":"v"},
                              {"key":"n","value":"\u0000"}])"));
}

TEST(VarlinkMarshal, IsAlwaysUtf8WhateverTheNetworkSends) {  // RFC6763-§15-01
    const dnssd::Found found{
        .handle = dnssd::Handle{1}, .link = eth0_v4, .name = {"a\xff\x1b[31m", "_x._tcp", "local"}};
    const json service = to_json(found, name_of);
    EXPECT_EQ(service["instance"], "a\xef\xbf\xbd\x1b[31m");
    EXPECT_EQ(service["name"], "a\\255\\027[31m._x._tcp.local");
    EXPECT_NO_THROW(service.dump());
}

TEST(VarlinkMarshal, NamesEvenWhatIsNoName) {
    const std::string long_instance(80, 'x');
    EXPECT_EQ(presentation({long_instance, "_x._tcp", "local"}), long_instance + "._x._tcp.local");
}

TEST(VarlinkMarshal, ShowsRecordsAsTextAndBytes) {
    const mdns::wire::Record record{name("beta.local"), mdns::wire::type::a, 1, 120,
                                    mdns::wire::make_a(address("10.0.0.2").to_v4())};
    EXPECT_EQ(to_json(record, eth0_v4, 60, name_of), json::parse(R"({
        "interface": "eth0", "ifindex": 2, "family": "ipv4", "name": "beta.local", "type": "A",
        "class": 1, "ttl": 60, "rdata": "10.0.0.2", "rdata_base64": "CgAAAg=="})"));
}

TEST(VarlinkMarshal, TellsAddressesWithTheirInterface) {
    const dnssd::HostResult result{
        .handle = dnssd::Handle{1},
        .outcome = dnssd::HostResult::Outcome::found,
        .name = name("beta.local"),
        .addresses = {{2, address("10.0.0.2"), 120}, {3, address("fe80::2"), 60}}};
    EXPECT_EQ(to_json(result, name_of), json::parse(R"({"name": "beta.local", "addresses": [
        {"interface":"eth0","ifindex":2,"family":"ipv4","address":"10.0.0.2","ttl":120},
        {"interface":"eth1","ifindex":3,"family":"ipv6","address":"fe80::2%eth1","ttl":60}]})"));
}

TEST(VarlinkMarshal, NamesTheInterfaceOfALinkLocalAddressOnce) {
    auto scoped = address("fe80::2").to_v6();
    scoped.scope_id(2);  // as it comes from a socket
    EXPECT_EQ(rival({scoped, 5353}, eth0_v6, name_of)["address"], "fe80::2%eth0");
}

TEST(VarlinkMarshal, TellsTheStatus) {
    session::Status status;
    status.version = "1.2";
    status.host_name = "alpha";
    status.wanted_name = "alpha";
    status.host_state = "established";
    status.uptime = std::numeric_limits<double>::infinity();
    session::LinkState& link = status.links.emplace_back();
    link.addresses = {"169.254.7.9/16"};
    link.mdns_ipv4 = true;
    status.ipv4ll.resize(2);
    status.ipv4ll[0].next = 2.0;
    status.counters.engine.malformed = 7;
    const json all = to_json(status);
    EXPECT_EQ(all["host_name"], "alpha");
    EXPECT_EQ(all["uptime"], 0.0);  // JSON has no infinity
    EXPECT_EQ(all["links"][0]["addresses"], json::parse(R"(["169.254.7.9/16"])"));
    EXPECT_EQ(all["links"][0]["mdns_ipv4"], true);
    EXPECT_EQ(all["ipv4ll"][0]["next"], 2.0);
    EXPECT_FALSE(all["ipv4ll"][1].contains("next"));
    EXPECT_EQ(all["counters"]["malformed"], 7);
}

}  // namespace
}  // namespace avahid::varlink
