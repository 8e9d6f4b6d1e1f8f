// tests/nss-plugin/module_test.cpp: the module as glibc sees it, before a daemon of our own making.
// Built with a short time limit, so that a hung daemon costs milliseconds.
#include "tests/nss-plugin/module.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <random>

#include "nss-plugin/protocol.h"
#include "tests/nss-plugin/fake_daemon.hpp"

namespace {

using namespace nss_test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* path = AVAHID_SOCKET_PATH;
constexpr auto time_limit = std::chrono::milliseconds(AVAHID_TIMEOUT_MS);
constexpr auto slack = 1s;  // of a busy machine
constexpr const char* beta =
    "+ Beta.local\n= 2 120 169.254.7.7\n= 2 60 fe80::1\n= 3 60 fe80::1\n= 2 120 fd00::1\n.\n";

std::size_t open_descriptors() {
    std::size_t count = 0;
    for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
    return count;
}

class NssModule : public testing::Test {
protected:
    void SetUp() override {
        module();
        descriptors_ = open_descriptors();
    }
    void TearDown() override { EXPECT_EQ(open_descriptors(), descriptors_); }  // NSS-§thread-03

private:
    std::size_t descriptors_ = 0;
};

// ---- found ----

TEST_F(NssModule, GivesAllAddressesInOneExchange) {  // NSS-§abi-02, NSS-§status-01, NSS-§scope-01
    const FakeDaemon daemon(path, beta);
    const Outcome outcome = lookup4("beta.local.");
    EXPECT_EQ(outcome.verdict, success);
    EXPECT_EQ(outcome.name, "Beta.local");
    EXPECT_EQ(outcome.ttl, 60);  // NSS-§abi-10
    EXPECT_THAT(outcome.addresses, ElementsAre("fe80::1%2", "fe80::1%3", "fd00::1", "169.254.7.7"));
    EXPECT_THAT(daemon.lines(), ElementsAre("LOOKUP-HOST-1 any beta.local."));
}

TEST_F(NssModule, OneFamilyAsksForThatFamilyOnly) {  // NSS-§abi-03, NSS-§scope-03
    const FakeDaemon daemon(path, beta);
    const Outcome ipv4 = lookup3("beta.local", AF_INET);
    EXPECT_EQ(ipv4.verdict, success);
    EXPECT_EQ(ipv4.name, "Beta.local");  // NSS-§name-09
    EXPECT_THAT(ipv4.addresses, ElementsAre("169.254.7.7"));
    EXPECT_THAT(lookup3("beta.local", AF_INET6).addresses, ElementsAre("fd00::1"));
    EXPECT_THAT(daemon.lines(),
                ElementsAre("LOOKUP-HOST-1 ipv4 beta.local", "LOOKUP-HOST-1 ipv6 beta.local"));
}

TEST_F(NssModule, UnspecifiedHostentPrefersIpv4) {  // NSS-§af-03
    {
        const FakeDaemon daemon(path, beta);
        EXPECT_THAT(lookup3("beta.local", AF_UNSPEC).addresses, ElementsAre("169.254.7.7"));
    }
    const FakeDaemon daemon(path, "+ six.local\n= 2 9 fd00::1\n.\n");
    EXPECT_THAT(lookup3("six.local", AF_UNSPEC).addresses, ElementsAre("fd00::1"));
}

TEST_F(NssModule, OlderFunctionsAgree) {  // NSS-§abi-04, NSS-§abi-05, NSS-§abi-06, NSS-§abi-07
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string& line) {
        peer.send(line.starts_with("LOOKUP") ? beta : "+ 2 0 beta.local\n");
    });
    char buffer[1024];
    hostent host{};
    Verdict verdict{.error = preset, .h_error = preset};
    verdict.status = module().by_name2("beta.local", AF_INET6, &host, buffer, sizeof buffer,
                                       &verdict.error, &verdict.h_error);
    EXPECT_EQ(verdict, success);
    EXPECT_EQ(host.h_addrtype, AF_INET6);
    verdict.status = module().by_name("beta.local", &host, buffer, sizeof buffer, &verdict.error,
                                      &verdict.h_error);
    EXPECT_EQ(verdict, success);
    EXPECT_EQ(host.h_addrtype, AF_INET);
    EXPECT_EQ(host.h_length, 4);
    const in_addr address{inet_addr("169.254.7.7")};
    verdict.status = module().by_addr(&address, sizeof address, AF_INET, &host, buffer,
                                      sizeof buffer, &verdict.error, &verdict.h_error);
    EXPECT_EQ(verdict, success);
    EXPECT_STREQ(host.h_name, "beta.local");
}

