// tests/nss-plugin/reply_test.cpp: replies, right and wrong, in pieces of every size (reply.c).
#include "nss-plugin/reply.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <string>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Parsed {
    avahid_outcome outcome;
    std::string name;
    std::uint32_t ttl;
    std::vector<std::string> addresses;
};

std::string to_text(const avahid_address& address) {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(address.family, address.bytes, text, sizeof text);
    return address.scope == 0 ? text : fmt::format("{}%{}", text, address.scope);
}

Parsed parse(avahid_reply_kind kind, std::string_view bytes, std::size_t piece = 1u << 20) {
    avahid_answers answers;
    avahid_answers_init(&answers);
    avahid_reply reply;
    avahid_reply_init(&reply, kind, &answers);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::string_view part = bytes.substr(at, piece);
        avahid_reply_feed(&reply, part.data(), part.size());
    }
    Parsed parsed{reply.outcome, answers.name, answers.ttl, {}};
    for (std::size_t i = 0; i < answers.count; i++)
        parsed.addresses.push_back(to_text(answers.addresses[i]));
    return parsed;
}

Parsed host(std::string_view bytes, std::size_t piece = 1u << 20) {
    return parse(AVAHID_REPLY_HOST, bytes, piece);
}

constexpr std::string_view good =
    "+ Beta.local\n= 2 120 169.254.7.7\n= 3 60 169.254.7.7\n= 2 120 fe80::1\n= 3 120 fe80::1\n"
    "= 2 120 2001:db8::1\n.\n";

TEST(NssReply, ReadsAllAddresses) {  // NSS-§buffer-07, NSS-§scope-01, NSS-§scope-02, NSS-§scope-05
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 50u, 1000u}) {
        const Parsed parsed = host(good, piece);
        EXPECT_EQ(parsed.outcome, AVAHID_FOUND);
        EXPECT_EQ(parsed.name, "Beta.local");
        EXPECT_EQ(parsed.ttl, 60u);
        EXPECT_THAT(parsed.addresses,
                    ElementsAre("169.254.7.7", "fe80::1%2", "fe80::1%3", "2001:db8::1"));
    }
}

TEST(NssReply, IsPendingUntilItsLastByte) {  // NSS-§sec-01
    for (std::size_t length = 0; length < good.size(); length++)
        EXPECT_EQ(host(good.substr(0, length)).outcome, AVAHID_PENDING) << length;
}

TEST(NssReply, IgnoresWhatFollows) {
    EXPECT_EQ(host(std::string(good) + std::string(100000, 'x')).outcome, AVAHID_FOUND);
}

TEST(NssReply, NamesLoseTheirFinalDot) {  // NSS-§name-09
    EXPECT_EQ(host("+ a.local.\n= 2 1 10.0.0.1\n.\n").name, "a.local");
    EXPECT_EQ(host("+ two words.local\n= 2 1 10.0.0.1\n.\n").name, "two words.local");
}

TEST(NssReply, TellsFailuresApart) {  // NSS-§status-02, NSS-§status-03, NSS-§status-08
    EXPECT_EQ(host("-30 Not found\n").outcome, AVAHID_NO_NAME);
    EXPECT_EQ(host("-15 Timeout reached\n").outcome, AVAHID_NO_NAME);
    EXPECT_EQ(host("-3 Invalid host name\n").outcome, AVAHID_NO_NAME);
    EXPECT_EQ(host("-52 Is empty\n").outcome, AVAHID_NO_FAMILY);
    EXPECT_EQ(host("-4 Invalid domain name\n").outcome, AVAHID_NOT_OURS);
    EXPECT_EQ(host("-16 Too many clients\n").outcome, AVAHID_BUSY);
    EXPECT_EQ(host("-17\n").outcome, AVAHID_BUSY);
    EXPECT_EQ(host("-1 Operation failed\n").outcome, AVAHID_UNAVAILABLE);
    EXPECT_EQ(host("-21 Invalid command \"LOOKUP-HOST-1\", try \"HELP\".\n").outcome,
              AVAHID_UNKNOWN_COMMAND);
}

TEST(NssReply, FoundWithoutAddressesIsNoFamily) {  // NSS-§status-13
    EXPECT_EQ(host("+ a.local\n.\n").outcome, AVAHID_NO_FAMILY);
}

