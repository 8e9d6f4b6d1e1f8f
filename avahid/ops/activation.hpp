// avahid/ops/activation.hpp: the sockets that a service manager made for us (sd_listen_fds(3)).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace avahid::ops {

struct HandedSocket {
    int descriptor = -1;
    std::string path;  // of its file; empty for what is no Unix socket with one
};

/// All there are, ours to close from now on; a second call finds none.
std::vector<HandedSocket> take_handed_sockets();

/// Takes the one with this path out of the list.
std::optional<int> take_socket(std::vector<HandedSocket>& sockets, const std::string& path);

}  // namespace avahid::ops
