// The server on real sockets, in this process; nothing touches a network.
#include "avahid/varlink/server.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "avahid/varlink/wire/framing.hpp"
#include "tests/avahid/varlink/support/fake_machine.hpp"

namespace avahid::varlink {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class Socket {  // a client's end
public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    ~Socket() { hang_up(); }
    void hang_up() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    void say_no_more() const { ::shutdown(descriptor_, SHUT_WR); }
    void send(const json& message) const { send_bytes(message.dump() + '\0'); }
    void send_bytes(const std::string& bytes) const {
        EXPECT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    bool try_send(const std::string& bytes) const {
        return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
    }
    /// Takes in what is there; ended() says whether that was all.
    void receive() {
        char bytes[65536];
        ssize_t count = 0;
        while ((count = ::recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
            deframer_.feed({bytes, static_cast<std::size_t>(count)});
            while (auto message = deframer_.next()) replies.push_back(json::parse(*message));
        }
        ended_ = count == 0 || (errno != EAGAIN && errno != EINTR);
    }
    bool ended() const { return ended_; }
    std::vector<json> replies;

private:
    int descriptor_;
    bool ended_ = false;
    wire::Deframer deframer_{wire::max_reply};
};

struct VarlinkServer : testing::Test {
    VarlinkServer() {
        char folder_template[] = "/tmp/avahid-varlink-XXXXXX";
        folder = ::mkdtemp(folder_template);
        path = folder + "/control";
    }
    ~VarlinkServer() override {
        server.stop();
        std::filesystem::remove_all(folder);
    }
    void pump() {
        ++pumps;
        for (bool more = true; more;) {
            more = false;
            while (auto output = engine.poll()) catalogue.on_event(now(), *output);
            while (auto event = catalogue.poll()) session.on_event(now(), *event);
            while (auto event = session.poll()) {
                handle = std::visit([](const auto& e) { return e.handle; }, event->event);
                last_client = event->client;
                server.on_event(now(), event->client, event->event);
                more = true;
            }
        }
    }
    static dnssd::Instant now() { return std::chrono::steady_clock::now(); }

    /// Runs the server until done() or, as a failure, for too long.
    template <class Done>
    bool run_until(Done done) {
        for (const auto end = now() + 5s; now() < end;) {
            if (done()) return true;
            io.restart();
            io.run_for(1ms);
        }
        return done();
    }
    bool run_until_replies(Socket& socket, std::size_t count) {
        return run_until([&] {
            socket.receive();
            return socket.replies.size() >= count;
        });
    }
    bool run_until_hung_up(Socket& socket) {
        return run_until([&] {
            socket.receive();
            return socket.ended();
        });
    }
    Socket connect() {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return Socket(descriptor);
    }
    static json call(const char* method, json parameters = json::object()) {
        return {{"method", std::string("org.avahid.Daemon.") + method},
                {"parameters", std::move(parameters)}};
    }
    static json stream(const char* method, json parameters = json::object()) {
        json message = call(method, std::move(parameters));
        message["more"] = true;
        return message;
    }

    boost::asio::io_context io;
    mdns::engine::Engine engine{{}};
    dnssd::Catalogue catalogue{engine, {}};
    test::FakeMachine machine;
    session::Session session{
        catalogue, machine,
        session::Limits{.clients_per_uid = 4, .handles_per_client = 16, .handles_per_uid = 64},
        [](uid_t) { return true; }};
    std::vector<std::string> log;
    int pumps = 0;
    Server server{io, session, [this] { pump(); },
                  [this](const std::string& line) { log.push_back(line); }};
    dnssd::Handle handle{};
    session::ClientId last_client{};
    std::string folder;
    std::string path;
};

TEST_F(VarlinkServer, AnswersOnItsSocket) {
    ASSERT_FALSE(server.listen(path));
    struct stat info = {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0666u);
    auto socket = connect();
    socket.send(call("GetHostName"));
    ASSERT_TRUE(run_until_replies(socket, 1));
    EXPECT_TRUE(socket.replies[0]["parameters"].contains("name"));
    EXPECT_GT(pumps, 0);
    EXPECT_EQ(session.clients(), 1u);
    socket.hang_up();
    EXPECT_TRUE(run_until([this] { return session.clients() == 0; }));
    EXPECT_THAT(log, IsEmpty());
    server.stop();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(VarlinkServer, ReplacesASocketThatWasLeftBehind) {
    {
        Server crashed(io, session, [] {});
        ASSERT_FALSE(crashed.listen(path));
        std::filesystem::create_hard_link(path, path + ".kept");
    }
    std::filesystem::rename(path + ".kept", path);
    ASSERT_TRUE(std::filesystem::exists(path));
    EXPECT_FALSE(server.listen(path));
    auto socket = connect();
    socket.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(socket, 1));
}

TEST_F(VarlinkServer, LeavesALivingDaemonsSocketAlone) {
    ASSERT_FALSE(server.listen(path));
    Server second(io, session, [] {});
    EXPECT_EQ(second.listen(path), boost::system::errc::address_in_use);
    second.stop();
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(VarlinkServer, RefusesImpossiblePaths) {
    EXPECT_TRUE(server.listen(folder + "/" + std::string(200, 'x')));
    EXPECT_TRUE(server.listen(""));
    EXPECT_TRUE(server.listen(folder + "/missing/control"));
    EXPECT_TRUE(server.listen(folder));  // no socket: not ours to remove
    EXPECT_TRUE(std::filesystem::is_directory(folder));
}

TEST_F(VarlinkServer, TakesOverAListeningSocket) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(descriptor, 5), 0);
    ASSERT_FALSE(server.adopt(descriptor));
    auto socket = connect();
    socket.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(socket, 1));
    server.stop();
    EXPECT_TRUE(std::filesystem::exists(path));  // whoever made it removes it
}

TEST_F(VarlinkServer, ServesAConnectedSocket) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    Socket socket(ends[0]);
    ASSERT_FALSE(server.serve(ends[1]));
    socket.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(socket, 1));
}

