// tests/avahid/simple/line_protocol_test.cpp: requests and replies as text. What avahi-daemon 0.8
// (Debian 12) answers to the same lines was read off its own socket.
#include "avahid/simple/line_protocol.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/address.hpp>

#include "nss-plugin/protocol.h"
#include "nss-plugin/reply.h"

namespace avahid::simple {
namespace {

using dnssd::Families;

std::string refusal(std::string_view line) {
    const Command command = parse_line(line);
    const auto* const refused = std::get_if<Refused>(&command);
    return refused != nullptr ? refused->reply : "accepted";
}

std::string host_command(std::string_view line) {
    const Command command = parse_line(line);
    const auto* const host = std::get_if<LookupHost>(&command);
    if (host == nullptr) return "no host command";
    const char* families = host->families == Families::both   ? "both "
                           : host->families == Families::ipv4 ? "ipv4 "
                                                              : "ipv6 ";
    return (host->reply == HostReply::all ? "all " : "one ") + std::string(families) +
           host->name.to_text();
}

mdns::wire::Name name(std::string_view text) { return *mdns::wire::Name::from_text(text); }

dnssd::HostAddress address(int ifindex, const char* text, std::uint32_t ttl = 120) {
    return {ifindex, boost::asio::ip::make_address(text), ttl};
}

dnssd::HostResult found(std::vector<dnssd::HostAddress> addresses) {
    return {dnssd::Handle{1}, dnssd::HostResult::Outcome::found, name("Beta.local"),
            std::move(addresses)};
}

TEST(SimpleLine, HostCommands) {
    EXPECT_EQ(host_command("RESOLVE-HOSTNAME beta.local"), "one both beta.local");
    EXPECT_EQ(host_command("RESOLVE-HOSTNAME-IPV4 beta.local"), "one ipv4 beta.local");
    EXPECT_EQ(host_command("RESOLVE-HOSTNAME-IPV6 BETA.local."), "one ipv6 BETA.local");
    EXPECT_EQ(host_command("LOOKUP-HOST-1 any beta.local"), "all both beta.local");
    EXPECT_EQ(host_command("LOOKUP-HOST-1 ipv4 beta.local"), "all ipv4 beta.local");
    EXPECT_EQ(host_command("LOOKUP-HOST-1 ipv6 two words.local"), "all ipv6 two words.local");
}

TEST(SimpleLine, WhiteSpaceAsAvahi) {
    for (const char* line :
         {"  RESOLVE-HOSTNAME-IPV4   beta.local  ", "RESOLVE-HOSTNAME-IPV4\tbeta.local\r",
          "RESOLVE-HOSTNAME-IPV4 beta.local and more"})
        EXPECT_EQ(host_command(line), "one ipv4 beta.local") << line;
    EXPECT_EQ(host_command("LOOKUP-HOST-1 any beta.local\r"), "all both beta.local");
}

TEST(SimpleLine, OtherCommands) {
    EXPECT_TRUE(std::holds_alternative<Help>(parse_line("HELP")));
    EXPECT_TRUE(std::holds_alternative<Help>(parse_line("HELP me")));
    EXPECT_TRUE(std::holds_alternative<Help>(parse_line(std::string_view("HELP\0x", 6))));
    for (const char* line :
         {"BROWSE-DNS-SERVERS", "BROWSE-DNS-SERVERS-IPV4", "BROWSE-DNS-SERVERS-IPV6"})
        EXPECT_TRUE(std::holds_alternative<BrowseDnsServers>(parse_line(line))) << line;
    EXPECT_EQ(std::get<BrowseDnsServers>(parse_line("BROWSE-DNS-SERVERS")).families,
              dnssd::Families::both);
    EXPECT_EQ(std::get<BrowseDnsServers>(parse_line("BROWSE-DNS-SERVERS-IPV4")).families,
              dnssd::Families::ipv4);
    EXPECT_EQ(std::get<BrowseDnsServers>(parse_line("BROWSE-DNS-SERVERS-IPV6")).families,
              dnssd::Families::ipv6);
    const Command command = parse_line("RESOLVE-ADDRESS 169.254.7.7");
    ASSERT_TRUE(std::holds_alternative<LookupAddress>(command));
    EXPECT_EQ(std::get<LookupAddress>(command).address.to_string(), "169.254.7.7");
}

TEST(SimpleLine, RefusesInAvahisWords) {
    EXPECT_EQ(refusal(""), "-21 Failed to parse command, try \"HELP\".\n");
    EXPECT_EQ(refusal(" \t"), "-21 Failed to parse command, try \"HELP\".\n");
    EXPECT_EQ(refusal("FOO\r"), "-21 Invalid command \"FOO\", try \"HELP\".\n");
    EXPECT_EQ(refusal("help"), "-21 Invalid command \"help\", try \"HELP\".\n");
    EXPECT_EQ(refusal("RESOLVE-HOSTNAME"),
              "-21 Invalid command \"RESOLVE-HOSTNAME\", try \"HELP\".\n");
    EXPECT_EQ(refusal("RESOLVE-ADDRESS "),
              "-21 Invalid command \"RESOLVE-ADDRESS\", try \"HELP\".\n");
    EXPECT_EQ(refusal("BROWSE-DNS-SERVERS x"),
              "-21 Invalid command \"BROWSE-DNS-SERVERS\", try \"HELP\".\n");
    EXPECT_EQ(refusal(std::string(1000, 'A')),
              "-21 Invalid command \"" + std::string(63, 'A') + "\", try \"HELP\".\n");
    EXPECT_EQ(refusal("RESOLVE-ADDRESS foo"), "-14 Failed to parse address \"foo\".\n");
    EXPECT_EQ(refusal("RESOLVE-ADDRESS fe80::1%eth0"),
              "-14 Failed to parse address \"fe80::1%eth0\".\n");
}

TEST(SimpleLine, RefusesBadNames) {  // NSS-§name-06
    const std::string bad = "-3 Invalid host name\n";
    for (const std::string& host :
         {std::string("a..local"), std::string(64, 'x') + ".local", std::string("foo"),
          std::string("local"), std::string(".local"), std::string("."), std::string("a.local\\"),
          std::string(900, 'x')}) {
        EXPECT_EQ(refusal("RESOLVE-HOSTNAME " + host), bad) << host;
        EXPECT_EQ(refusal("LOOKUP-HOST-1 any " + host), bad) << host;
    }
    EXPECT_EQ(refusal("LOOKUP-HOST-1 any"), bad);
}

TEST(SimpleLine, RefusesUnknownFamilies) {
    EXPECT_EQ(refusal("LOOKUP-HOST-1"), "-21 Invalid command \"LOOKUP-HOST-1\", try \"HELP\".\n");
    EXPECT_EQ(refusal("LOOKUP-HOST-1 ipv5 a.local"),
              "-21 Invalid command \"LOOKUP-HOST-1\", try \"HELP\".\n");
    EXPECT_EQ(refusal("LOOKUP-HOST-2 any a.local"),
              "-21 Invalid command \"LOOKUP-HOST-2\", try \"HELP\".\n");
}

TEST(SimpleReply, HelpBeginsAsAvahis) {
    EXPECT_THAT(format_help(), testing::StartsWith("+ Available commands are:\n"
                                                   "+      RESOLVE-HOSTNAME <hostname>\n"
                                                   "+      RESOLVE-HOSTNAME-IPV6 <hostname>\n"
                                                   "+      RESOLVE-HOSTNAME-IPV4 <hostname>\n"
                                                   "+      RESOLVE-ADDRESS <address>\n"
                                                   "+      BROWSE-DNS-SERVERS\n"
                                                   "+      BROWSE-DNS-SERVERS-IPV4\n"
                                                   "+      BROWSE-DNS-SERVERS-IPV6\n"));
    EXPECT_EQ(format_browsing(), "+ Browsing ...\n");
}

TEST(SimpleReply, OneAddressIsTheMostUseful) {
    EXPECT_EQ(format_host(found({address(3, "fe80::1"), address(2, "169.254.7.7"),
                                 address(2, "10.0.0.1"), address(2, "fd00::1")}),
                          HostReply::avahi),
              "+ 2 0 Beta.local 10.0.0.1\n");
    EXPECT_EQ(
        format_host(found({address(3, "fe80::1%3"), address(2, "fd00::1")}), HostReply::avahi),
        "+ 2 1 Beta.local fd00::1\n");
    EXPECT_EQ(format_host(found({address(3, "fe80::1%3")}), HostReply::avahi),
              "+ 3 1 Beta.local fe80::1\n");
}

TEST(SimpleReply, MissesAreTimeoutsToAvahisClients) {
    dnssd::HostResult result = found({});
    for (const auto outcome :
         {dnssd::HostResult::Outcome::no_such_name, dnssd::HostResult::Outcome::no_such_family,
          dnssd::HostResult::Outcome::found}) {
        result.outcome = outcome;
        EXPECT_EQ(format_host(result, HostReply::avahi), "-15 Timeout reached\n");
    }
}

TEST(SimpleReply, AllAddressesUsefulOnesFirst) {  // NSS-§scope-05, NSS-§buffer-07
    EXPECT_EQ(format_host(found({address(3, "fe80::1%3", 60), address(2, "fe80::1", 60),
                                 address(2, "169.254.7.7"), address(2, "fd00::1"),
                                 address(2, "10.0.0.1", 10)}),
                          HostReply::all),
              "+ Beta.local\n= 2 10 10.0.0.1\n= 2 120 fd00::1\n= 2 120 169.254.7.7\n"
              "= 3 60 fe80::1\n= 2 60 fe80::1\n.\n");
}

TEST(SimpleReply, MissesAreToldApartToOurs) {  // NSS-§status-02, NSS-§status-03
    dnssd::HostResult result = found({});
    EXPECT_EQ(format_host(result, HostReply::all), "-52 Is empty\n");
    result.outcome = dnssd::HostResult::Outcome::no_such_family;
    EXPECT_EQ(format_host(result, HostReply::all), "-52 Is empty\n");
    result.outcome = dnssd::HostResult::Outcome::no_such_name;
    EXPECT_EQ(format_host(result, HostReply::all), "-30 Not found\n");
}

TEST(SimpleReply, NamesOfAddresses) {
    dnssd::AddressResult result{dnssd::Handle{1}, true, 2, name("beta.local")};
    EXPECT_EQ(format_address(result, boost::asio::ip::make_address("169.254.7.7")),
              "+ 2 0 beta.local\n");
    EXPECT_EQ(format_address(result, boost::asio::ip::make_address("fe80::1")),
              "+ 2 1 beta.local\n");
    result.found = false;
    EXPECT_EQ(format_address(result, boost::asio::ip::make_address("fe80::1")),
              "-15 Timeout reached\n");
}

TEST(SimpleReply, NamesCannotBreakOutOfTheirField) {
    dnssd::HostResult result = found({address(2, "10.0.0.1")});
    const std::string_view label = "a b\n+ 9 0 evil";
    result.name = *mdns::wire::Name::from_labels({label, "local"});
    const std::string one = format_host(result, HostReply::avahi);
    EXPECT_EQ(std::ranges::count(one, '\n'), 1);
    EXPECT_EQ(std::ranges::count(one, ' '), 4);
    const std::string all = format_host(result, HostReply::all);
    EXPECT_EQ(std::ranges::count(all, '\n'), 3);
}

/// What this end writes, the module's parser reads.
TEST(SimpleReply, ModuleReadsTheLargestReply) {  // NSS-§buffer-07, NSS-§status-07
    std::vector<dnssd::HostAddress> addresses;
    for (int i = 0; i < 300; i++)
        addresses.push_back(address(
            2147483647, ("2001:db8:1111:2222:3333:4444:5555:" + std::to_string(1000 + i)).c_str(),
            2147483647u));
    dnssd::HostResult result = found(std::move(addresses));
    std::string worst;
    for (int i = 0; i < 62; i++) worst += "\\200";
    result.name = name(worst + "." + worst + "." + worst + "." + worst.substr(0, 200) + ".local");
    const std::string text = format_host(result, HostReply::all);
    avahid_answers answers;
    avahid_answers_init(&answers);
    avahid_reply reply;
    avahid_reply_init(&reply, AVAHID_REPLY_HOST, &answers);
    avahid_reply_feed(&reply, text.data(), text.size());
    EXPECT_EQ(reply.outcome, AVAHID_FOUND);
    EXPECT_EQ(answers.count, std::size_t{AVAHID_MAX_ADDRESSES});
    EXPECT_EQ(answers.ttl, 2147483647u);
}

TEST(SimpleReply, CodesAreThoseTheModuleKnows) {
    EXPECT_EQ(static_cast<int>(Code::not_found), AVAHID_CODE_NOT_FOUND);
    EXPECT_EQ(static_cast<int>(Code::is_empty), AVAHID_CODE_IS_EMPTY);
    EXPECT_EQ(static_cast<int>(Code::timeout), AVAHID_CODE_TIMEOUT);
    EXPECT_EQ(static_cast<int>(Code::invalid_command), AVAHID_CODE_INVALID_COMMAND);
    EXPECT_EQ(static_cast<int>(Code::invalid_host_name), AVAHID_CODE_INVALID_HOST_NAME);
    EXPECT_EQ(static_cast<int>(Code::invalid_address), AVAHID_CODE_INVALID_ADDRESS);
    EXPECT_EQ(static_cast<int>(Code::too_many_clients), AVAHID_CODE_TOO_MANY_CLIENTS);
    EXPECT_EQ(static_cast<int>(Code::too_many_objects), AVAHID_CODE_TOO_MANY_OBJECTS);
    EXPECT_EQ(static_cast<int>(Code::failure), AVAHID_CODE_FAILURE);
}

}  // namespace
}  // namespace avahid::simple