TEST_F(NssModule, OptionalPointersMayBeNull) {  // NSS-§abi-10
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string& line) {
        peer.send(line.starts_with("LOOKUP") ? beta : "+ 2 0 beta.local\n");
    });
    char buffer[1024];
    hostent host{};
    gaih_addrtuple* list = nullptr;
    int error = preset;
    int h_error = preset;
    const in_addr address{inet_addr("169.254.7.7")};
    EXPECT_EQ(
        module().by_name4("beta.local", &list, buffer, sizeof buffer, &error, &h_error, nullptr),
        NSS_STATUS_SUCCESS);
    EXPECT_EQ(module().by_name3("beta.local", AF_INET, &host, buffer, sizeof buffer, &error,
                                &h_error, nullptr, nullptr),
              NSS_STATUS_SUCCESS);
    EXPECT_EQ(module().by_addr2(&address, sizeof address, AF_INET, &host, buffer, sizeof buffer,
                                &error, &h_error, nullptr),
              NSS_STATUS_SUCCESS);
}

TEST_F(NssModule, NamesAddresses) {  // NSS-§rev-04
    const FakeDaemon daemon(path, "+ 2 0 beta.local\n");
    const Outcome ipv4 = lookup_addr(AF_INET, "169.254.7.7");
    EXPECT_EQ(ipv4.verdict, success);
    EXPECT_EQ(ipv4.name, "beta.local");
    EXPECT_THAT(ipv4.addresses, ElementsAre("169.254.7.7"));
    EXPECT_EQ(ipv4.ttl, AVAHID_UNKNOWN_TTL);
    EXPECT_THAT(lookup_addr(AF_INET6, "fe80::1").addresses, ElementsAre("fe80::1"));
    EXPECT_THAT(daemon.lines(),
                ElementsAre("RESOLVE-ADDRESS 169.254.7.7", "RESOLVE-ADDRESS fe80::1"));
}

TEST_F(NssModule, NamesMappedAddresses) {  // NSS-§rev-03
    const FakeDaemon daemon(path, "+ 2 0 beta.local\n");
    EXPECT_THAT(lookup_addr(AF_INET6, "::ffff:169.254.7.7").addresses,
                ElementsAre("::ffff:169.254.7.7"));
    EXPECT_THAT(daemon.lines(), ElementsAre("RESOLVE-ADDRESS 169.254.7.7"));
}

TEST_F(NssModule, NamesFromTheNetworkAreNoShellCommands) {  // NSS-§sec-01
    const FakeDaemon daemon(path, "+ 2 0 $(reboot).local\n");
    EXPECT_EQ(lookup_addr(AF_INET, "169.254.7.7").verdict, no_name);
}

TEST_F(NssModule, SuccessLeavesErrnoAlone) {  // NSS-§status-11, NSS-§status-09
    const FakeDaemon daemon(path, beta);
    char buffer[1024];
    gaih_addrtuple* list = nullptr;
    int h_error = preset;
    errno = 1234;
    EXPECT_EQ(
        module().by_name4("beta.local", &list, buffer, sizeof buffer, &errno, &h_error, nullptr),
        NSS_STATUS_SUCCESS);
    EXPECT_EQ(errno, 1234);
}