TEST_F(VarlinkServer, StreamsEventsAndTakesEverythingAlongWithTheClient) {
    ASSERT_FALSE(server.listen(path));
    auto socket = connect();
    socket.send(stream("Browse", {{"type", "_http._tcp"}}));
    ASSERT_TRUE(run_until_replies(socket, 1));
    EXPECT_EQ(socket.replies[0]["parameters"]["event"], "cache_exhausted");
    EXPECT_TRUE(server.on_event(now(), last_client,
                                dnssd::Found{.handle = handle,
                                             .link = {2, mdns::engine::Family::ipv4},
                                             .name = {"web", "_http._tcp", "local"}}));
    ASSERT_TRUE(run_until_replies(socket, 2));
    EXPECT_EQ(socket.replies.back()["continues"], true);
    socket.hang_up();
    EXPECT_TRUE(run_until([this] { return session.clients() == 0; }));
    EXPECT_FALSE(server.on_event(now(), last_client, dnssd::AllForNow{handle}));
}

TEST_F(VarlinkServer, HangsUpAfterSayingWhy) {
    ASSERT_FALSE(server.listen(path));
    auto socket = connect();
    socket.send_bytes(std::string("nonsense\0", 9));
    ASSERT_TRUE(run_until_hung_up(socket));
    ASSERT_THAT(socket.replies, SizeIs(1));
    EXPECT_EQ(socket.replies[0]["error"], "org.avahid.Daemon.BadMessage");
    EXPECT_THAT(log, ElementsAre(HasSubstr("dropped client (uid " + std::to_string(::getuid()))));
    EXPECT_EQ(session.clients(), 0u);
}

TEST_F(VarlinkServer, AnswersAllCallsOfAClientThatHasSaidAll) {
    ASSERT_FALSE(server.listen(path));
    auto socket = connect();
    for (int i = 0; i < 3; ++i) socket.send(call("GetHostName"));
    socket.say_no_more();
    ASSERT_TRUE(run_until_hung_up(socket));
    EXPECT_THAT(socket.replies, SizeIs(3));
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(VarlinkServer, TurnsAwayTooManyClients) {
    ASSERT_FALSE(server.listen(path));
    std::vector<Socket> sockets;
    for (int i = 0; i < 4; ++i) sockets.push_back(connect());
    ASSERT_TRUE(run_until([this] { return session.clients() == 4; }));
    auto fifth = connect();
    ASSERT_TRUE(run_until_hung_up(fifth));
    ASSERT_THAT(fifth.replies, SizeIs(1));
    EXPECT_EQ(fifth.replies[0]["error"], "org.avahid.Daemon.TooManyClients");
    EXPECT_THAT(log, ElementsAre(HasSubstr("turned away")));
    sockets.pop_back();
    ASSERT_TRUE(run_until([this] { return session.clients() == 3; }));
    auto sixth = connect();
    sixth.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(sixth, 1));
}

