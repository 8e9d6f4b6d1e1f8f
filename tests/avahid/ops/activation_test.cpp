#include "avahid/ops/activation.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

namespace avahid::ops {
namespace {

class Activation : public ::testing::Test {
protected:
    Activation() {
        std::string name = testing::TempDir() + "avahid-activation-XXXXXX";
        root_ = ::mkdtemp(name.data());
    }
    ~Activation() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    int listening(const std::string& file) const {
        const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path(file).copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket, 1), 0);
        return socket;
    }
    std::string path(const std::string& file) const { return root_ + "/" + file; }

    /// In a process of its own, whose descriptors 3, 4… are what a service manager would hand over.
    static bool holds_with(const std::vector<int>& handed, const std::function<bool()>& check) {
        const pid_t child = ::fork();
        if (child == 0) {
            std::vector<int> apart;
            for (const int one : handed) apart.push_back(::fcntl(one, F_DUPFD, 100));
            for (std::size_t at = 0; at < apart.size(); ++at)
                ::dup2(apart[at], 3 + static_cast<int>(at));
            ::setenv("LISTEN_FDS", std::to_string(handed.size()).c_str(), 1);
            ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
            ::_exit(check() ? 0 : 1);
        }
        int status = 0;
        return ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
               WEXITSTATUS(status) == 0;
    }
    std::string root_;
};

TEST_F(Activation, WithoutAServiceManagerThereAreNone) {
    EXPECT_TRUE(take_handed_sockets().empty());
}

TEST_F(Activation, SocketsAreKnownByTheirPath) {
    const int control = listening("control");
    const int simple = listening("socket");
    const int nameless = ::socket(AF_INET, SOCK_DGRAM, 0);
    EXPECT_TRUE(holds_with({simple, nameless, control}, [this] {
        auto sockets = take_handed_sockets();
        return sockets.size() == 3 && take_socket(sockets, path("control")) == 5 &&
               take_socket(sockets, path("socket")) == 3 &&
               !take_socket(sockets, path("control")) && sockets.size() == 1 &&
               sockets[0].path.empty() && sockets[0].descriptor == 4;
    }));
    for (const int one : {control, simple, nameless}) ::close(one);
}

TEST_F(Activation, AreTakenOnceAndNotInheritedFurther) {
    const int control = listening("control");
    EXPECT_TRUE(holds_with({control}, [] {
        const auto sockets = take_handed_sockets();
        return sockets.size() == 1 && (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 &&
               take_handed_sockets().empty() && ::getenv("LISTEN_FDS") == nullptr;
    }));
    ::close(control);
}

}  // namespace
}  // namespace avahid::ops