TEST_F(NssModule, FailureGoesThroughThePointers) {  // NSS-§status-10
    int error = preset;
    int h_error = preset;
    gaih_addrtuple* list = nullptr;
    char buffer[64];
    errno = 1234;
    h_errno = 77;
    EXPECT_EQ(
        module().by_name4("beta.local", &list, buffer, sizeof buffer, &error, &h_error, nullptr),
        NSS_STATUS_UNAVAIL);
    EXPECT_EQ(errno, 1234);
    EXPECT_EQ(h_errno, 77);
    EXPECT_EQ(error, ENOENT);
    EXPECT_EQ(
        module().by_name4("beta.local", &list, buffer, sizeof buffer, &errno, &h_error, nullptr),
        NSS_STATUS_UNAVAIL);
    EXPECT_EQ(errno, ENOENT);  // where errnop is errno itself, the verdict stays
}

// ---- not found, not ours ----

TEST_F(NssModule, StatusNumbersAreGlibcs) {  // NSS-§abi-09
    EXPECT_EQ(lookup4("www.example.com").verdict.status, -1);
    {
        const FakeDaemon daemon(path, "-30 Not found\n");
        EXPECT_EQ(lookup4("nobody.local").verdict.status, 0);
    }
    const FakeDaemon daemon(path, beta);
    EXPECT_EQ(lookup4("beta.local").verdict.status, 1);
    EXPECT_EQ(lookup4("beta.local", 8).verdict.status, -2);
}

TEST_F(NssModule, NegativeAnswersAreNotFound) {  // NSS-§status-02, NSS-§status-03, NSS-§conf-01
    {
        const FakeDaemon daemon(path, "-30 Not found\n");
        EXPECT_EQ(lookup4("nobody.local").verdict, no_name);
        EXPECT_EQ(lookup3("nobody.local", AF_INET).verdict, no_name);
    }
    {
        const FakeDaemon daemon(path, "-52 Is empty\n");
        EXPECT_EQ(lookup3("four.local", AF_INET6).verdict, no_family);
    }
    const FakeDaemon daemon(path, "-15 Timeout reached\n");
    EXPECT_EQ(lookup_addr(AF_INET, "169.254.9.9").verdict, no_name);
}

TEST_F(NssModule, NamesOfAUnicastZoneAreNotOurs) {  // NSS-§name-03
    const FakeDaemon daemon(path, "-4 Invalid domain name\n");
    EXPECT_EQ(lookup4("server.local").verdict, not_ours);
    EXPECT_EQ(lookup3("server.local", AF_INET).verdict, not_ours);
}

TEST_F(NssModule, SuccessIsNeverEmpty) {  // NSS-§status-13
    {
        const FakeDaemon daemon(path, "+ none.local\n.\n");
        EXPECT_EQ(lookup4("none.local").verdict, no_family);
    }
    const FakeDaemon daemon(path, "+ four.local\n= 2 9 10.0.0.1\n.\n");
    EXPECT_EQ(lookup3("four.local", AF_INET6).verdict, no_family);
}

TEST_F(NssModule, ForeignLookupsDoNoIo) {  // NSS-§status-04, NSS-§name-06, NSS-§af-01, NSS-§rev-01
    const FakeDaemon daemon(path, beta);
    EXPECT_EQ(lookup4("www.example.com").verdict, not_ours);
    EXPECT_EQ(lookup4("a\nRESOLVE-ADDRESS 1.2.3.4\n.local").verdict, not_ours);
    EXPECT_EQ(lookup3("beta.local", AF_UNIX).verdict, not_ours);
    EXPECT_EQ(lookup_addr(AF_INET, "10.0.0.1").verdict, not_ours);
    EXPECT_EQ(lookup_addr(AF_INET6, "::1").verdict, not_ours);
    Verdict verdict{.error = preset, .h_error = preset};
    hostent host{};
    char buffer[512];
    verdict.status = module().by_addr("\xa9\xfe\x01", 3, AF_INET, &host, buffer, sizeof buffer,
                                      &verdict.error, &verdict.h_error);
    EXPECT_EQ(verdict, not_ours);
    EXPECT_THAT(daemon.lines(), IsEmpty());
}

