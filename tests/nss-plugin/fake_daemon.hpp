// tests/nss-plugin/fake_daemon.hpp: the other end of the module's socket, saying what a test wants.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace nss_test {

/// One accepted connection, closed when the handler returns.
class Peer {
public:
    explicit Peer(int fd) : fd_(fd) {}
    int fd() const { return fd_; }
    /// Without its newline; empty when the client hung up first.
    std::string read_line() const;
    /// False once the client has gone.
    bool send(std::string_view bytes) const;
    /// Returns when the client closes.
    void wait_for_close() const;

private:
    int fd_;
};

/// Listens on a path and serves each connection in a thread of its own until destroyed.
class FakeDaemon {
public:
    using Handler = std::function<void(const Peer&, const std::string& line)>;

    /// \param handler  called with the first line of each connection
    FakeDaemon(std::string path, Handler handler);
    /// Always answers this.
    FakeDaemon(std::string path, std::string reply);
    ~FakeDaemon();
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    /// The lines received so far, sorted.
    std::vector<std::string> lines() const;

private:
    void accept_all();
    void serve(int fd);

    std::string path_;
    Handler handler_;
    int listener_ = -1;
    int stop_ = -1;
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::vector<std::thread> servers_;
    std::thread acceptor_;
};

}  // namespace nss_test
