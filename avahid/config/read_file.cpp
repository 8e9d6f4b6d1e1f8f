#include "avahid/config/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>

namespace avahid::config {
namespace {

using boost::system::error_code;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

error_code last_error() { return {errno, boost::system::system_category()}; }
error_code error(boost::system::errc::errc_t what) { return make_error_code(what); }

}  // namespace

boost::system::result<std::string> read_file(const std::string& path) {
    // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (file.get() < 0) return last_error();
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return last_error();
    if (S_ISDIR(info.st_mode)) return error(boost::system::errc::is_a_directory);
    if (!S_ISREG(info.st_mode)) return error(boost::system::errc::invalid_argument);

    std::string text;
    char buffer[16384];
    for (;;) {
        const auto got = ::read(file.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_error();
        if (got == 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.size() > max_file_size) return error(boost::system::errc::file_too_large);
    }
}

}  // namespace avahid::config
