#include "avahid/kernel_hostname.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "avahid/config/read_file.hpp"
#include "dnssd/ascii.hpp"

namespace avahid {

std::string kernel_hostname() {
    utsname names{};
    return ::uname(&names) == 0 ? std::string(names.nodename) : std::string();
}

std::string machine_id() {
    constexpr std::size_t digits = 32;
    for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
        const auto text = config::read_file(path);
        if (!text || text->size() < digits) continue;
        const std::string id = dnssd::lower(text->substr(0, digits));
        if (id.find_first_not_of("0123456789abcdef") == id.npos) return id;
    }
    return "";
}

MachineKind machine_kind() {
    utsname names{};
    if (::uname(&names) != 0) return {};
    const auto upper = [](std::string text) {
        for (char& c : text) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
        return text;
    };
    return {upper(names.machine), upper(names.sysname)};
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
