#include "avahid/ops/activation.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace avahid::ops {
namespace {

std::string path_of(int descriptor) {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        address.sun_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path))
        return {};
    const std::size_t room = size - offsetof(sockaddr_un, sun_path);
    return {address.sun_path, ::strnlen(address.sun_path, room)};
}

}  // namespace

std::vector<HandedSocket> take_handed_sockets() {
    std::vector<HandedSocket> sockets;
    const int count = ::sd_listen_fds(/*unset_environment=*/1);
    for (int at = 0; at < count; ++at) {
        const int descriptor = SD_LISTEN_FDS_START + at;
        sockets.push_back({descriptor, path_of(descriptor)});
    }
    return sockets;
}

std::optional<int> take_socket(std::vector<HandedSocket>& sockets, const std::string& path) {
    const auto found = std::find_if(sockets.begin(), sockets.end(),
                                    [&](const auto& socket) { return socket.path == path; });
    if (found == sockets.end()) return {};
    const int descriptor = found->descriptor;
    sockets.erase(found);
    return descriptor;
}

}  // namespace avahid::ops
