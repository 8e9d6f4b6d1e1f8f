#include "tools/avahictl/doctor/ask_dns.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <random>
#include <span>

#include "avahid/config/text.hpp"
#include "avahid/unicast/soa.hpp"

namespace avahictl::doctor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::milliseconds(1500);
constexpr std::uint16_t dns_port = 53;

struct Asked {
    std::string server;
    int descriptor = -1;
    std::uint16_t id = 0;
};

int open_socket(const boost::asio::ip::address& address) {
    const boost::asio::ip::udp::endpoint to(address, dns_port);
    const int descriptor =
        ::socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        ::connect(descriptor, to.data(), static_cast<socklen_t>(to.size())) != 0) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

std::vector<Asked> ask(const std::vector<boost::asio::ip::address>& servers) {
    std::random_device random;
    std::vector<Asked> asked;
    for (const auto& server : servers) {
        const int descriptor = open_socket(server);
        if (descriptor < 0) continue;
        const auto id = static_cast<std::uint16_t>(random());
        const auto query = avahid::unicast::soa_query(id);
        ::send(descriptor, query.data(), query.size(), MSG_NOSIGNAL);
        asked.push_back({server.to_string(), descriptor, id});
    }
    return asked;
}

/// \return the server, if one of those that can be read has the zone; what was read is closed
std::string take_replies(std::vector<Asked>& asked, const std::vector<pollfd>& polled) {
    std::string found;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (polled[i].revents == 0) continue;
        std::array<std::uint8_t, 4096> bytes;
        const ssize_t count = ::recv(asked[i].descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT);
        const auto reply = std::span(bytes).first(count > 0 ? static_cast<std::size_t>(count) : 0);
        if (avahid::unicast::zone_exists(reply, asked[i].id) == true) found = asked[i].server;
        ::close(std::exchange(asked[i].descriptor, -1));
    }
    std::erase_if(asked, [](const Asked& one) { return one.descriptor < 0; });
    return found;
}

}  // namespace

bool is_local_domain(std::string_view domain) {
    constexpr std::string_view local = "local";
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (domain.size() < local.size()) return false;
    const auto last = domain.substr(domain.size() - local.size());
    const bool whole = last.size() == domain.size();
    return avahid::config::equals_ignoring_case(last, local) &&
           (whole || domain[domain.size() - local.size() - 1] == '.');
}

std::string server_of_local(const std::vector<boost::asio::ip::address>& servers) {
    auto asked = ask(servers);
    const auto until = Clock::now() + patience;
    std::string found;
    while (found.empty() && !asked.empty()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) break;
        std::vector<pollfd> polled;
        for (const Asked& one : asked) polled.push_back({one.descriptor, POLLIN, 0});
        if (::poll(polled.data(), polled.size(), static_cast<int>(left.count())) <= 0) continue;
        found = take_replies(asked, polled);
    }
    for (const Asked& one : asked) ::close(one.descriptor);
    return found;
}

}  // namespace avahictl::doctor