TEST(NssReply, OneWrongLineBreaksIt) {  // NSS-§sec-01, NSS-§status-07
    const std::string head = "+ a.local\n= 2 120 10.0.0.1\n";
    for (const char* line : {"",
                             " ",
                             "+ b.local",
                             "-30 Not found",
                             "= 2 120",
                             "= 2",
                             "=",
                             "= 2 120 10.0.0.1 x",
                             "= 2 120 10.0.0",
                             "= 2 120 10.0.0.256",
                             "= 2 120 fe80::1%eth0",
                             "= 0 120 fe80::1",
                             "= -1 120 10.0.0.1",
                             "= 2 -1 10.0.0.1",
                             "= 99999999999999999999 120 10.0.0.1",
                             "= 2 2147483648 10.0.0.1",
                             "= 0x2 120 10.0.0.1",
                             "= 2 120 \xff\xfe",
                             ". ",
                             "..",
                             "x"})
        EXPECT_EQ(host(head + line + "\n.\n").outcome, AVAHID_UNAVAILABLE) << line;
}

TEST(NssReply, OneWrongFirstLineBreaksIt) {  // NSS-§sec-01
    for (const char* line : {"", "+", "+ ", "+a.local", "= 2 120 10.0.0.1", ".", "-", "-x", "--1",
                             "- ", "+ a\x01.local", "+ a\x7f", "HTTP/1.1 400 Bad Request"})
        EXPECT_EQ(host(std::string(line) + "\n= 2 1 10.0.0.1\n.\n").outcome, AVAHID_UNAVAILABLE)
            << line;
    EXPECT_EQ(host(std::string_view("+ a\0b\n= 2 1 10.0.0.1\n.\n", 24)).outcome,
              AVAHID_UNAVAILABLE);
}

TEST(NssReply, LongLinesAreCutShort) {  // NSS-§sec-01
    const std::string longest = "+ " + std::string(AVAHID_MAX_LINE - 2, 'a');
    EXPECT_EQ(host(longest + "\n").outcome, AVAHID_PENDING);
    EXPECT_EQ(host(longest + "a\n").outcome, AVAHID_UNAVAILABLE);
    EXPECT_EQ(host(std::string(1 << 20, 'a')).outcome, AVAHID_UNAVAILABLE);
}

std::string many(std::size_t count) {
    std::string text = "+ a.local\n";
    for (std::size_t i = 0; i < count; i++)
        text += fmt::format("= 2 120 10.0.{}.{}\n", i / 256 % 256, i % 256);
    return text + ".\n";
}

TEST(NssReply, KeepsUpToTheAgreedNumberOfAddresses) {  // NSS-§buffer-07, NSS-§status-07
    const Parsed parsed = host(many(AVAHID_MAX_ADDRESSES));
    EXPECT_EQ(parsed.outcome, AVAHID_FOUND);
    EXPECT_EQ(parsed.addresses.size(), std::size_t{AVAHID_MAX_ADDRESSES});
    EXPECT_EQ(host(many(AVAHID_MAX_ADDRESSES + 1)).outcome, AVAHID_UNAVAILABLE);
    EXPECT_EQ(host(many(10000)).outcome, AVAHID_UNAVAILABLE);
}

TEST(NssReply, EndlessRepetitionEnds) {  // NSS-§status-07
    std::string text = "+ a.local\n";
    while (text.size() <= AVAHID_MAX_REPLY) text += "= 2 120 10.0.0.1\n";
    EXPECT_EQ(host(text + ".\n").outcome, AVAHID_UNAVAILABLE);
}

TEST(NssReply, ReadsAvahisHostReply) {  // NSS-§scope-01
    const Parsed parsed = parse(AVAHID_REPLY_AVAHI_HOST, "+ 2 1 hostb.local fe80::42\n");
    EXPECT_EQ(parsed.outcome, AVAHID_FOUND);
    EXPECT_EQ(parsed.name, "hostb.local");
    EXPECT_EQ(parsed.ttl, std::uint32_t{AVAHID_UNKNOWN_TTL});
    EXPECT_THAT(parsed.addresses, ElementsAre("fe80::42%2"));
    for (const char* line : {"+", "+ 2", "+ 2 0", "+ 2 0 a.local", "+ 2 0 a.local x",
                             "+ x 0 a.local 10.0.0.1", "+ 0 1 a.local fe80::1"})
        EXPECT_EQ(parse(AVAHID_REPLY_AVAHI_HOST, std::string(line) + "\n").outcome,
                  AVAHID_UNAVAILABLE)
            << line;
}

TEST(NssReply, ReadsAvahisAddressReply) {  // NSS-§rev-04
    const Parsed parsed = parse(AVAHID_REPLY_AVAHI_ADDRESS, "+ 2 0 hostb.local\n");
    EXPECT_EQ(parsed.outcome, AVAHID_FOUND);
    EXPECT_EQ(parsed.name, "hostb.local");
    EXPECT_THAT(parsed.addresses, IsEmpty());
    for (const char* line : {"+", "+ 2", "+ 2 0", "hostb.local"})
        EXPECT_EQ(parse(AVAHID_REPLY_AVAHI_ADDRESS, std::string(line) + "\n").outcome,
                  AVAHID_UNAVAILABLE)
            << line;
}

}  // namespace
