// What the keeper may ask of the kernel: its two capabilities reach far, its calls do not.
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "avahid/sandbox/filter.hpp"
#include "avahid/sandbox/sandbox.hpp"

namespace avahid::sandbox {
namespace {

void allow_sockets(Filter& filter) {
    filter.allow_socket(AF_PACKET, SOCK_RAW, 0);                   // for the client
    filter.allow_socket(AF_INET, SOCK_DGRAM, 0);                   // to ask for an interface's name
    filter.allow_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);      // addresses and routes
    filter.allow_socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);  // connections to be reset
    for (const int level : {SOL_SOCKET, SOL_PACKET, SOL_NETLINK}) {
        filter.allow("setsockopt", {is(1, static_cast<scmp_datum_t>(level))});
    }
    // Questions only: with CAP_NET_ADMIN their opposites would reconfigure any interface.
    for (const scmp_datum_t request : {SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFHWADDR}) {
        filter.allow("ioctl", {is(1, request)});
    }
    filter.allow(
        "bind getsockname getsockopt sendto sendmsg recvfrom recvmsg send recv poll ppoll "
        "ppoll_time64 close");
}

/// Its rules, for reading; its log.
void allow_files(Filter& filter) {
    constexpr scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    filter.allow("open", {has(1, writing, 0)});
    filter.allow("openat", {has(2, writing, 0)});
    filter.allow("read fstat fstat64 stat stat64 newfstatat fstatat64 statx lseek _llseek");
    for (const char* write : {"write", "writev"}) {
        filter.allow(write, {is(0, STDERR_FILENO)});
    }
}

}  // namespace

boost::system::error_code confine_keeper() {
    Filter filter(/*may_load=*/false);
    allow_sockets(filter);
    allow_files(filter);
    return filter.load();
}

}  // namespace avahid::sandbox
