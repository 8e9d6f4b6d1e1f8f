// PRODUCT, "Privileges": what each of the two processes may ask of the kernel. A filter is for
// life, so each call is made in a process of its own.
#include "avahid/sandbox/sandbox.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace avahid::sandbox {
namespace {

using Call = std::function<long()>;  // as system calls answer: -1 and errno
using Confine = std::function<boost::system::error_code()>;

/// What became of the call in a confined process: "done", "killed", or the error.
std::string outcome_of(const Confine& confine, const Call& call) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);  // the one that both may write to
        const auto error = confine();
        const std::string said = error        ? "confine: " + error.message()
                                 : call() < 0 ? std::string(::strerrorname_np(errno))
                                              : "done";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, said.data(), said.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(200, '\0');
    const auto got = ::read(ends[0], text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) == SIGSYS ? "killed" : "another signal" : text;
}

std::string daemon_calls(const Call& call, pid_t keeper = -1) {
    return outcome_of([keeper] { return confine_daemon(keeper); }, call);
}
std::string keeper_calls(const Call& call) { return outcome_of(confine_keeper, call); }

Call opens_socket(int family, int type, int protocol) {
    return [=] { return ::socket(family, type | SOCK_CLOEXEC, protocol); };
}

// Numbers, not functions: whatever a library does around them is not what is asked here.
template <class... Args>
Call calls(long number, Args... args) {
    return [=] { return ::syscall(number, args...); };
}

struct Forbidden {
    const char* name;
    Call call;
};

std::vector<Forbidden> what_only_intruders_do() {
    static const char* const nothing[] = {nullptr};
    return {
        {"execve", calls(SYS_execve, "/bin/true", nothing, nothing)},
        {"execveat", calls(SYS_execveat, AT_FDCWD, "/bin/true", nothing, nothing, 0)},
        {"process_vm_readv", calls(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0)},
        {"process_vm_writev", calls(SYS_process_vm_writev, ::getppid(), nullptr, 0, nullptr, 0, 0)},
        {"mount", calls(SYS_mount, "none", "/nowhere", "tmpfs", 0, nullptr)},
        {"umount2", calls(SYS_umount2, "/nowhere", 0)},
        {"pivot_root", calls(SYS_pivot_root, "/nowhere", "/nowhere")},
        {"chroot", calls(SYS_chroot, "/nowhere")},
        {"unshare", calls(SYS_unshare, 0)},
        {"setns", calls(SYS_setns, -1, 0)},
        {"init_module", calls(SYS_init_module, nullptr, 0, "")},
        {"finit_module", calls(SYS_finit_module, -1, "", 0)},
        {"delete_module", calls(SYS_delete_module, "none", 0)},
        {"bpf", calls(SYS_bpf, 0, nullptr, 0)},
        {"perf_event_open", calls(SYS_perf_event_open, nullptr, 0, -1, -1, 0)},
        {"userfaultfd", calls(SYS_userfaultfd, 0)},
        {"io_uring_setup", calls(SYS_io_uring_setup, 1, nullptr)},
        {"keyctl", calls(SYS_keyctl, 0, 0)},
        {"setresuid", calls(SYS_setresuid, 0, 0, 0)},
        {"setresgid", calls(SYS_setresgid, 0, 0, 0)},
        {"setgroups", calls(SYS_setgroups, 0, nullptr)},
        {"capset", calls(SYS_capset, nullptr, nullptr)},
        {"personality", calls(SYS_personality, 0xFFFFFFFF)},
        {"sethostname", calls(SYS_sethostname, "", -1)},
        {"clock_settime", calls(SYS_clock_settime, CLOCK_REALTIME, nullptr)},
        {"reboot", calls(SYS_reboot, 0, 0, 0, nullptr)},
        {"open_by_handle_at", calls(SYS_open_by_handle_at, -1, nullptr, 0)},
        {"mknodat", calls(SYS_mknodat, -1, "none", S_IFCHR | 0600, 0)},
    };
}

