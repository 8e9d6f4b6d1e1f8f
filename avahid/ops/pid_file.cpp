#include "avahid/ops/pid_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

namespace avahid::ops {
namespace {

using boost::system::error_code;
using boost::system::result;
using std::chrono::steady_clock;

constexpr auto look_pause = std::chrono::milliseconds(20);
constexpr int most_tries = 10;  // when the file goes away under our hands

error_code last_error() { return {errno, boost::system::system_category()}; }
error_code error(boost::system::errc::errc_t what) { return make_error_code(what); }

struct flock whole_file(int type) {
    struct flock lock {};
    lock.l_type = static_cast<short>(type);
    lock.l_whence = SEEK_SET;
    return lock;
}

/// \return empty when nobody has it locked
result<pid_t> holder(int descriptor) {
    auto lock = whole_file(F_WRLCK);
    if (::fcntl(descriptor, F_GETLK, &lock) != 0) return last_error();
    if (lock.l_type == F_UNLCK) return error(boost::system::errc::no_such_file_or_directory);
    return lock.l_pid;
}

bool is_at(const std::string& path, int descriptor) {
    struct stat there {};
    struct stat here {};
    return ::lstat(path.c_str(), &there) == 0 && ::fstat(descriptor, &here) == 0 &&
           there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

/// Not a second name of some other file, by which its content would be overwritten.
bool is_plain(int descriptor) {
    struct stat info {};
    return ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1;
}

struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

}  // namespace

result<PidFile> PidFile::create(const std::string& path) {
    for (int tries = 0; tries < most_tries; ++tries) {
        Descriptor file{
            ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644)};
        if (file.fd < 0 && errno != ELOOP && errno != EACCES) return last_error();
        if (file.fd < 0 || !is_plain(file.fd)) {  // somebody's doing; not ours to write into
            if (::unlink(path.c_str()) != 0) return last_error();
            continue;
        }
        auto lock = whole_file(F_WRLCK);
        if (::fcntl(file.fd, F_SETLK, &lock) != 0) {
            const bool taken = errno == EACCES || errno == EAGAIN;
            return taken ? error(boost::system::errc::device_or_resource_busy) : last_error();
        }
        if (!is_at(path, file.fd)) continue;  // its owner has just left, and removed it
        const std::string text = fmt::format("{}\n", ::getpid());
        if (::ftruncate(file.fd, 0) != 0 ||
            ::write(file.fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            return last_error();
        return PidFile(path, std::exchange(file.fd, -1));
    }
    return error(boost::system::errc::resource_unavailable_try_again);
}

PidFile::PidFile(PidFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

PidFile& PidFile::operator=(PidFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

PidFile::~PidFile() {
    if (descriptor_ < 0) return;
    if (is_at(path_, descriptor_)) ::unlink(path_.c_str());
    ::close(descriptor_);
}

result<pid_t> running(const std::string& pid_file) {
    const Descriptor file{::open(pid_file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (file.fd < 0) return last_error();
    return holder(file.fd);
}

result<void> signal_running(const std::string& pid_file, int signal,
                            std::chrono::milliseconds patience) {
    const Descriptor file{::open(pid_file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (file.fd < 0) return last_error();
    const auto process = holder(file.fd);
    if (!process) return process.error();
    if (*process <= 0) return error(boost::system::errc::no_such_process);
    if (::kill(*process, signal) != 0) return last_error();
    if (patience.count() == 0) return {};
    const auto until = steady_clock::now() + patience;
    while (holder(file.fd)) {  // the lock goes with the process
        if (steady_clock::now() > until) return error(boost::system::errc::timed_out);
        std::this_thread::sleep_for(look_pause);
    }
    return {};
}

}  // namespace avahid::ops