// ---- the caller's buffer ----

TEST_F(NssModule, EveryBufferIsTooSmallUntilItIsLargeEnough) {  // NSS-§status-06
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string& line) {
        peer.send(line.starts_with("LOOKUP") ? beta : "+ 2 0 beta.local\n");
    });
    Outcome outcome;
    std::size_t length = 0;
    for (; length < 512 && outcome.verdict != success; length++) {
        outcome = lookup4("beta.local", length);
        ASSERT_TRUE(outcome.verdict == success || outcome.verdict == too_small) << length;
    }
    EXPECT_EQ(outcome.addresses.size(), 4u);
    outcome = {};
    for (length = 0; length < 512 && outcome.verdict != success; length++) {
        outcome = lookup3("beta.local", AF_INET6, length);
        ASSERT_TRUE(outcome.verdict == success || outcome.verdict == too_small) << length;
    }
    EXPECT_EQ(outcome.addresses.size(), 1u);
}

// ---- a daemon that is not there, not well, or not ours ----

TEST_F(NssModule, NoDaemonIsUnavailableAtOnce) {  // NSS-§status-05
    ::unlink(path);
    const auto start = steady_clock::now();
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(ENOENT));
    EXPECT_EQ(lookup_addr(AF_INET, "169.254.7.7").verdict, unavailable(ENOENT));
    EXPECT_LT(steady_clock::now() - start, 200ms);
}

TEST_F(NssModule, NoDaemonCostsLessThanAMillisecond) {  // NSS-§status-05
    ::unlink(path);
    std::vector<steady_clock::duration> took;
    for (int i = 0; i < 101; i++) {
        const auto start = steady_clock::now();
        lookup4("beta.local");
        took.push_back(steady_clock::now() - start);
    }
    std::ranges::nth_element(took, took.begin() + 50);
    EXPECT_LT(took[50], 1ms);
}

TEST_F(NssModule, DeadDaemonIsUnavailableAtOnce) {  // NSS-§status-05
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(ECONNREFUSED));
    ::close(fd);
    EXPECT_EQ(lookup3("beta.local", AF_INET).verdict, unavailable(ECONNREFUSED));
    ::unlink(path);
}

TEST_F(NssModule, HungDaemonIsBounded) {  // NSS-§time-01, NSS-§time-03, NSS-§rev-07
    const FakeDaemon daemon(path,
                            [](const Peer& peer, const std::string&) { peer.wait_for_close(); });
    for (const bool reverse : {false, true}) {
        const auto start = steady_clock::now();
        const Verdict verdict =
            reverse ? lookup_addr(AF_INET, "169.254.7.7").verdict : lookup4("beta.local").verdict;
        const auto took = steady_clock::now() - start;
        EXPECT_EQ(verdict, unavailable(ETIMEDOUT));
        EXPECT_GE(took, time_limit - 2ms);  // whole milliseconds are counted
        EXPECT_LT(took, time_limit + slack);
    }
}

TEST_F(NssModule, DrippingDaemonIsBounded) {  // NSS-§time-01
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string&) {
        while (peer.send("+")) std::this_thread::sleep_for(5ms);
    });
    const auto start = steady_clock::now();
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(ETIMEDOUT));
    EXPECT_LT(steady_clock::now() - start, time_limit + slack);
}

TEST_F(NssModule, FullBacklogIsBounded) {  // NSS-§time-01
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener, 0), 0);
    std::vector<int> waiting;
    for (int fd = -1;;) {
        fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        waiting.push_back(fd);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) break;
    }
    const auto start = steady_clock::now();
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(ETIMEDOUT));
    EXPECT_LT(steady_clock::now() - start, time_limit + slack);
    for (const int fd : waiting) ::close(fd);
    ::close(listener);
    ::unlink(path);
}

