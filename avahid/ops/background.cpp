#include "avahid/ops/background.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "avahid/ops/log.hpp"

namespace avahid::ops {
namespace {

constexpr int failure = 255;      // as avahi-daemon, when the daemon leaves without a word
constexpr int patience = 20'000;  // ms, as there
constexpr unsigned first_inherited = STDERR_FILENO + 1;

/// Locks, sockets and pipes of the shell that started us.
void close_inherited() {
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, first_inherited, ~0U, 0) == 0) return;
#endif
    const long most = ::sysconf(_SC_OPEN_MAX);
    for (long fd = first_inherited; fd < (most > 0 && most < 65536 ? most : 65536); ++fd)
        ::close(static_cast<int>(fd));
}

void leave_terminal() {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, stream);
    if (null > STDERR_FILENO) ::close(null);
}

int wait_for_report(int descriptor) {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    int ready = -1;
    do {
        ready = ::poll(&entry, 1, patience);
    } while (ready < 0 && errno == EINTR);
    unsigned char status = failure;
    if (ready > 0 && ::read(descriptor, &status, 1) == 1) return status;
    log::error("the daemon did not say how its start went");
    return failure;
}

}  // namespace

Background::Background(Background&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

Background& Background::operator=(Background&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Background::~Background() { report(failure); }

void Background::report(int status) {
    if (descriptor_ < 0) return;
    const auto byte = static_cast<unsigned char>(status);
    [[maybe_unused]] const auto written = ::write(descriptor_, &byte, 1);
    ::close(std::exchange(descriptor_, -1));
}

Fork go_to_background() {
    close_inherited();
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {failure, {}};
    const pid_t first = ::fork();
    if (first < 0) return {failure, {}};
    if (first > 0) {
        ::close(ends[1]);
        ::waitpid(first, nullptr, 0);
        return {wait_for_report(ends[0]), {}};
    }
    ::close(ends[0]);
    ::setsid();
    // Not the leader of its session, the daemon gets no terminal again by opening one.
    const pid_t second = ::fork();
    if (second != 0) ::_exit(second < 0 ? failure : 0);
    ::umask(022);
    leave_terminal();
    if (::chdir("/") != 0) ::_exit(failure);
    return {{}, Background(ends[1])};
}

}  // namespace avahid::ops
