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
#include "avahid/keeper/pace.hpp"
#include "avahid/keeper/protocol.hpp"
#include "avahid/ops/log.hpp"
#include "ipv4ll/constants.hpp"

namespace avahid::keeper {
namespace {

class Server {
public:
    Server(int socket, const KeeperConfig& config)
        : socket_(socket), file_(config.file), rules_(config.interfaces) {}
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
    int reload_rules(const Request& request);
    int add_route(const Request& request);
    int remove_route(const Request& request);
    int check_address(const Request& request) const;
    void take_back_all();
    /// False when the client is there and cannot be answered.
    bool reply(std::uint32_t id, const Outcome& outcome) const;

    int socket_;
    const RulesFile& file_;
    InterfaceRules rules_;
    Pace pace_;
    Addresses addresses_;
    std::vector<LinkLocal> added_;  // to be taken back; one per interface
    std::vector<int> routes_;       // likewise, by ifindex; of interfaces without address of ours
};

bool needs_netlink(Operation operation) {
    return operation != Operation::open_arp && operation != Operation::reload_rules;
}

LinkLocal named_in(const Request& request) { return {request.ifindex, request.address}; }

void Server::serve() {
    // Without it every address is refused with a clear error; the sockets still work.
    const int netlink_error = addresses_.open();
    for (;;) {
        Request request;
        const ssize_t size = ::recv(socket_, &request, sizeof request, MSG_TRUNC);
        // A reset tells that the client has left without reading our answers; what it has asked for
        // before is still there, and still done.
        if (size < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (size <= 0) break;
        pace_.wait();
        Outcome outcome;
        if (size != sizeof request) {
            request.id = 0;
            outcome.error = EBADMSG;
        } else if (netlink_error != 0 && needs_netlink(request.operation)) {
            outcome.error = netlink_error;
        } else {
            outcome = perform(request);
        }
        if (!reply(request.id, outcome)) break;
    }
    take_back_all();
}

/// The client is gone. One that came to its end by itself has had all removed before.
void Server::take_back_all() {
    std::size_t there = 0;  // the others went with their interface
    for (const LinkLocal& each : added_) {
        if (check_interface(each.ifindex, rules_) != ENODEV) ++there;
        addresses_.remove(each);
    }
    for (const int ifindex : routes_) addresses_.remove_route(ifindex);
    if (there == 0) return;
    log::warning("the daemon has died: {} link-local address{} taken back", there,
                 there == 1 ? "" : "es");
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
        case Operation::reload_rules:
            return {reload_rules(request)};
        case Operation::add_route:
            return {add_route(request)};
        case Operation::remove_route:
            return {remove_route(request)};
    }
    return {EINVAL};
}

Server::Outcome Server::open_arp(const Request& request) {
    if (request.address != 0 || request.default_route != 0) return {EINVAL};
    if (const int error = check_interface(request.ifindex, rules_)) return {error};
    auto opened = open_arp_socket(request.ifindex);
    if (!opened) return {opened.error().value()};
    return {0, std::move(*opened)};
}

int Server::check_address(const Request& request) const {
    if (!ipv4ll::claimable(request.address) || request.default_route > 1) return EINVAL;
    return check_interface(request.ifindex, rules_);
}

int Server::add_address(const Request& request) {
    if (const int error = check_address(request)) return error;
    const LinkLocal wanted = named_in(request);
    // One per interface. An interface that was away and came back under its old number has lost
    // what we still hold for it; removing that again does no harm. What is held for interfaces that
    // are no more would otherwise pile up.
    std::erase_if(added_, [this, &wanted](const LinkLocal& each) {
        const bool gone = check_interface(each.ifindex, rules_) == ENODEV;
        if (!gone && each.ifindex != wanted.ifindex) return false;
        return addresses_.remove(each) == 0 || gone;  // its rule outlives an interface
    });
    const int error = addresses_.add(wanted, request.default_route == 1);
    if (error != 0) return error;
    added_.push_back(wanted);
    std::erase(routes_, wanted.ifindex);  // replaced by the address's own
    return 0;
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

/// What is denied from now on goes at once, whatever the client does.
int Server::reload_rules(const Request& request) {
    if (request.ifindex != 0 || request.address != 0 || request.default_route != 0) return EINVAL;
    if (const int error = reload(file_, rules_)) return error;
    std::erase_if(added_, [this](const LinkLocal& each) {
        return check_interface(each.ifindex, rules_) == EPERM && addresses_.remove(each) == 0;
    });
    std::erase_if(routes_, [this](int ifindex) {
        return check_interface(ifindex, rules_) == EPERM && addresses_.remove_route(ifindex) == 0;
    });
    return 0;
}

int Server::add_route(const Request& request) {
    if (request.address != 0 || request.default_route != 0) return EINVAL;
    if (const int error = check_interface(request.ifindex, rules_)) return error;
    const bool has_address =
        std::any_of(added_.begin(), added_.end(),
                    [&request](const LinkLocal& each) { return each.ifindex == request.ifindex; });
    if (has_address) return EBUSY;
    std::erase_if(routes_, [this, &request](int ifindex) {
        return ifindex == request.ifindex || check_interface(ifindex, rules_) == ENODEV;
    });
    const int error = addresses_.add_route(request.ifindex);
    if (error == 0) routes_.push_back(request.ifindex);
    return error;
}

int Server::remove_route(const Request& request) {
    if (request.address != 0 || request.default_route != 0) return EINVAL;
    const auto found = std::find(routes_.begin(), routes_.end(), request.ifindex);
    if (found == routes_.end()) return EPERM;
    const int error = addresses_.remove_route(request.ifindex);
    if (error == 0) routes_.erase(found);
    return error;
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
    return sent >= 0 || errno == EPIPE || errno == ECONNRESET;
}

}  // namespace

void run_keeper(int socket, const KeeperConfig& config) { Server{socket, config}.serve(); }

}  // namespace avahid::keeper
