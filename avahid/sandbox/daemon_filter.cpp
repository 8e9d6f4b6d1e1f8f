// What the process that reads the network and talks to clients may ask of the kernel.
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <csignal>

#include "avahid/sandbox/filter.hpp"
#include "avahid/sandbox/sandbox.hpp"

namespace avahid::sandbox {
namespace {

/// mDNS, netlink's news of the links, clients, the bus, the service manager. No packet socket (the
/// keeper opens those), no TCP.
void allow_sockets(Filter& filter) {
    filter.allow_socket(AF_UNIX, SOCK_STREAM, 0);
    filter.allow_socket(AF_UNIX, SOCK_DGRAM, 0);
    for (const int family : {AF_INET, AF_INET6}) {
        filter.allow_socket(family, SOCK_DGRAM, 0);
        filter.allow_socket(family, SOCK_DGRAM, IPPROTO_UDP);
    }
    filter.allow_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    for (const int level : {SOL_SOCKET, int{IPPROTO_IP}, int{IPPROTO_IPV6}, SOL_NETLINK}) {
        filter.allow("setsockopt", {is(1, static_cast<scmp_datum_t>(level))});
    }
    filter.allow(
        "bind listen accept accept4 connect shutdown getsockname getpeername getsockopt "
        "sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg recvmmsg_time64 send recv");
}

/// Configuration, state, the user database, /proc; the log. Which of them it may open is up to file
/// permissions and the unit.
void allow_files(Filter& filter) {
    filter.allow(
        "open openat close read pread64 readv write writev lseek _llseek fstat fstat64 "
        "stat stat64 lstat lstat64 newfstatat fstatat64 statx access faccessat faccessat2 "
        "readlink readlinkat getdents64 getcwd unlink unlinkat rename renameat renameat2 "
        "fsync fdatasync fcntl fcntl64 dup dup3 pipe2 inotify_init1 inotify_add_watch "
        "inotify_rm_watch");
    // Not TIOCSTI and its like: an intruder's way into the terminal we were started from.
    for (const scmp_datum_t request : {FIONBIO, FIONREAD, TCGETS, SIOCGIFINDEX, SIOCGIFNAME}) {
        filter.allow("ioctl", {is(1, request)});
    }
}

void allow_waiting(Filter& filter) {
    filter.allow(
        "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll "
        "ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 eventfd2 signalfd4 "
        "timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime "
        "timerfd_gettime64");
}

/// Waiting for it, and killing it when it hangs. Nobody else is sent a signal.
void allow_end_of(pid_t keeper, Filter& filter) {
    if (keeper <= 0) return;
    filter.allow("wait4 waitid");
    filter.allow("kill", {is(0, static_cast<scmp_datum_t>(keeper)), is(1, SIGKILL)});
}

}  // namespace

boost::system::error_code confine_daemon(pid_t keeper) {
    // The user database may be served by modules that the C library loads when it is first asked.
    Filter filter(/*may_load=*/true);
    allow_sockets(filter);
    allow_files(filter);
    allow_waiting(filter);
    allow_end_of(keeper, filter);
    return filter.load();
}

}  // namespace avahid::sandbox
