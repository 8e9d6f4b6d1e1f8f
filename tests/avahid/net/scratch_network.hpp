// tests/avahid/net/scratch_network.hpp: network namespaces for the tests that talk to the kernel.
// The test program itself changes over into them: nothing of the machine's network is touched, and
// the kernel removes all of it when the test ends.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

namespace test {

/// A network namespace, for as long as this lives or anything is in it.
class Namespace {
public:
    /// Makes a new one; the caller stays where it is.
    Namespace() {
        const int before = open_current();
        made_ = ::unshare(CLONE_NEWNET) == 0;
        fd_ = open_current();
        if (made_) enter(before);
        ::close(before);
    }
    ~Namespace() { ::close(fd_); }
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    bool made() const { return made_; }
    void enter() const { enter(fd_); }
    /// As ip(8) takes it after "netns".
    std::string path() const {
        return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_);
    }

    static int open_current() { return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }
    static void enter(int fd) {
        if (::setns(fd, CLONE_NEWNET) != 0) std::abort();
    }

private:
    int fd_ = -1;
    bool made_ = false;
};

/// Each test in a fresh namespace `here`, back in the machine's own afterwards.
class ScratchNetwork : public ::testing::Test {
protected:
    ScratchNetwork() : outside_(Namespace::open_current()) {}
    ~ScratchNetwork() override {
        if (here.made()) Namespace::enter(outside_);
        ::close(outside_);
    }

    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "network namespaces need root";
        if (!here.made()) GTEST_SKIP() << "no network namespaces here";
        here.enter();
        ip("link set lo up");
    }

    static void ip(const std::string& arguments) {
        const std::string command = "ip " + arguments;
        ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }
    /// Of the namespace the program is in.
    static void sysctl(const std::string& path, const std::string& value) {
        std::ofstream("/proc/sys/" + path) << value;
    }

    /// Runs handlers until the predicate holds. \return whether it does, in a generous time
    bool run_until(const std::function<bool()>& done,
                   std::chrono::milliseconds patience = std::chrono::seconds(10)) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!done()) {
            if (std::chrono::steady_clock::now() >= end) return false;
            io.restart();
            io.run_one_for(std::chrono::milliseconds(20));
        }
        return true;
    }
    /// Runs handlers that are ready now, and those that become so within the time.
    void run_for(std::chrono::milliseconds time) {
        io.restart();
        io.run_for(time);
    }

    Namespace here;
    boost::asio::io_context io;

private:
    int outside_;
};

}  // namespace test
