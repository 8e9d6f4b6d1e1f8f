// tests/nss-plugin/fake_daemon.cpp: blocking sockets and threads; good enough for a test.
#include "tests/nss-plugin/fake_daemon.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace nss_test {

std::string Peer::read_line() const {
    std::string line;
    char byte = 0;
    while (::recv(fd_, &byte, 1, 0) == 1) {
        if (byte == '\n') return line;
        line += byte;
    }
    return {};
}

bool Peer::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Peer::wait_for_close() const {
    char bytes[256];
    while (::recv(fd_, bytes, sizeof bytes, 0) > 0) {
    }
}

FakeDaemon::FakeDaemon(std::string path, Handler handler)
    : path_(std::move(path)), handler_(std::move(handler)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    ::unlink(path_.c_str());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 128) != 0)
        throw std::runtime_error("cannot listen on " + path_);
    acceptor_ = std::thread([this] { accept_all(); });
}

FakeDaemon::FakeDaemon(std::string path, std::string reply)
    : FakeDaemon(std::move(path), [text = std::move(reply)](const Peer& peer, const std::string&) {
          peer.send(text);
      }) {}

FakeDaemon::~FakeDaemon() {
    const std::uint64_t one = 1;
    if (::write(stop_, &one, sizeof one) != sizeof one) std::terminate();
    acceptor_.join();
    for (std::thread& server : servers_) server.join();
    ::close(listener_);
    ::close(stop_);
    ::unlink(path_.c_str());
}

std::vector<std::string> FakeDaemon::lines() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> sorted = lines_;
    std::ranges::sort(sorted);
    return sorted;
}

void FakeDaemon::accept_all() {
    for (;;) {
        pollfd entries[2] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
        if (::poll(entries, 2, -1) < 0) continue;
        if (entries[1].revents != 0) return;
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) servers_.emplace_back([this, fd] { serve(fd); });
    }
}

void FakeDaemon::serve(int fd) {
    const Peer peer(fd);
    const std::string line = peer.read_line();
    {
        const std::scoped_lock lock(mutex_);
        lines_.push_back(line);
    }
    handler_(peer, line);
    ::close(fd);
}

}  // namespace nss_test
