// tests/nss-plugin/glibc_test.cpp: the same module behind the real getaddrinfo and gethostbyname.
// __nss_configure_lookup makes it the only service of this process; glibc finds the copy loaded by
// module() by its SONAME.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <nss.h>
#include <sys/socket.h>

#include <chrono>

#include "nss-plugin/protocol.h"
#include "tests/nss-plugin/fake_daemon.hpp"
#include "tests/nss-plugin/module.hpp"

namespace {

using namespace nss_test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* path = AVAHID_SOCKET_PATH;
constexpr const char* beta =
    "+ Beta.local\n= 2 120 169.254.7.7\n= 2 60 fe80::1\n= 3 60 fe80::1\n= 2 120 fd00::1\n.\n";

struct Result {
    int code = 0;
    std::string canonical{};
    std::vector<std::string> addresses{};
};

std::string to_text(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN];
    if (address->sa_family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(address);
        return inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
    }
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
    const std::string bare = inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
    return in6->sin6_scope_id == 0 ? bare : bare + "%" + std::to_string(in6->sin6_scope_id);
}

Result resolve(const char* name, int family, int flags = 0) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* list = nullptr;
    Result result{.code = getaddrinfo(name, nullptr, &hints, &list)};
    if (result.code != 0) return result;
    if (list->ai_canonname != nullptr) result.canonical = list->ai_canonname;
    for (const addrinfo* at = list; at != nullptr; at = at->ai_next)
        result.addresses.push_back(to_text(at->ai_addr));
    freeaddrinfo(list);
    return result;
}

class NssGlibc : public testing::Test {
protected:
    static void SetUpTestSuite() {
        module();
        ASSERT_EQ(__nss_configure_lookup("hosts", "avahid"), 0);
    }
};

TEST_F(NssGlibc, GetaddrinfoGivesAllWithScopes) {  // NSS-§abi-01, NSS-§abi-02, NSS-§scope-01
    const FakeDaemon daemon(path, beta);
    const Result result = resolve("beta.local", AF_UNSPEC);
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.addresses,
                UnorderedElementsAre("169.254.7.7", "fe80::1%2", "fe80::1%3", "fd00::1"));
    EXPECT_THAT(daemon.lines(), ElementsAre("LOOKUP-HOST-1 any beta.local"));  // one exchange
}

TEST_F(NssGlibc, GetaddrinfoOfOneFamily) {  // NSS-§abi-03, NSS-§af-04, NSS-§name-09
    const FakeDaemon daemon(path, beta);
    const Result ipv4 = resolve("beta.local", AF_INET, AI_CANONNAME);
    EXPECT_THAT(ipv4.addresses, ElementsAre("169.254.7.7"));
    EXPECT_EQ(ipv4.canonical, "Beta.local");
    EXPECT_THAT(resolve("beta.local", AF_INET6).addresses, ElementsAre("fd00::1"));
}

TEST_F(NssGlibc, MappedAddressesOfAnIpv4Host) {  // NSS-§af-04
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string& line) {
        const bool ipv6 = line.starts_with("LOOKUP-HOST-1 ipv6");
        peer.send(ipv6 ? "-52 Is empty\n" : "+ four.local\n= 2 9 10.0.0.1\n.\n");
    });
    EXPECT_THAT(resolve("four.local", AF_INET6, AI_V4MAPPED).addresses,
                ElementsAre("::ffff:10.0.0.1"));
}

TEST_F(NssGlibc, HostsWithAHundredAddresses) {  // NSS-§status-06, NSS-§buffer-07
    std::string reply = "+ many.local\n";
    for (int i = 0; i < 100; i++) reply += "= 2 120 10.0.0." + std::to_string(i) + "\n";
    const FakeDaemon daemon(path, reply + ".\n");
    EXPECT_EQ(resolve("many.local", AF_UNSPEC).addresses.size(), 100u);
    EXPECT_EQ(resolve("many.local", AF_INET).addresses.size(), 100u);
    const hostent* host = gethostbyname("many.local");
    ASSERT_NE(host, nullptr);
    int count = 0;
    for (char** at = host->h_addr_list; *at != nullptr; ++at) count++;
    EXPECT_EQ(count, 100);
}

TEST_F(NssGlibc, FailuresHaveTheirCodes) {  // NSS-§status-12, NSS-§status-02, NSS-§status-03
    const std::pair<const char*, int> expected[] = {
        {"-30 Not found\n", EAI_NONAME},
        {"-52 Is empty\n", EAI_NODATA},
        {"-16 Too many clients\n", EAI_AGAIN},
        {"nonsense\n", EAI_NONAME},
    };
    for (const auto& [reply, code] : expected) {
        const FakeDaemon daemon(path, reply);
        EXPECT_EQ(resolve("beta.local", AF_UNSPEC).code, code) << reply;
    }
}

TEST_F(NssGlibc, NoDaemonIsNoName) {  // NSS-§status-05
    const Result result = resolve("beta.local", AF_UNSPEC);
    EXPECT_EQ(result.code, EAI_NONAME);
}

TEST_F(NssGlibc, ForeignNamesNeverReachTheDaemon) {  // NSS-§status-04, NSS-§name-08, NSS-§name-10
    const FakeDaemon daemon(path, beta);
    EXPECT_EQ(resolve("www.example.com", AF_UNSPEC).code, EAI_NONAME);
    EXPECT_EQ(resolve("printer", AF_UNSPEC).code, EAI_NONAME);
    EXPECT_EQ(resolve("10.1.2.3", AF_UNSPEC).code, 0);
    EXPECT_THAT(daemon.lines(), IsEmpty());
}

TEST_F(NssGlibc, ReverseLookups) {  // NSS-§abi-06, NSS-§rev-03
    const FakeDaemon daemon(path, "+ 2 0 beta.local\n");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, "169.254.7.7", &address.sin_addr);
    char name[NI_MAXHOST];
    EXPECT_EQ(getnameinfo(reinterpret_cast<sockaddr*>(&address), sizeof address, name, sizeof name,
                          nullptr, 0, NI_NAMEREQD),
              0);
    EXPECT_STREQ(name, "beta.local");
    inet_pton(AF_INET, "10.0.0.1", &address.sin_addr);
    EXPECT_EQ(getnameinfo(reinterpret_cast<sockaddr*>(&address), sizeof address, name, sizeof name,
                          nullptr, 0, NI_NAMEREQD),
              EAI_NONAME);
    sockaddr_in6 mapped{};
    mapped.sin6_family = AF_INET6;
    inet_pton(AF_INET6, "::ffff:169.254.7.7", &mapped.sin6_addr);
    EXPECT_EQ(getnameinfo(reinterpret_cast<sockaddr*>(&mapped), sizeof mapped, name, sizeof name,
                          nullptr, 0, NI_NAMEREQD),
              0);
}

TEST_F(NssGlibc, EnumerationIsEmpty) {  // NSS-§abi-08
    const FakeDaemon daemon(path, beta);
    sethostent(0);
    EXPECT_EQ(gethostent(), nullptr);
    endhostent();
    EXPECT_THAT(daemon.lines(), IsEmpty());
}

}  // namespace
