#include "avahid/ops/notify.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace avahid::ops {
namespace {

using namespace std::chrono_literals;
using ::testing::MatchesRegex;

/// A service manager: an abstract datagram socket in NOTIFY_SOCKET.
class Notify : public ::testing::Test {
protected:
    Notify() {
        const std::string name = "avahid-notify-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path + 1, name.size());
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    ~Notify() override {
        ::close(socket_);
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
        ::unsetenv("WATCHDOG_PID");
    }
    std::string received() {
        char buffer[512];
        const auto got = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
        return got < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(got));
    }
    int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST_F(Notify, TellsEachState) {
    notify::ready("alpha.local\nREADY=0");
    EXPECT_EQ(received(), "READY=1\nSTATUS=alpha.local");
    notify::status("2 links");
    EXPECT_EQ(received(), "STATUS=2 links");
    notify::reloading();
    EXPECT_THAT(received(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    notify::watchdog();
    EXPECT_EQ(received(), "WATCHDOG=1");
    notify::stopping();
    EXPECT_EQ(received(), "STOPPING=1");
}

TEST_F(Notify, WatchdogIsThereWhenTheManagerAsksForIt) {
    EXPECT_EQ(notify::watchdog_interval(), std::nullopt);
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    EXPECT_EQ(notify::watchdog_interval(), 30s);
    ::setenv("WATCHDOG_PID", "1", 1);  // meant for another process
    EXPECT_EQ(notify::watchdog_interval(), std::nullopt);
}

TEST(NotifyWithoutManager, DoesNothing) {
    ::unsetenv("NOTIFY_SOCKET");
    notify::ready("x");
    EXPECT_EQ(notify::watchdog_interval(), std::nullopt);
}

}  // namespace
}  // namespace avahid::ops
