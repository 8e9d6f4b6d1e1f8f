#include "avahid/kernel_hostname.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace avahid {

std::string kernel_hostname() {
    utsname names{};
    return ::uname(&names) == 0 ? std::string(names.nodename) : std::string();
}

HostnameWatcher::HostnameWatcher(boost::asio::io_context& io, std::function<void()> on_change)
    : file_(io), on_change_(std::move(on_change)) {
    const int fd = ::open("/proc/sys/kernel/hostname", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;  // then the name stays as it was at the start
    boost::system::error_code refused;
    file_.assign(fd, refused);
    if (refused) {
        ::close(fd);
        return;
    }
    char first;  // the kernel counts changes from the last read on
    [[maybe_unused]] const auto ignored = ::read(fd, &first, 1);
    wait();
}

void HostnameWatcher::wait() {
    file_.async_wait(boost::asio::posix::descriptor_base::wait_error,
                     [this](const boost::system::error_code& error) {
                         if (error) return;
                         on_change_();
                         wait();
                     });
}

}  // namespace avahid