TEST_F(NssModule, FullBacklogIsWaitedFor) {  // a daemon that is busy starting
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener, 0), 0);
    const int before = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::connect(before, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::thread late([listener] {
        std::this_thread::sleep_for(time_limit / 4);
        for (int i = 0; i < 2; i++) {
            const int fd = ::accept(listener, nullptr, nullptr);
            ::send(fd, beta, std::strlen(beta), MSG_NOSIGNAL);
            ::close(fd);
        }
    });
    EXPECT_EQ(lookup4("beta.local").verdict, success);
    late.join();
    ::close(before);
    ::close(listener);
    ::unlink(path);
}

// NSS-§sec-01, NSS-§status-07, NSS-§thread-04: a signal would end this program
TEST_F(NssModule, BrokenRepliesAreUnavailable) {
    const std::map<std::string, std::string> replies = {
        {"nothing", ""},
        {"half a line", "+ beta.lo"},
        {"half a reply", "+ beta.local\n= 2 120 10.0.0.1\n"},
        {"half an error", "-30"},
        {"no newline", std::string(100000, 'x')},
        {"binary", std::string("\0\xff\x01\n\0", 5)},
        {"bad address", "+ beta.local\n= 2 120 10.0.0.1.2\n.\n"},
        {"two replies in one", "+ beta.local\n+ beta.local\n.\n"},
        {"other errors", "-1 Operation failed\n"},
    };
    for (const auto& [what, reply] : replies) {
        const FakeDaemon daemon(path, reply);
        const Verdict verdict = lookup4("beta.local").verdict;
        EXPECT_EQ(verdict.status, NSS_STATUS_UNAVAIL) << what;
        EXPECT_EQ(verdict.h_error, NO_RECOVERY) << what;
        EXPECT_TRUE(verdict.error == EPROTO || verdict.error == ECONNRESET) << what;
    }
}

TEST_F(NssModule, TenThousandLinesAreNoLoop) {  // NSS-§status-07
    std::string reply = "+ beta.local\n";
    for (int i = 0; i < 10000; i++)
        reply += "= 2 120 10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256) + "\n";
    const FakeDaemon daemon(path, reply + ".\n");
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(EPROTO));
}

TEST_F(NssModule, RepliesCutAnywhereAreUnavailable) {  // NSS-§sec-01, NSS-§status-13
    const std::string whole = beta;
    std::atomic<std::size_t> length = 0;
    const FakeDaemon daemon(path, [&](const Peer& peer, const std::string&) {
        peer.send(std::string_view(whole).substr(0, length));
    });
    for (; length < whole.size(); ++length)
        EXPECT_EQ(lookup4("beta.local").verdict, unavailable(ECONNRESET)) << length;
    EXPECT_EQ(lookup4("beta.local").verdict, success);
}

TEST_F(NssModule, RepliesMayComeInAnyPieces) {
    std::atomic<std::size_t> size = 1;
    const FakeDaemon daemon(path, [&](const Peer& peer, const std::string&) {
        const std::string_view whole = beta;
        for (std::size_t at = 0; at < whole.size(); at += size) {
            if (at > 0) std::this_thread::sleep_for(100us);
            peer.send(whole.substr(at, size));
        }
    });
    for (; size < 9; ++size) EXPECT_EQ(lookup4("beta.local").verdict, success) << size;
}

