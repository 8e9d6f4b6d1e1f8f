// Interfaces, routes, and who else has the port.
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <map>
#include <sstream>

#include "mdns/constants.hpp"
#include "mdns/io/port_owner.hpp"
#include "tools/avahictl/doctor/gather.hpp"

namespace avahictl::doctor {

namespace {

using mdns::engine::Family;

class Socket {
public:
    explicit Socket(int family) : descriptor_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const { return descriptor_; }
    void set(int option) const {
        const int on = 1;
        ::setsockopt(descriptor_, SOL_SOCKET, option, &on, sizeof on);
    }

private:
    int descriptor_;
};

template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_in endpoint4(std::uint32_t address) {
    sockaddr_in out = {};
    out.sin_family = AF_INET;
    out.sin_port = htons(mdns::port);
    out.sin_addr.s_addr = htonl(address);
    return out;
}

sockaddr_in6 endpoint6(bool group, unsigned scope) {
    sockaddr_in6 out = {};
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(mdns::port);
    out.sin6_scope_id = scope;
    if (group) {
        out.sin6_addr.s6_addr[0] = 0xff;
        out.sin6_addr.s6_addr[1] = 0x02;
        out.sin6_addr.s6_addr[15] = 0xfb;
    }
    return out;
}

/// To connect a UDP socket asks for the route, and sends nothing.
std::string refusal(const Socket& socket, const std::string& interface, const sockaddr* to,
                    socklen_t size) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                 static_cast<socklen_t>(interface.size() + 1));
    const int failed = ::connect(socket.get(), to, size);
    return failed == 0 ? "" : std::strerror(errno);
}

void try_to_send(InterfaceFacts& link, bool ipv4, bool ipv6) {
    if (!link.up || !link.running || !link.multicast || link.loopback) return;
    if (ipv4) {
        constexpr std::uint32_t group = 0xe00000fb;
        const auto to = endpoint4(group);
        link.multicast4_refused = refusal(Socket(AF_INET), link.name, generic(to), sizeof to);
    }
    if (ipv6) {
        const auto to = endpoint6(true, ::if_nametoindex(link.name.c_str()));
        link.multicast6_refused = refusal(Socket(AF_INET6), link.name, generic(to), sizeof to);
    }
}

std::string address_text(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4 = {};
        std::memcpy(&v4, address, sizeof v4);
        return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
    }
    sockaddr_in6 v6 = {};
    std::memcpy(&v6, address, sizeof v6);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return boost::asio::ip::address_v6(bytes).to_string();
}

bool bind_refused(const Socket& socket, const sockaddr* to, socklen_t size) {
    socket.set(SO_REUSEADDR);
    socket.set(SO_REUSEPORT);
    return ::bind(socket.get(), to, size) != 0 && errno == EADDRINUSE;
}

bool port_is_exclusive() {
    const auto any4 = endpoint4(0);
    if (bind_refused(Socket(AF_INET), generic(any4), sizeof any4)) return true;
    const Socket v6(AF_INET6);
    const int on = 1;
    ::setsockopt(v6.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    const auto any6 = endpoint6(false, 0);
    return bind_refused(v6, generic(any6), sizeof any6);
}

}  // namespace

std::vector<InterfaceFacts> gather_interfaces() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    std::map<std::string, InterfaceFacts> links;
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        InterfaceFacts& link = links[one->ifa_name];
        link.name = one->ifa_name;
        link.up = (one->ifa_flags & IFF_UP) != 0;
        link.running = (one->ifa_flags & IFF_RUNNING) != 0;
        link.multicast = (one->ifa_flags & IFF_MULTICAST) != 0;
        link.loopback = (one->ifa_flags & IFF_LOOPBACK) != 0;
        const sockaddr* address = one->ifa_addr;
        if (address == nullptr) continue;
        if (address->sa_family == AF_INET || address->sa_family == AF_INET6)
            link.addresses.push_back(address_text(address));
    }
    ::freeifaddrs(list);
    std::vector<InterfaceFacts> out;
    for (auto& [name, link] : links) {
        const auto has = [&](bool ipv6) {
            for (const auto& address : link.addresses) {
                if ((address.find(':') != std::string::npos) == ipv6) return true;
            }
            return false;
        };
        try_to_send(link, has(false), has(true));
        out.push_back(std::move(link));
    }
    return out;
}

std::vector<Route> gather_routes() {
    std::vector<Route> routes;
    std::istringstream lines(read_file("/proc/net/route").value_or(""));
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        Route route;
        std::array<std::string, 4> rest;  // flags, reference count, use, metric
        std::uint32_t destination = 0;
        std::uint32_t gateway = 0;
        std::uint32_t mask = 0;
        words >> route.interface >> std::hex >> destination >> gateway;
        for (std::string& word : rest) words >> word;
        words >> mask;
        if (!words) continue;
        route.destination = ntohl(destination);
        route.gateway = ntohl(gateway);
        route.mask = ntohl(mask);
        routes.push_back(route);
    }
    return routes;
}

PortFacts gather_port(const std::optional<Process>& daemon) {
    std::vector<mdns::io::UdpSocketRow> rows;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const auto& row : mdns::io::other_sockets(family, {})) rows.push_back(row);
    }
    PortFacts port;
    for (const auto& owner : mdns::io::owners_of(rows)) {
        const bool ours = owner.program == "avahid" || (daemon && owner.pid == daemon->pid);
        // Not permitted to know whose it is, one of the daemon's user is the daemon's.
        const bool maybe_ours = owner.pid == 0 && daemon;
        if (!ours && !maybe_ours) port.others.push_back({owner.program, owner.pid, owner.uid});
    }
    port.exclusive = port_is_exclusive();
    return port;
}

}  // namespace avahictl::doctor
