#include "avahid/keeper/keeper.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "avahid/keeper/addresses.hpp"
#include "avahid/keeper/arp_socket.hpp"
#include "avahid/keeper/connections.hpp"
#include "avahid/keeper/protocol.hpp"
#include "ipv4ll/constants.hpp"

namespace avahid::keeper {
namespace {

class Server {
public:
    Server(int socket, const KeeperConfig& config) : socket_(socket), config_(config) {}
    void serve();

private:
    struct Outcome {
        int error = 0;
        Descriptor opened = {};
    };
    Outcome perform(const Request& request);
    Outcome open_arp(const Request& request);
    int add_address(const Request& request);
    int remove_address(const Request& request, bool reset);
    int remove_stale(const Request& request);
    int check_address(const Request& request) const;
    bool reply(std::uint32_t id, const Outcome& outcome) const;

    int socket_;
    const KeeperConfig& config_;
    Addresses addresses_;
    std::vector<LinkLocal> added_;  // to be taken back; one per interface
};

LinkLocal named_in(const Request& request) { return {request.ifindex, request.address}; }

void Server::serve() {
    // Without it every address is refused with a clear error; the sockets still work.
    const int netlink_error = addresses_.open();
    for (;;) {
        Request request;
        const ssize_t size = ::recv(socket_, &request, sizeof request, MSG_TRUNC);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        Outcome outcome;
        if (size != sizeof request) {
            request.id = 0;
            outcome.error = EBADMSG;
        } else if (netlink_error != 0 && request.operation != Operation::open_arp) {
            outcome.error = netlink_error;
        } else {
            outcome = perform(request);
        }
        if (!reply(request.id, outcome)) break;
    }
    for (const LinkLocal& each : added_) addresses_.remove(each);
}

Server::Outcome Server::perform(const Request& request) {
    switch (request.operation) {
        case Operation::open_arp:
            return open_arp(request);
        case Operation::add_address:
            return {add_address(request)};
        case Operation::remove_address:
            return {remove_address(request, false)};
        case Operation::yield_address:
            return {remove_address(request, true)};
        case Operation::remove_stale:
            return {remove_stale(request)};
    }
    return {EINVAL};
}

Server::Outcome Server::open_arp(const Request& request) {
    if (request.address != 0 || request.default_route != 0) return {EINVAL};
    if (const int error = check_interface(request.ifindex, config_.interfaces)) return {error};
    auto opened = open_arp_socket(request.ifindex);
    if (!opened) return {opened.error().value()};
    return {0, std::move(*opened)};
}

int Server::check_address(const Request& request) const {
    if (!ipv4ll::claimable(request.address) || request.default_route > 1) return EINVAL;
    return check_interface(request.ifindex, config_.interfaces);
}

int Server::add_address(const Request& request) {
    if (const int error = check_address(request)) return error;
    const LinkLocal wanted = named_in(request);
    // One per interface. An interface that was away and came back under its old number has lost
    // what we still hold for it; removing that again does no harm.
    std::erase_if(added_, [this, &wanted](const LinkLocal& each) {
        return each.ifindex == wanted.ifindex && addresses_.remove(each) == 0;
    });
    const int error = addresses_.add(wanted, request.default_route == 1);
    if (error == 0) added_.push_back(wanted);
    return error;
}

int Server::remove_address(const Request& request, bool reset) {
    const auto found = std::find(added_.begin(), added_.end(), named_in(request));
    if (found == added_.end()) return EPERM;
    // On another link the same address may be ours by right.
    const bool shared = std::count_if(added_.begin(), added_.end(), [found](const auto& each) {
                            return each.address == found->address;
                        }) > 1;
    if (reset && !shared) reset_connections(found->address);
    const int error = addresses_.remove(*found);
    if (error == 0) added_.erase(found);
    return error;
}

int Server::remove_stale(const Request& request) {
    if (const int error = check_address(request)) return error;
    const LinkLocal stale = named_in(request);
    if (std::find(added_.begin(), added_.end(), stale) != added_.end()) return EBUSY;
    return addresses_.remove(stale);
}

bool Server::reply(std::uint32_t id, const Outcome& outcome) const {
    Reply answer{id, outcome.error};
    iovec data{&answer, sizeof answer};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (outcome.opened) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        const int fd = outcome.opened.get();
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

}  // namespace

void run_keeper(int socket, const KeeperConfig& config) { Server{socket, config}.serve(); }

}  // namespace avahid::keeper
