// tests/avahid/simple/server_test.cpp: real sockets, one thread: the test runs the io_context by
// hand and is every client.
#include "avahid/simple/server.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <fstream>
#include <functional>
#include <utility>

#include "tests/avahid/simple/fake_session.hpp"

namespace avahid::simple {
namespace {

using namespace std::chrono_literals;
using simple_test::calls;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* path = "test_simple_server.sock";
const std::string opened = "open " + std::to_string(getuid());

sockaddr_un address_of(const char* text) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, text, sizeof address.sun_path - 1);
    return address;
}

/// A client whose every call returns at once.
class Client {
public:
    Client() {
        const sockaddr_un address = address_of(path);
        fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connected_ =
            ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { leave(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    int fd() const { return fd_; }
    void say(std::string_view text) const {
        (void)!::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    }
    void shut_sending() const { ::shutdown(fd_, SHUT_WR); }
    void leave() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    /// All that came so far; " (closed)" is added when the server has hung up.
    std::string heard() const {
        std::string text;
        char bytes[4096];
        ssize_t got = 0;
        while ((got = ::recv(fd_, bytes, sizeof bytes, 0)) > 0)
            text.append(bytes, static_cast<std::size_t>(got));
        if (got == 0) text += " (closed)";
        return text;
    }

private:
    int fd_ = -1;
    bool connected_ = false;
};

class SimpleServer : public testing::Test {
protected:
    SimpleServer() {
        calls() = {};
        ::unlink(path);
    }
    void start(const Limits& limits = {}) {
        server_ = std::make_unique<Server>(
            io_, simple_test::session(),
            [this] {
                pumps_++;
                if (const auto pumped = std::exchange(on_pump_, {})) pumped();
            },
            [this](const std::string& line) { logged_.push_back(line); }, limits);
        ASSERT_FALSE(server_->listen(path));
    }
    /// Until there is nothing more to do at once.
    void run() {
        io_.restart();
        while (io_.poll() > 0) {
        }
    }
    /// Runs until there are so many connections, or 2 s have passed.
    void run_until_connections(std::size_t count) {
        io_.restart();
        const auto end = std::chrono::steady_clock::now() + 2s;
        while (server_->connections() != count && std::chrono::steady_clock::now() < end)
            io_.run_one_for(100ms);
    }
    bool answer(std::vector<const char*> addresses) {
        dnssd::HostResult result{calls().last_handle,
                                 dnssd::HostResult::Outcome::found,
                                 *mdns::wire::Name::from_text("beta.local"),
                                 {}};
        for (const char* text : addresses)
            result.addresses.push_back({2, boost::asio::ip::make_address(text), 120});
        return server_->on_event({}, calls().last_client, result);
    }

    boost::asio::io_context io_;
    std::unique_ptr<Server> server_;
    int pumps_ = 0;
    std::function<void()> on_pump_;  // once
    std::vector<std::string> logged_;
};

TEST_F(SimpleServer, AnswersOurModuleInOneExchange) {
    start();
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run();
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local"));
    EXPECT_EQ(calls().last_families, dnssd::Families::both);
    EXPECT_EQ(pumps_, 1);
    EXPECT_EQ(client.heard(), "");
    EXPECT_TRUE(answer({"10.0.0.1", "fd00::1"}));
    run();
    EXPECT_EQ(client.heard(), "+ beta.local\n= 2 120 10.0.0.1\n= 2 120 fd00::1\n.\n (closed)");
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local", "close"));
    EXPECT_EQ(pumps_, 2);
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_THAT(logged_, IsEmpty());
}

TEST_F(SimpleServer, WhatIsKnownIsAnsweredInOneWakeUp) {
    start();
    const Client clients[3];
    for (const Client& client : clients) client.say("LOOKUP-HOST-1 any beta.local\n");
    on_pump_ = [this] { answer({"10.0.0.1"}); };
    io_.restart();
    io_.poll_one();
    EXPECT_EQ(clients[0].heard(), "+ beta.local\n= 2 120 10.0.0.1\n.\n (closed)");
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local", "close", opened,
                                         "host beta.local", opened, "host beta.local"));
    EXPECT_EQ(server_->connections(), 2u);  // of whom nothing is known
}

TEST_F(SimpleServer, AnswersAvahisClients) {
    start();
    const Client client;
    client.say("RESOLVE-HOSTNAME-IPV4 beta.local\n");
    run();
    EXPECT_EQ(calls().last_families, dnssd::Families::ipv4);
    answer({"10.0.0.1"});
    run();
    EXPECT_EQ(client.heard(), "+ 2 0 beta.local 10.0.0.1\n (closed)");
}

TEST_F(SimpleServer, NamesAddresses) {
    start();
    const Client client;
    client.say("RESOLVE-ADDRESS 169.254.7.7\n");
    run();
    EXPECT_THAT(calls().log, ElementsAre(opened, "address 169.254.7.7"));
    server_->on_event({}, calls().last_client,
                      dnssd::AddressResult{calls().last_handle, true, 2,
                                           *mdns::wire::Name::from_text("beta.local")});
    run();
    EXPECT_EQ(client.heard(), "+ 2 0 beta.local\n (closed)");
}

TEST_F(SimpleServer, LeavesTheNamesToDnsServersThatHaveTheZone) {  // NSS-§name-03
    start();
    server_->set_local_zone([] { return unicast::Zone::present; });
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run();
    EXPECT_EQ(client.heard(), "-4 Invalid domain name\n (closed)");
    EXPECT_THAT(calls().log, ElementsAre(opened, "close"));  // nothing was asked on the link
}

TEST_F(SimpleServer, LooksForTheZoneWhenOurModuleAsksOnly) {  // libnss-mdns does that itself
    start();
    server_->set_local_zone([] { return unicast::Zone::present; });
    const Client client;
    client.say("RESOLVE-HOSTNAME beta.local\n");
    run();
    answer({"10.0.0.1"});
    run();
    EXPECT_EQ(client.heard(), "+ 2 0 beta.local 10.0.0.1\n (closed)");
}

TEST_F(SimpleServer, AMissIsAMissOnlyWhereTheZoneIsKnownToBeAbsent) {  // NSS-§name-04
    start();
    const std::pair<unicast::Zone, const char*> expected[] = {
        {unicast::Zone::absent, "-30 Not found\n (closed)"},
        {unicast::Zone::unknown, "-4 Invalid domain name\n (closed)"},
    };
    for (const auto& [zone, reply] : expected) {
        server_->set_local_zone([zone = zone] { return zone; });
        const Client client;
        client.say("LOOKUP-HOST-1 any beta.local\n");
        run();
        server_->on_event({}, calls().last_client,
                          dnssd::HostResult{calls().last_handle,
                                            dnssd::HostResult::Outcome::no_such_name,
                                            *mdns::wire::Name::from_text("beta.local"),
                                            {}});
        run();
        EXPECT_EQ(client.heard(), reply);
    }
}

TEST_F(SimpleServer, WhatIsFoundIsGivenWhileTheZoneIsUnknown) {
    start();
    server_->set_local_zone([] { return unicast::Zone::unknown; });
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run();
    answer({"10.0.0.1"});
    run();
    EXPECT_EQ(client.heard(), "+ beta.local\n= 2 120 10.0.0.1\n.\n (closed)");
}

TEST_F(SimpleServer, RefusesInPlace) {
    start();
    const std::pair<const char*, const char*> expected[] = {
        {"FOO\n", "-21 Invalid command \"FOO\", try \"HELP\".\n (closed)"},
        {"\n", "-21 Failed to parse command, try \"HELP\".\n (closed)"},
        {"RESOLVE-HOSTNAME a..local\n", "-3 Invalid host name\n (closed)"},
        {"FOO\nHELP\n", "-21 Invalid command \"FOO\", try \"HELP\".\n (closed)"},
    };
    for (const auto& [line, reply] : expected) {
        const Client client;
        client.say(line);
        run();
        EXPECT_EQ(client.heard(), reply) << line;
    }
    EXPECT_EQ(server_->connections(), 0u);
    const Client client;
    client.say("HELP\n");
    run();
    EXPECT_THAT(client.heard(), HasSubstr("BROWSE-DNS-SERVERS-IPV6\n"));
}

TEST_F(SimpleServer, TellsOfDnsServersAsTheyComeAndGo) {
    start();
    const Client client;
    client.say("BROWSE-DNS-SERVERS-IPV6\n");
    run();
    EXPECT_EQ(client.heard(), "+ Browsing ...\n");
    EXPECT_EQ(calls().last_families, dnssd::Families::ipv6);
    const auto handle = calls().last_handle;
    const auto gate = *mdns::wire::Name::from_text("gate.local");
    const mdns::engine::LinkId link{3, mdns::engine::Family::ipv4};
    const auto address = boost::asio::ip::make_address("fe80::9%3");
    server_->on_event({}, calls().last_client,
                      dnssd::DnsServerFound{handle, link, gate, address, 53});
    server_->on_event({}, calls().last_client,
                      dnssd::DnsServerLost{handle, link, gate, address, 53});
    server_->on_event({}, calls().last_client,
                      dnssd::DnsServerLost{dnssd::Handle{999}, link, gate, address, 53});
    run();
    EXPECT_EQ(client.heard(), "> 3 0 fe80::9 53\n< 3 0 fe80::9 53\n");
}

TEST_F(SimpleServer, DropsWhoDoesNotReadOfDnsServers) {
    start();
    const Client client;
    const int smallest = 1;
    ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
    client.say("BROWSE-DNS-SERVERS\n");
    run();
    const dnssd::DnsServerFound found{calls().last_handle,
                                      {3, mdns::engine::Family::ipv4},
                                      *mdns::wire::Name::from_text("gate.local"),
                                      boost::asio::ip::make_address("192.0.2.1"),
                                      53};
    for (int i = 0; i < 100'000 && server_->connections() == 1; ++i) {
        server_->on_event({}, calls().last_client, found);
        run();
    }
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_THAT(logged_, ElementsAre(HasSubstr("does not read its reply")));
}

TEST_F(SimpleServer, SessionsRefusalsHaveCodes) {
    start();
    const std::pair<session::Errc, const char*> expected[] = {
        {session::Errc::too_many_objects, "-17 Too many objects\n (closed)"},
        {session::Errc::bad_name, "-3 Invalid host name\n (closed)"},
        {session::Errc::failed, "-1 Operation failed\n (closed)"},
    };
    for (const auto& [errc, reply] : expected) {
        calls().refuse_lookup = errc;
        const Client client;
        client.say("LOOKUP-HOST-1 any beta.local\n");
        run();
        EXPECT_EQ(client.heard(), reply);
    }
}

TEST_F(SimpleServer, QuotaIsToldAtTheDoor) {
    start();
    calls().refuse_open = session::Errc::too_many_clients;
    const Client client;
    client.say("HELP\n");
    run();
    EXPECT_THAT(client.heard(), testing::StartsWith("-16 Too many clients\n"));
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_EQ(logged_.size(), 1u);
}

TEST_F(SimpleServer, TakesLinesInPieces) {
    start();
    const Client client;
    for (const char c : std::string("LOOKUP-HOST-1 ipv6 beta.local\nignored")) {
        client.say({&c, 1});
        run();
    }
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local"));
    EXPECT_EQ(calls().last_families, dnssd::Families::ipv6);
}

TEST_F(SimpleServer, LinesAreBounded) {
    start();
    const Client longest;
    longest.say("RESOLVE-HOSTNAME beta.local" + std::string(1024 - 27, ' ') + "\n");
    run();
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local"));
    const Client longer;
    longer.say("RESOLVE-HOSTNAME beta.local" + std::string(1025 - 27, ' ') + "\n");
    run();
    EXPECT_EQ(longer.heard().substr(0, 4), "-21 ");
}

TEST_F(SimpleServer, FloodAfterTheLineIsNotKept) {
    start();
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    std::size_t taken = 0;
    for (int i = 0; i < 1000; i++) {
        const std::string junk(4096, 'x');
        const ssize_t sent = ::send(client.fd(), junk.data(), junk.size(), MSG_NOSIGNAL);
        if (sent < 0) break;
        taken += static_cast<std::size_t>(sent);
        run();
    }
    EXPECT_LT(taken, 2u << 20);  // the kernel's buffer, not ours
    answer({"10.0.0.1"});
    run();
    EXPECT_THAT(client.heard(), testing::StartsWith("+ beta.local\n= 2 120 10.0.0.1\n.\n"));
}

TEST_F(SimpleServer, HalfClosedClientStillHears) {
    start();
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    client.shut_sending();
    run();
    answer({"10.0.0.1"});
    run();
    EXPECT_EQ(client.heard(), "+ beta.local\n= 2 120 10.0.0.1\n.\n (closed)");
}

TEST_F(SimpleServer, GoneClientsAreForgotten) {
    start();
    Client silent;
    Client waiting;
    Client browsing;
    Client half;
    waiting.say("LOOKUP-HOST-1 any beta.local\n");
    browsing.say("BROWSE-DNS-SERVERS\n");
    half.say("BROWSE-DNS-SERVERS\n");
    run();
    EXPECT_EQ(browsing.heard(), "+ Browsing ...\n");
    EXPECT_EQ(server_->connections(), 4u);
    silent.leave();
    waiting.leave();
    browsing.leave();
    half.shut_sending();
    run();
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_EQ(std::ranges::count(calls().log, "close"), 4);
    EXPECT_FALSE(answer({"10.0.0.1"}));
}

TEST_F(SimpleServer, HangingUpIsHeardOnce) {  // not again and again, while the lookup goes on
    start();
    const Client half;
    const Client gone;
    for (const auto* client : {&half, &gone}) client->say("LOOKUP-HOST-1 any beta.local\n");
    run();
    half.shut_sending();
    ::shutdown(gone.fd(), SHUT_RDWR);
    io_.restart();
    EXPECT_LT(io_.run_for(50ms), 10u);  // a loop would be thousands
    EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(SimpleServer, OnlyTheRightEventAnswers) {
    start();
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run();
    EXPECT_FALSE(server_->on_event({}, session::ClientId{0}, dnssd::AllForNow{}));
    EXPECT_TRUE(server_->on_event({}, calls().last_client, dnssd::AllForNow{}));
    EXPECT_TRUE(server_->on_event(
        {}, calls().last_client,
        dnssd::HostResult{dnssd::Handle{999}, dnssd::HostResult::Outcome::no_such_name, {}, {}}));
    run();
    EXPECT_EQ(client.heard(), "");
    answer({"10.0.0.1"});
    EXPECT_TRUE(answer({"10.0.0.2"}));  // no second reply
    run();
    EXPECT_EQ(client.heard(), "+ beta.local\n= 2 120 10.0.0.1\n.\n (closed)");
}

TEST_F(SimpleServer, IdleClientsAreDropped) {
    start({.to_ask = 1ms, .sweep = 1ms});
    const Client client;
    run_until_connections(1);
    run_until_connections(0);
    EXPECT_EQ(client.heard(), " (closed)");
    EXPECT_THAT(logged_, ElementsAre(HasSubstr("asks nothing")));
}

TEST_F(SimpleServer, ClientsThatDoNotReadAreDropped) {
    start({.to_read = 1ms, .sweep = 1ms});
    const Client client;
    const int small = 1;
    ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run_until_connections(1);
    run();
    dnssd::HostResult result{calls().last_handle,
                             dnssd::HostResult::Outcome::found,
                             *mdns::wire::Name::from_text("beta.local"),
                             {}};
    for (int i = 0; i < 256; i++)
        result.addresses.push_back(
            {2, boost::asio::ip::make_address("2001:db8::" + std::to_string(i)), 120});
    const int tiny = 1;  // of the server's end: what it may have under way
    for (int fd = 3; fd < 64; fd++) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &tiny, sizeof tiny);
    server_->on_event({}, calls().last_client, result);
    run_until_connections(0);
    EXPECT_EQ(server_->connections(), 0u);
    EXPECT_THAT(logged_, ElementsAre(HasSubstr("does not read")));
}

TEST_F(SimpleServer, LookupThatNeverEndsIsATimeout) {
    start({.to_answer = 1ms, .sweep = 1ms});
    const Client client;
    client.say("LOOKUP-HOST-1 any beta.local\n");
    run_until_connections(1);
    run_until_connections(0);
    EXPECT_EQ(client.heard(), "-15 Timeout reached\n (closed)");
}

TEST_F(SimpleServer, NoDescriptorsMeansAPauseNotASpin) {
    start();
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const Client client;
    client.say("HELP\n");
    const rlimit none{.rlim_cur = static_cast<rlim_t>(client.fd()) + 1,
                      .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    const int filler = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // -1: already full
    io_.restart();
    const std::size_t handlers = io_.run_for(50ms);
    ::close(filler);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_LT(handlers, 10u);
    EXPECT_EQ(logged_.size(), 1u);
    io_.restart();
    io_.run_for(200ms);
    EXPECT_THAT(client.heard(), HasSubstr("Available commands"));
}

TEST_F(SimpleServer, SocketFileIsOpenToAll) {
    start();
    struct stat info {};
    ASSERT_EQ(::stat(path, &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0666u);
    server_.reset();
    EXPECT_NE(::stat(path, &info), 0);
}

TEST_F(SimpleServer, StaleFileIsReplacedLiveOneIsNot) {
    const sockaddr_un address = address_of(path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);  // as after a crash
    start();
    Server second(io_, simple_test::session(), [] {});
    EXPECT_EQ(second.listen(path), boost::system::errc::address_in_use);
    second.stop();
    const Client client;  // the first one's file is still there
    EXPECT_TRUE(client.connected());
}

TEST_F(SimpleServer, OtherFilesAreLeftAlone) {
    Server server(io_, simple_test::session(), [] {});
    std::ofstream(path) << "precious";
    EXPECT_EQ(server.listen(path), boost::system::errc::file_exists);
    EXPECT_EQ(::unlink(path), 0);
    EXPECT_EQ(server.listen("/nonexistent/folder/socket"),
              boost::system::errc::no_such_file_or_directory);
    EXPECT_EQ(server.listen(std::string(200, 'x')), boost::system::errc::filename_too_long);
}

TEST_F(SimpleServer, FileOfASuccessorIsLeftAlone) {
    start();
    ::unlink(path);
    std::ofstream(path) << "somebody else's";
    server_.reset();
    EXPECT_EQ(::unlink(path), 0);
}

TEST_F(SimpleServer, TakesOverAListeningSocket) {
    const sockaddr_un address = address_of(path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    Server server(io_, simple_test::session(), [] {});
    EXPECT_EQ(server.adopt(fd), boost::system::errc::invalid_argument);  // does not listen
    EXPECT_EQ(server.adopt(-1), boost::system::errc::invalid_argument);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd, 5), 0);
    EXPECT_FALSE(server.adopt(fd));
    const Client client;
    client.say("HELP\n");
    run();
    EXPECT_THAT(client.heard(), HasSubstr("Available commands"));
    server.stop();
    EXPECT_EQ(::unlink(path), 0);  // not ours to remove
}

TEST_F(SimpleServer, StoppingEndsEverybody) {
    start();
    const Client waiting;
    waiting.say("LOOKUP-HOST-1 any beta.local\n");
    run();
    server_.reset();
    EXPECT_EQ(waiting.heard(), " (closed)");
    EXPECT_THAT(calls().log, ElementsAre(opened, "host beta.local", "close"));
    run();  // handlers of a server that is gone
}

}  // namespace
}  // namespace avahid::simple