TEST_F(VarlinkServer, DropsAClientThatNeverReads) {
    ASSERT_FALSE(server.listen(path));
    auto slow = connect();
    slow.send(stream("Browse", {{"type", "_http._tcp"}}));
    ASSERT_TRUE(run_until([this] { return handle != dnssd::Handle{}; }));
    auto other = connect();
    const auto slow_client = last_client;
    const dnssd::Found found{.handle = handle,
                             .link = {2, mdns::engine::Family::ipv4},
                             .name = {std::string(60, 'x'), "_http._tcp", "local"}};
    int events = 0;
    while (server.on_event(now(), slow_client, found) && events < 100000) ++events;
    EXPECT_GT(events, 10000);   // some 4 MiB
    EXPECT_LT(events, 100000);  // and not more
    EXPECT_THAT(log, ElementsAre(HasSubstr("does not read")));
    other.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(other, 1));
    EXPECT_EQ(session.clients(), 1u);
}

TEST_F(VarlinkServer, ReadsNoMoreThanItMustKeep) {
    ASSERT_FALSE(server.listen(path));
    auto eager = connect();
    // Nobody is there to answer, so the first call does not end.
    eager.send(call("Resolve", {{"instance", "nobody"}, {"type", "_http._tcp"}}));
    const std::string more(4096, ' ');
    constexpr std::size_t far_too_much = 8u << 20;
    std::size_t taken = 0;
    // What the kernel's buffers hold comes on top of what the server takes.
    while (taken < far_too_much && eager.try_send(more)) {
        taken += more.size();
        io.restart();
        io.poll();
    }
    EXPECT_LT(taken, far_too_much);
    EXPECT_EQ(session.clients(), 1u);
}

TEST_F(VarlinkServer, SendsALongReplyToASlowReader) {
    for (int i = 0; i < 30000; ++i) {
        machine.what_cache.push_back({{2, mdns::engine::Family::ipv4},
                                      {*mdns::wire::Name::from_text("host.local"), 1, 1, 120,
                                       mdns::wire::Rdata{10, 0, 0, 1}},
                                      100});
    }
    ASSERT_FALSE(server.listen(path));
    auto socket = connect();
    socket.send(stream("CacheShow"));
    ASSERT_TRUE(run_until([&] {
        socket.receive();
        return !socket.replies.empty() && !socket.replies.back().contains("continues");
    }));
    std::size_t records = 0;
    for (const auto& reply : socket.replies) records += reply["parameters"]["records"].size();
    EXPECT_EQ(records, 30000u);
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(VarlinkServer, WaitsWhenDescriptorsRunOut) {
    ASSERT_FALSE(server.listen(path));
    auto socket = connect();
    rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int lowest = ::dup(0);
    ::close(lowest);
    const rlimit none{static_cast<rlim_t>(lowest), before.rlim_max};
    // Nothing of *this until they are back: the sanitizer's check of a vptr needs a descriptor.
    auto& loop = io;
    const auto& lines = log;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (lines.empty() && std::chrono::steady_clock::now() < end) {
        loop.restart();
        loop.run_for(1ms);
    }
    loop.restart();
    const std::size_t handlers = loop.run_for(250ms);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    // One pause of 100 ms is worth a handful of handlers, not thousands.
    EXPECT_LT(handlers, 20u);
    EXPECT_THAT(log, ElementsAre(HasSubstr("too many clients")));
    socket.send(call("GetHostName"));
    EXPECT_TRUE(run_until_replies(socket, 1));
}

TEST_F(VarlinkServer, OutlivesItsClientsInAnyOrder) {
    auto short_lived = std::make_unique<Server>(io, session, [] {});
    ASSERT_FALSE(short_lived->listen(path));
    auto socket = connect();
    socket.send(stream("Browse", {{"type", "_http._tcp"}}));
    ASSERT_TRUE(run_until([this] { return session.clients() == 1; }));
    short_lived.reset();
    EXPECT_EQ(session.clients(), 0u);
    EXPECT_TRUE(run_until_hung_up(socket));
}

}  // namespace
}  // namespace avahid::varlink
