#include "avahid/keeper/spawn.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "avahid/ops/memory.hpp"
#include "avahid/sandbox/sandbox.hpp"

namespace avahid::keeper {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

/// Of all the parent had open only standard error and the socket stay. The parent's end of the
/// socket goes too: if we held it ourselves we would never see it closed.
/// \return the number the socket has now, or -1
int close_all_but(int socket) {
    constexpr int place = 3;
    if (const Descriptor null{::open("/dev/null", O_RDWR | O_CLOEXEC)}; null) {
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(null.get(), STDOUT_FILENO);
    }
    if (socket != place && ::dup2(socket, place) < 0) return -1;
    if (::close_range(place + 1, UINT_MAX, 0) < 0) return -1;
    return place;
}

void ignore_signals() {
    // The terminal's signals go to the whole group; we leave after our client, not with it.
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE}) {
        ::signal(number, SIG_IGN);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool confine() {
    const auto error = sandbox::confine_keeper();
    return !error || error == boost::system::errc::function_not_supported;
}

[[noreturn]] void become_keeper(int socket, KeeperConfig config) {
    ::prctl(PR_SET_NAME, "avahid-keeper", 0, 0, 0);
    ignore_signals();
    const int moved = close_all_but(socket);
    enter_folder_of(config.file);
    if (moved < 0 || !keep_network_capabilities(config.identity) || !confine()) ::_exit(1);
    ops::forget_startup();
    try {
        run_keeper(moved, config);
    } catch (...) {  // no memory; the client sees the socket closed
        ::_exit(1);
    }
    ::_exit(0);
}

}  // namespace

boost::system::result<Keeper> spawn_keeper(const KeeperConfig& config) {
    if (!may_become_keeper()) {
        return boost::system::errc::make_error_code(boost::system::errc::operation_not_permitted);
    }
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) < 0) {
        return last_error();
    }
    Descriptor ours{pair[0]};
    const Descriptor theirs{pair[1]};
    const pid_t pid = ::fork();
    if (pid < 0) return last_error();
    if (pid == 0) become_keeper(theirs.get(), config);
    return Keeper{pid, std::move(ours)};
}

void end_keeper(Keeper& keeper) {
    keeper.socket.reset();
    if (keeper.pid <= 0) return;
    // One that does not come to its end (stopped by a debugger) must not keep us from ours.
    constexpr int tries = 200;
    for (int tried = 0; ::waitpid(keeper.pid, nullptr, WNOHANG) == 0; ++tried) {
        if (tried == tries) {
            ::kill(keeper.pid, SIGKILL);
            ::waitpid(keeper.pid, nullptr, 0);
            break;
        }
        ::usleep(10'000);
    }
    keeper.pid = -1;
}

}  // namespace avahid::keeper
