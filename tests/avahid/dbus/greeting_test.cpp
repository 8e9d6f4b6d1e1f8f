// avahid/dbus/greeting.*: is there a bus that answers?
#include "avahid/dbus/greeting.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

namespace avahid::dbus {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;
using testing::Eq;
using testing::Optional;
using namespace std::chrono_literals;

TEST(DbusGreeting, FindsTheSocketInAnAddress) {
    EXPECT_THAT(socket_of("unix:path=/run/dbus/system_bus_socket"),
                Optional(Eq("/run/dbus/system_bus_socket")));
    EXPECT_THAT(socket_of("unix:guid=1234,path=/a%20b,runtime=no"), Optional(Eq("/a b")));
    EXPECT_THAT(socket_of("unix:path=/first;unix:path=/second"), Optional(Eq("/first")));
    EXPECT_THAT(socket_of("unix:abstract=name"), Optional(Eq(std::string("\0name", 5))));
}

TEST(DbusGreeting, OtherAddressesHaveNone) {
    for (const char* address : {"", "tcp:host=x,port=1", "unix:", "unix:guid=1", "unix:path=%zz",
                                "unix:path=%4", "unixexec:path=/bin/x"})
        EXPECT_EQ(socket_of(address), std::nullopt) << address;
    EXPECT_EQ(socket_of("unix:path=/" + std::string(200, 'x')), std::nullopt);
}

/// A bus that says what it is told to.
class DbusGreetingTo : public testing::Test {
protected:
    DbusGreetingTo() : acceptor(io, stream_protocol::endpoint(socket_name)) {}

    /// Runs until the greeting has come to an end.
    error_code greet(std::chrono::milliseconds patience) {
        std::optional<error_code> end;
        greeting.start(socket_name, patience, [&end](const error_code& error) { end = error; });
        while (!end && io.run_one() > 0) {
        }
        return end.value_or(error_code());
    }

    const std::string socket_name =
        std::string("\0avahid-greeting-", 17) + std::to_string(::getpid());
    boost::asio::io_context io{1};
    stream_protocol::acceptor acceptor;
    Greeting greeting{io};
};

TEST_F(DbusGreetingTo, ABusThatAnswersIsOne) {
    stream_protocol::socket peer(io);
    boost::asio::streambuf heard;
    acceptor.async_accept(peer, [&](const error_code&) {
        boost::asio::async_read_until(peer, heard, "\r\n", [&](const error_code&, std::size_t) {
            boost::asio::write(peer, boost::asio::buffer("OK 1234\r\n", 9));
        });
    });
    EXPECT_EQ(greet(10s), error_code());
    std::string expected("\0AUTH EXTERNAL ", 15);
    for (const char digit : std::to_string(::geteuid())) expected += {'3', digit};
    const auto data = heard.data();
    EXPECT_EQ(std::string(boost::asio::buffers_begin(data), boost::asio::buffers_end(data)),
              expected + "\r\n");
}

TEST_F(DbusGreetingTo, ABusThatIsMuteIsNone) {
    EXPECT_EQ(greet(20ms), boost::asio::error::timed_out);
}

TEST_F(DbusGreetingTo, ABusThatHangsUpIsNone) {
    stream_protocol::socket peer(io);
    acceptor.async_accept(peer, [&](const error_code&) { peer.close(); });
    EXPECT_TRUE(greet(10s).failed());
}

TEST_F(DbusGreetingTo, NobodyThere) {
    acceptor.close();
    EXPECT_EQ(greet(10s), boost::asio::error::connection_refused);
}

TEST_F(DbusGreetingTo, IsForgottenWithItsOwner) {
    bool called = false;
    {
        Greeting gone(io);
        gone.start(socket_name, 10ms, [&called](const error_code&) { called = true; });
    }
    io.run_for(50ms);
    EXPECT_FALSE(called);
}

}  // namespace
}  // namespace avahid::dbus