std::vector<Forbidden> what_neither_needs() {
    return {
        {"TCP", opens_socket(AF_INET, SOCK_STREAM, 0)},
        {"TCP over IPv6", opens_socket(AF_INET6, SOCK_STREAM, 0)},
        {"raw IP", opens_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)},
        {"netfilter", opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)},
        {"generic netlink", opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)},
        {"AF_VSOCK", opens_socket(AF_VSOCK, SOCK_STREAM, 0)},
        {"AF_ALG", opens_socket(AF_ALG, SOCK_SEQPACKET, 0)},
        {"signalling others", calls(SYS_kill, ::getppid(), 0)},
        {"signalling a thread of others", calls(SYS_tkill, ::getppid(), 0)},
        {"another's limits", calls(SYS_prlimit64, ::getppid(), RLIMIT_NOFILE, nullptr, nullptr)},
        {"pidfd_open", calls(SYS_pidfd_open, ::getppid(), 0)},
        {"chmod", calls(SYS_fchmodat, AT_FDCWD, "/nowhere", 0777)},
        {"chown", calls(SYS_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0)},
        {"mkdir", calls(SYS_mkdirat, AT_FDCWD, "/nowhere/none", 0777)},
        {"symlink", calls(SYS_symlinkat, "/", AT_FDCWD, "/nowhere/none")},
        {"link", calls(SYS_linkat, AT_FDCWD, "/nowhere", AT_FDCWD, "/nowhere/none", 0)},
        {"setxattr", calls(SYS_setxattr, "/nowhere", "user.none", "", 0, 0)},
        {"seccomp", calls(SYS_seccomp, 0, 0, nullptr)},
        {"shared memory", calls(SYS_shmget, 0, 4096, 0600)},
        {"memfd_create", calls(SYS_memfd_create, "none", 0)},
        {"clone3", calls(SYS_clone3, nullptr, 0)},
        {"TIOCSTI", calls(SYS_ioctl, 0, TIOCSTI, "x")},
        {"making an interface go down", calls(SYS_ioctl, 0, SIOCSIFFLAGS, nullptr)},
        {"memory to write to and run", calls(SYS_mmap, nullptr, 4096, PROT_WRITE | PROT_EXEC,
                                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)},
        {"running what was written",
         [] {
             void* const page =
                 ::mmap(nullptr, 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
             return page == MAP_FAILED ? 0L : ::mprotect(page, 4096, PROT_EXEC);
         }},
    };
}

bool is_sanitizers(const std::string& name) {
#if defined(__SANITIZE_ADDRESS__)
    return name == "TIOCSTI" || name == "making an interface go down";
#else
    return name.empty();
#endif
}

TEST(Sandbox, KillsWhatOnlyIntrudersDo) {
    for (const auto& [name, call] : what_only_intruders_do()) {
        EXPECT_EQ(daemon_calls(call), "killed") << name;
        EXPECT_EQ(keeper_calls(call), "killed") << name;
    }
}

TEST(Sandbox, RefusesWhatNeitherNeeds) {
    for (const auto& [name, call] : what_neither_needs()) {
        if (is_sanitizers(name)) continue;
        EXPECT_EQ(daemon_calls(call), "ENOSYS") << name;
        EXPECT_EQ(keeper_calls(call), "ENOSYS") << name;
    }
}

#if !defined(__SANITIZE_ADDRESS__)  // its leak checker traces and clones

TEST(Sandbox, KillsATracer) {
    EXPECT_EQ(daemon_calls(calls(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr)), "killed");
    EXPECT_EQ(keeper_calls(calls(SYS_ptrace, PTRACE_TRACEME, 0, nullptr, nullptr)), "killed");
}

TEST(Sandbox, RefusesToFork) {
    EXPECT_EQ(daemon_calls(calls(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0)), "ENOSYS");
}

TEST(Sandbox, RefusesToBecomeTraceable) {
    EXPECT_EQ(daemon_calls(calls(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)), "ENOSYS");
}

#endif

TEST(Sandbox, TheKeeperWritesNoFile) {
    EXPECT_EQ(keeper_calls(calls(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY)), "done");
#if !defined(__SANITIZE_ADDRESS__)
    for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC}) {
        EXPECT_EQ(keeper_calls(calls(SYS_openat, AT_FDCWD, "/dev/null", flags, 0600)), "ENOSYS");
    }
    EXPECT_EQ(keeper_calls(calls(SYS_write, 0, "x", 1)), "ENOSYS");
#endif
    EXPECT_EQ(keeper_calls(calls(SYS_unlinkat, AT_FDCWD, "/nowhere", 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_renameat2, AT_FDCWD, "/nowhere", AT_FDCWD, "/", 0)), "ENOSYS");
}

TEST(Sandbox, TheKeeperTalksToNobody) {
    EXPECT_EQ(keeper_calls(opens_socket(AF_UNIX, SOCK_STREAM, 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(opens_socket(AF_INET6, SOCK_DGRAM, 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_connect, 0, nullptr, 0)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_listen, 0, 1)), "ENOSYS");
    EXPECT_EQ(keeper_calls(calls(SYS_setsockopt, 0, IPPROTO_IP, 64, nullptr, 0)), "ENOSYS");
}

TEST(Sandbox, OnlyTheKeeperOpensPacketAndDiagnosticSockets) {
    EXPECT_EQ(daemon_calls(opens_socket(AF_PACKET, SOCK_RAW, 0)), "ENOSYS");
    EXPECT_EQ(daemon_calls(opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG)), "ENOSYS");
    EXPECT_EQ(keeper_calls(opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG)), "done");
    EXPECT_THAT(keeper_calls(opens_socket(AF_PACKET, SOCK_RAW, 0)),
                testing::AnyOf("done", "EPERM"));  // EPERM: the test runs without root
}

