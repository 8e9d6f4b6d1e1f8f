// tests/nss-plugin/process_test.cpp: the module inside odd programs: threads, small stacks,
// signals, forks, cancellation, closed stdio, thousands of descriptors.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstring>

#include "nss-plugin/protocol.h"
#include "tests/nss-plugin/fake_daemon.hpp"
#include "tests/nss-plugin/module.hpp"

namespace {

using namespace nss_test;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr const char* path = AVAHID_SOCKET_PATH;
constexpr auto slack = 1s;  // of a busy machine
constexpr const char* beta = "+ beta.local\n= 2 120 10.0.0.1\n= 2 60 fe80::1\n.\n";

bool finds_beta() {
    const Outcome outcome = lookup4("beta.local");
    return outcome.verdict == success &&
           outcome.addresses == std::vector<std::string>{"fe80::1%2", "10.0.0.1"};
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for (int fd = 0; fd < 4096; fd++) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
    return count;
}

TEST(NssProcess, ThreadsDoNotDisturbEachOther) {  // NSS-§thread-01, NSS-§thread-03
    module();
    const std::size_t before = open_descriptors();
    {
        const FakeDaemon daemon(path, [](const Peer& peer, const std::string& line) {
            const std::string name = line.substr(line.rfind(' ') + 1);  // n12.local -> 10.0.0.12
            const std::string number = name.substr(1, name.find('.') - 1);
            peer.send("+ " + name + "\n= 2 120 10.0.0." + number + "\n.\n");
        });
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (int n = 1; n <= 32; n++) {
            threads.emplace_back([n, &wrong] {
                const std::string name = "n" + std::to_string(n) + ".local";
                const std::vector<std::string> right{"10.0.0." + std::to_string(n)};
                for (int i = 0; i < 30; i++)
                    wrong += lookup4(name.c_str()).addresses == right ? 0 : 1;
            });
        }
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(wrong, 0);
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(NssProcess, SmallStackIsEnough) {  // NSS-§thread-08
    const FakeDaemon daemon(path, beta);
    module();
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes,
                                        static_cast<std::size_t>(PTHREAD_STACK_MIN) + 32 * 1024),
              0);
    pthread_t thread{};
    const auto body = [](void*) -> void* {
        return reinterpret_cast<void*>(finds_beta() ? 1L : 0L);
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, body, nullptr), 0);
    void* found = nullptr;
    pthread_join(thread, &found);
    pthread_attr_destroy(&attributes);
    EXPECT_NE(found, nullptr);
}

TEST(NssProcess, SignalsDoNotShortenOrLengthenTheWait) {  // NSS-§thread-05
    const FakeDaemon slow(path, [](const Peer& peer, const std::string&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(AVAHID_TIMEOUT_MS / 2));
        peer.send(beta);
    });
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGUSR1, &action, &before);
    std::atomic<bool> done = false;
    const pthread_t self = pthread_self();
    std::thread pest([&] {
        while (!done) {
            pthread_kill(self, SIGUSR1);
            std::this_thread::sleep_for(1ms);
        }
    });
    const bool right = finds_beta();
    done = true;
    pest.join();
    sigaction(SIGUSR1, &before, nullptr);
    EXPECT_TRUE(right);
}

TEST(NssProcess, SignalsDoNotKeepAHungCallAlive) {  // NSS-§thread-05, NSS-§time-01
    const FakeDaemon hung(path,
                          [](const Peer& peer, const std::string&) { peer.wait_for_close(); });
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, &before);
    std::atomic<bool> done = false;
    const pthread_t self = pthread_self();
    std::thread pest([&] {
        while (!done) {
            pthread_kill(self, SIGUSR1);
            std::this_thread::sleep_for(1ms);
        }
    });
    const auto start = std::chrono::steady_clock::now();
    const Verdict verdict = lookup4("beta.local").verdict;
    const auto took = std::chrono::steady_clock::now() - start;
    done = true;
    pest.join();
    sigaction(SIGUSR1, &before, nullptr);
    EXPECT_EQ(verdict, unavailable(ETIMEDOUT));
    EXPECT_LT(took, std::chrono::milliseconds(AVAHID_TIMEOUT_MS) + slack);
}

/// Apart from the cancelled frame, whose locals the address sanitizer would never see end.
[[gnu::noinline]] void look_up() { lookup4("beta.local"); }