/// What a daemon taken over by somebody hostile might say: mutations of a good reply, seeded.
std::string hostile_reply(std::mt19937& random) {
    static const std::vector<std::string> pieces = {"+ beta.local\n",
                                                    "= 2 120 10.0.0.1\n",
                                                    "= 2 60 fe80::1\n",
                                                    ".\n",
                                                    "-30 Not found\n",
                                                    "+",
                                                    "= 99999999999999999999 1 ::\n",
                                                    "= -1 -1 10.0.0.1\n",
                                                    "= 2 120 unix\n",
                                                    "\n",
                                                    " ",
                                                    "-",
                                                    std::string("\0", 1),
                                                    std::string("= 2 1 10.0.0.\0001\n", 16),
                                                    "\xff\xfe",
                                                    "%n%s",
                                                    "\r\n",
                                                    std::string(1023, 'a'),
                                                    std::string(1025, ' '),
                                                    "= 2 120 ::ffff:10.0.0.1\n",
                                                    "= 0 120 fe80::1\n",
                                                    "+ \x1b[2J.local\n",
                                                    "-21 Invalid command\n",
                                                    "-16 Too many\n"};
    std::string reply = random() % 2 == 0 ? "+ beta.local\n" : "";
    const std::size_t count = random() % 12;
    for (std::size_t i = 0; i < count; i++) reply += pieces[random() % pieces.size()];
    if (random() % 3 == 0) reply += ".\n";
    if (random() % 50 == 0) reply.append(200000, '=');
    return reply;
}

/// Whatever it is told, the module says one of the things of README's table, and nothing empty.
void expect_sane(const Outcome& outcome) {
    const Verdict& verdict = outcome.verdict;
    if (verdict == success) {
        EXPECT_FALSE(outcome.addresses.empty());
        EXPECT_FALSE(outcome.name.empty());
        return;
    }
    EXPECT_TRUE(verdict == no_name || verdict == no_family || verdict == busy ||
                (verdict.status == NSS_STATUS_UNAVAIL && verdict.h_error == NO_RECOVERY &&
                 verdict.error > 0 && verdict.error != preset))
        << verdict.status << " " << verdict.error << " " << verdict.h_error;
}

TEST_F(NssModule, HostileDaemonCannotHarmManyThreads) {  // NSS-§sec-01, NSS-§status-07
    std::atomic<unsigned> seed = 1;
    const FakeDaemon daemon(path, [&seed](const Peer& peer, const std::string&) {
        std::mt19937 random(seed++);
        peer.send(hostile_reply(random));
    });
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; n++) {
        threads.emplace_back([] {
            for (int i = 0; i < 200; i++) {
                expect_sane(lookup4("beta.local"));
                expect_sane(lookup3("beta.local", AF_INET6));
                expect_sane(lookup_addr(AF_INET, "169.254.7.7"));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST_F(NssModule, EndlessReplyIsBounded) {  // NSS-§sec-01, NSS-§time-01
    const FakeDaemon daemon(path, [](const Peer& peer, const std::string&) {
        peer.send("+ beta.local\n");
        while (peer.send("= 2 120 10.0.0.1\n")) {  // always the same: never too many
        }
    });
    const auto start = steady_clock::now();
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(EPROTO));
    EXPECT_LT(steady_clock::now() - start, time_limit + slack);
}

/// Speaks first, hears nothing, hangs up: so many times.
class RudeDaemon {
public:
    RudeDaemon(const char* text, int times) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 16), 0);
        thread_ = std::thread([this, text, times] {
            for (int i = 0; i < times; i++) {
                const int fd = ::accept(listener_, nullptr, nullptr);
                if (*text != '\0') ::send(fd, text, std::strlen(text), MSG_NOSIGNAL);
                ::close(fd);
            }
        });
    }
    ~RudeDaemon() {
        thread_.join();
        ::close(listener_);
        ::unlink(path);
    }
    RudeDaemon(const RudeDaemon&) = delete;
    RudeDaemon& operator=(const RudeDaemon&) = delete;

private:
    int listener_ = -1;
    std::thread thread_;
};

TEST_F(NssModule, DaemonThatHangsUpFirstRaisesNoSignal) {  // NSS-§thread-04
    const RudeDaemon daemon("", 500);
    for (int i = 0; i < 500; i++)
        EXPECT_EQ(lookup4("beta.local").verdict.status, NSS_STATUS_UNAVAIL);
}

