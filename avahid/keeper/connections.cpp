#include "avahid/keeper/connections.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <memory>
#include <vector>

namespace avahid::keeper {
namespace {

struct Close {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
using Socket = std::unique_ptr<nl_sock, Close>;

struct Search {
    std::uint32_t address = 0;  // network byte order
    std::vector<inet_diag_req_v2> found;
};

/// A dual-stack socket shows its IPv4 address as ::ffff:a.b.c.d.
bool is_local(const inet_diag_msg& about, std::uint32_t address) {
    const auto& words = about.id.idiag_src;
    if (about.idiag_family == AF_INET) return words[0] == address;
    return words[0] == 0 && words[1] == 0 && words[2] == htonl(0xFFFF) && words[3] == address;
}

int on_socket(nl_msg* message, void* argument) {
    auto& search = *static_cast<Search*>(argument);
    const nlmsghdr* header = nlmsg_hdr(message);
    if (nlmsg_datalen(header) < static_cast<int>(sizeof(inet_diag_msg))) return NL_OK;
    const auto& about = *static_cast<const inet_diag_msg*>(nlmsg_data(header));
    if (is_local(about, search.address)) {
        inet_diag_req_v2 one{};
        one.sdiag_family = about.idiag_family;
        one.sdiag_protocol = IPPROTO_TCP;
        one.id = about.id;
        search.found.push_back(one);
    }
    return NL_OK;
}

void find(nl_sock* socket, std::uint8_t family) {
    inet_diag_req_v2 all{};
    all.sdiag_family = family;
    all.sdiag_protocol = IPPROTO_TCP;
    all.idiag_states = ~0U;
    if (nl_send_simple(socket, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &all, sizeof all) < 0) return;
    nl_recvmsgs_default(socket);
}

}  // namespace

void reset_connections(std::uint32_t address) {
    const Socket socket{nl_socket_alloc()};
    if (!socket || nl_connect(socket.get(), NETLINK_SOCK_DIAG) < 0) return;
    Search search{htonl(address), {}};
    nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, on_socket, &search);
    find(socket.get(), AF_INET);
    find(socket.get(), AF_INET6);
    for (inet_diag_req_v2& each : search.found) {
        if (nl_send_simple(socket.get(), SOCK_DESTROY, 0, &each, sizeof each) < 0) return;
        nl_wait_for_ack(socket.get());
    }
}

}  // namespace avahid::keeper