TEST(Sandbox, TheDaemonMaySignalItsKeeperAlone) {
    const pid_t other = ::fork();
    if (other == 0) {
        ::pause();
        ::_exit(0);
    }
    EXPECT_EQ(daemon_calls(calls(SYS_kill, other, SIGKILL)), "ENOSYS");
    EXPECT_EQ(daemon_calls(calls(SYS_kill, other, SIGSTOP), other), "ENOSYS");
    EXPECT_EQ(daemon_calls(calls(SYS_kill, other, SIGKILL), other), "done");
    ::waitpid(other, nullptr, 0);
}

// ---- what each needs ----

TEST(Sandbox, TheDaemonHasItsSockets) {
    for (const int family : {AF_INET, AF_INET6}) {
        EXPECT_EQ(daemon_calls(opens_socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0)), "done");
        EXPECT_EQ(daemon_calls(opens_socket(family, SOCK_DGRAM, IPPROTO_UDP)), "done");
    }
    EXPECT_EQ(daemon_calls(opens_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)), "done");
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
        EXPECT_EQ(daemon_calls(opens_socket(AF_UNIX, type, 0)), "done");
    }
    EXPECT_EQ(daemon_calls([] {
                  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
                  const int on = 1;
                  return ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) +
                         ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
              }),
              "done");
}

TEST(Sandbox, TheDaemonReadsAndKeepsFiles) {
    const std::string path = ::testing::TempDir() + "sandbox-" + std::to_string(::getpid());
    EXPECT_EQ(daemon_calls([&path] {
                  std::ofstream(path + ".new") << "text\n";
                  if (::rename((path + ".new").c_str(), path.c_str()) < 0) return -1;
                  std::string text;
                  std::ifstream(path) >> text;
                  return text == "text" ? ::unlink(path.c_str()) : -1;
              }),
              "done");
    EXPECT_EQ(daemon_calls([] {
                  const int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
                  return ::inotify_add_watch(fd, "/", IN_CREATE);
              }),
              "done");
    EXPECT_EQ(daemon_calls([] { return std::ifstream("/proc/net/udp").good() ? 0 : -1; }), "done");
}

TEST(Sandbox, TheDaemonWaitsForAnything) {
    EXPECT_EQ(daemon_calls([] {
                  const int all = ::epoll_create1(EPOLL_CLOEXEC);
                  const int timer = ::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
                  const int event = ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
                  itimerspec never{};
                  epoll_event about{.events = EPOLLIN, .data = {}};
                  if (::timerfd_settime(timer, 0, &never, nullptr) < 0) return -1;
                  if (::epoll_ctl(all, EPOLL_CTL_ADD, event, &about) < 0) return -1;
                  if (::epoll_wait(all, &about, 1, 1000) != 1) return -1;
                  pollfd one{event, POLLIN, 0};
                  const timespec second{1, 0};
                  return ::ppoll(&one, 1, &second, nullptr) == 1 ? 0 : -1;
              }),
              "done");
    EXPECT_EQ(daemon_calls([] { return ::usleep(1); }), "done");
}

TEST(Sandbox, AThreadCanBeStarted) {
    EXPECT_EQ(daemon_calls([] {
                  bool ran = false;
                  std::thread([&ran] { ran = true; }).join();
                  return ran ? 0 : -1;
              }),
              "done");
}

TEST(Sandbox, LibrariesCanBeLoadedByTheDaemon) {
    // As for a module of the user database: read and run, not written to.
    const auto maps = [] {
        const int fd = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1
                                                                                              : 0;
    };
    EXPECT_EQ(daemon_calls(maps), "done");
    EXPECT_EQ(keeper_calls(maps), "ENOSYS");
}

TEST(Sandbox, MuchMemoryCanBeHad) {
    for (const auto& confine :
         {Confine([] { return confine_daemon(-1); }), Confine(confine_keeper)}) {
        EXPECT_EQ(outcome_of(confine,
                             [] {
                                 std::string much(64 << 20, 'x');
                                 much.resize(much.size() * 2, 'y');
                                 return much.back() == 'y' ? 0 : -1;
                             }),
                  "done");
    }
}

TEST(Sandbox, AbortAborts) {
    EXPECT_EQ(daemon_calls([]() -> long { std::abort(); }), "another signal");
    EXPECT_EQ(keeper_calls([]() -> long { std::abort(); }), "another signal");
}

TEST(Sandbox, ShowsInTheProcessStatus) {
    std::string status;
    EXPECT_EQ(daemon_calls([&status] {
                  std::ifstream file("/proc/self/status");
                  status.assign(std::istreambuf_iterator<char>(file), {});
                  const bool confined = status.find("Seccomp:\t2\n") != std::string::npos &&
                                        status.find("NoNewPrivs:\t1\n") != std::string::npos;
                  return confined ? 0 : -1;
              }),
              "done");
}

}  // namespace
}  // namespace avahid::sandbox