TEST(NssProcess, CancelledThreadLeaksNothing) {  // NSS-§thread-03
    module();
    const std::size_t before = open_descriptors();
    {
        const FakeDaemon hung(path,
                              [](const Peer& peer, const std::string&) { peer.wait_for_close(); });
        pthread_t thread{};
        const auto body = [](void*) -> void* {
            look_up();
            pthread_testcancel();
            return nullptr;
        };
        ASSERT_EQ(pthread_create(&thread, nullptr, body, nullptr), 0);
        while (hung.lines().empty()) std::this_thread::yield();  // it is waiting now
        pthread_cancel(thread);
        void* result = nullptr;
        pthread_join(thread, &result);
        EXPECT_EQ(result, PTHREAD_CANCELED);
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(NssProcess, HighDescriptorsWork) {  // NSS-§thread-07
    const FakeDaemon daemon(path, beta);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit more{.rlim_cur = std::min<rlim_t>(before.rlim_max, 4096),
                      .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &more), 0);
    std::vector<int> opened;
    for (int i = 0; i < 2000; i++) opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_GT(opened.back(), FD_SETSIZE);
    const bool right = finds_beta();
    for (const int fd : opened) ::close(fd);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(right);
}

/// \return the exit status of body, run in a child process
template <class Body>
int in_child(Body body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(NssProcess, ClosedStdioWorks) {  // NSS-§thread-07, NSS-§sec-04
    const FakeDaemon daemon(path, beta);
    module();
    EXPECT_EQ(in_child([] {
                  for (int fd = 0; fd <= 2; fd++) ::close(fd);
                  const bool right = finds_beta();
                  return right && fcntl(0, F_GETFD) == -1 ? 0 : 1;
              }),
              0);
}

TEST(NssProcess, WorksOnBothSidesOfAFork) {  // NSS-§thread-02
    const FakeDaemon daemon(path, beta);
    EXPECT_TRUE(finds_beta());
    EXPECT_EQ(in_child([] { return finds_beta() ? 0 : 1; }), 0);
    EXPECT_TRUE(finds_beta());
}

TEST(NssProcess, WorksInTheChildOfAForkInTheMiddle) {  // NSS-§thread-02
    std::atomic<bool> waiting = false;
    const FakeDaemon daemon(path, [&waiting](const Peer& peer, const std::string& line) {
        if (line.ends_with("slow.local")) {
            waiting = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(AVAHID_TIMEOUT_MS / 3));
        }
        peer.send(beta);
    });
    module();
    bool right = false;
    std::thread slow([&right] { right = lookup4("slow.local").verdict == success; });
    while (!waiting) std::this_thread::yield();
    EXPECT_EQ(in_child([] { return finds_beta() ? 0 : 1; }), 0);
    slow.join();
    EXPECT_TRUE(right);
}

TEST(NssProcess, ExecutedProgramsInheritNothing) {  // NSS-§thread-03
    std::atomic<int> flags = -1;
    const FakeDaemon daemon(path, [&flags](const Peer& peer, const std::string&) {
        // While the module waits for us, its socket is the one descriptor more than before.
        int highest = -1;
        for (int fd = 0; fd < 256; fd++) {
            int type = 0;
            socklen_t size = sizeof type;
            sockaddr_storage name{};
            socklen_t name_size = sizeof name;
            const bool is_client =
                getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                getpeername(fd, reinterpret_cast<sockaddr*>(&name), &name_size) == 0 &&
                name_size > sizeof(sa_family_t) && name.ss_family == AF_UNIX && fd != peer.fd();
            if (is_client) highest = fd;
        }
        flags = highest < 0 ? -1 : fcntl(highest, F_GETFD);
        peer.send(beta);
    });
    EXPECT_TRUE(finds_beta());
    EXPECT_EQ(flags, FD_CLOEXEC);
}

TEST(NssProcess, EnvironmentIsNotTrusted) {  // NSS-§thread-06, NSS-§sec-02
    const FakeDaemon daemon(path, beta);
    for (const char* name : {"AVAHID_SOCKET_PATH", "AVAHID_SOCKET", "AVAHI_SOCKET", "TMPDIR",
                             "HOME", "XDG_RUNTIME_DIR", "RUNTIME_DIRECTORY"})
        setenv(name, "/nonexistent", 1);
    EXPECT_TRUE(finds_beta());
}

#ifdef SYS_poll
constexpr int sys_poll = SYS_poll;
#else
constexpr int sys_poll = SYS_ppoll;
#endif

/// From here on these system calls of this process fail with EPERM.
bool forbid(std::initializer_list<int> calls) {
    std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const int call : calls) {
        filter.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
        filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    }
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(NssProcess, ConfinedProgramsFailSoftly) {  // NSS-§sec-03
    const FakeDaemon daemon(path, beta);
    module();
    for (const int call : {SYS_socket, SYS_connect, SYS_sendto, sys_poll, SYS_recvfrom}) {
        EXPECT_EQ(in_child([call] {
                      if (!forbid({call})) return 2;
                      const std::size_t before = open_descriptors();
                      const Verdict verdict = lookup4("beta.local").verdict;
                      if (open_descriptors() != before) return 3;
                      return verdict == unavailable(EPERM) ? 0 : 1;
                  }),
                  0)
            << call;
    }
}

TEST(NssProcess, ProgramsThatMayOnlyTalkStillGetAnswers) {  // NSS-§sec-03
    const FakeDaemon daemon(path, beta);
    module();
    EXPECT_EQ(in_child([] {
                  const bool done = forbid(
                      {SYS_openat, SYS_newfstatat, SYS_fcntl, SYS_ioctl, SYS_setsockopt, SYS_mmap});
                  return done && finds_beta() ? 0 : 1;
              }),
              0);
}

TEST(NssProcess, ChrootedProgramsFailSoftly) {  // NSS-§sec-03
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    module();
    EXPECT_EQ(in_child([] {
                  if (chroot("/proc/self/fd") != 0 || chdir("/") != 0) return 2;
                  return lookup4("beta.local").verdict.status == NSS_STATUS_UNAVAIL ? 0 : 1;
              }),
              0);
}

}  // namespace