TEST_F(NssModule, RefusalBeforeTheQuestionIsHeard) {  // NSS-§status-08
    const RudeDaemon daemon("-16 Too many clients\n", 500);
    for (int i = 0; i < 500; i++) EXPECT_EQ(lookup4("beta.local").verdict, busy);
}

TEST_F(NssModule, NoDescriptorLeftIsTryAgain) {  // NSS-§status-08
    const FakeDaemon daemon(path, beta);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    const Verdict verdict = lookup4("beta.local").verdict;
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(verdict, busy);
}

// ---- Avahi's daemon instead of ours ----

class NssModuleWithAvahi : public NssModule {
protected:
    static FakeDaemon::Handler avahi(std::map<std::string, std::string> replies) {
        return [replies = std::move(replies)](const Peer& peer, const std::string& line) {
            if (line.starts_with("LOOKUP-HOST-1")) {
                peer.send("-21 Invalid command \"LOOKUP-HOST-1\", try \"HELP\".\n");
            } else if (const auto reply = replies.find(line); reply != replies.end()) {
                peer.send(reply->second);
            } else {
                peer.wait_for_close();
            }
        };
    }
};

TEST_F(NssModuleWithAvahi, AsksForBothFamilies) {  // NSS-§time-02
    const FakeDaemon daemon(
        path, avahi({{"RESOLVE-HOSTNAME-IPV4 beta.local", "+ 2 0 beta.local 10.0.0.1\n"},
                     {"RESOLVE-HOSTNAME-IPV6 beta.local", "+ 2 1 beta.local fe80::1\n"}}));
    const Outcome outcome = lookup4("beta.local");
    EXPECT_EQ(outcome.verdict, success);
    EXPECT_EQ(outcome.name, "beta.local");
    EXPECT_EQ(outcome.ttl, AVAHID_UNKNOWN_TTL);
    EXPECT_THAT(outcome.addresses, testing::UnorderedElementsAre("10.0.0.1", "fe80::1%2"));
    EXPECT_THAT(lookup3("beta.local", AF_INET6).addresses, ElementsAre("fe80::1"));
}

TEST_F(NssModuleWithAvahi, SilentFamilyDelaysLittle) {  // NSS-§time-02
    const FakeDaemon daemon(
        path, avahi({{"RESOLVE-HOSTNAME-IPV4 beta.local", "+ 2 0 beta.local 10.0.0.1\n"}}));
    const auto start = steady_clock::now();
    EXPECT_THAT(lookup4("beta.local").addresses, ElementsAre("10.0.0.1"));
    EXPECT_LT(steady_clock::now() - start, time_limit);
}

TEST_F(NssModuleWithAvahi, SilenceMeansNoSuchName) {  // NSS-§status-02, NSS-§time-01
    const FakeDaemon daemon(path, avahi({}));
    const auto start = steady_clock::now();
    EXPECT_EQ(lookup4("nobody.local").verdict, no_name);
    EXPECT_EQ(lookup3("nobody.local", AF_INET6).verdict, no_name);
    EXPECT_LT(steady_clock::now() - start, 2 * time_limit + slack);
}

TEST_F(NssModuleWithAvahi, HalfANameIsNotAsked) {  // NSS-§name-06
    const FakeDaemon daemon(path, avahi({}));
    EXPECT_EQ(lookup4("two words.local").verdict, no_name);
    EXPECT_THAT(daemon.lines(), ElementsAre("LOOKUP-HOST-1 any two words.local"));
}

TEST_F(NssModuleWithAvahi, DaemonWithoutAnyCommandIsUnavailable) {
    const FakeDaemon daemon(path, "-21 Invalid command, try \"HELP\".\n");
    EXPECT_EQ(lookup4("beta.local").verdict, unavailable(EPROTO));
    EXPECT_EQ(lookup_addr(AF_INET, "169.254.7.7").verdict, unavailable(EPROTO));
}

}  // namespace
