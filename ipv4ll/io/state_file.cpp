#include "ipv4ll/io/state_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "ipv4ll/constants.hpp"

namespace ipv4ll::io {
namespace {

using boost::system::error_code;
using wire::Ipv4;

error_code last_error() { return {errno, boost::system::system_category()}; }

/// The start of a regular file; empty when it is anything else (a FIFO must not make us wait).
std::string read_start(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return {};
    struct stat about {};
    std::array<char, 32> buffer{};
    ssize_t size = -1;
    if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode)) {
        size = ::read(fd, buffer.data(), buffer.size());
    }
    ::close(fd);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string{};
}

error_code write_whole(const std::filesystem::path& path, const std::string& text) {
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const int fd = ::open(path.c_str(), flags, 0644);
    if (fd < 0) return last_error();
    const ssize_t written = ::write(fd, text.data(), text.size());
    error_code error;
    if (written < 0) {
        error = last_error();
    } else if (static_cast<std::size_t>(written) != text.size()) {
        error = boost::system::errc::make_error_code(boost::system::errc::no_space_on_device);
    }
    if (::close(fd) < 0 && !error) error = last_error();
    return error;
}

}  // namespace

std::filesystem::path StateFile::path_of(const wire::Mac& mac) const {
    return directory_ / fmt::format("ipv4ll-{:02x}", fmt::join(mac, ""));
}

std::optional<Ipv4> StateFile::load(const wire::Mac& mac) const {
    std::string text = read_start(path_of(mac));
    if (text.empty() || text.back() != '\n') return std::nullopt;  // cut short
    text.pop_back();
    error_code error;
    const Ipv4 address = boost::asio::ip::make_address_v4(text, error);
    if (error || address.to_string() != text) return std::nullopt;
    if (!claimable(address.to_uint())) return std::nullopt;
    return address;
}

error_code StateFile::store(const wire::Mac& mac, Ipv4 address) {
    const std::filesystem::path path = path_of(mac);
    std::filesystem::path fresh = path;
    fresh += ".new";
    error_code error = write_whole(fresh, address.to_string() + "\n");
    if (!error && ::rename(fresh.c_str(), path.c_str()) < 0) error = last_error();
    if (error) ::unlink(fresh.c_str());

    const bool known = error == reported_;
    reported_ = error;
    return known ? error_code{} : error;
}

}  // namespace ipv4ll::io
