#include "avahid/ops/directories.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <filesystem>

namespace avahid::ops {
namespace {

using boost::system::error_code;
using boost::system::result;

error_code last_error() { return {errno, boost::system::system_category()}; }

struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

enum class Before { absent, present };

result<Before> make(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return Before::absent;
    if (errno == EEXIST) return Before::present;
    return last_error();
}

result<void> make_parents(const std::filesystem::path& path) {
    std::filesystem::path made;
    for (const auto& part : path.parent_path()) {
        made /= part;
        if (made == made.root_path()) continue;
        if (const auto one = make(made.string(), 0755); !one) return one.error();
    }
    return {};
}

/// Made by a service manager, say, that lets us be root without the right to change it.
bool is_right(const std::string& path, const Directory& wanted, const Identity& owner) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
           (info.st_mode & 07777) == wanted.mode && info.st_uid == owner.uid &&
           info.st_gid == owner.gid;
}

bool is_empty(const std::string& path) {
    std::error_code bad;
    return std::filesystem::is_empty(path, bad) && !bad;
}

}  // namespace

result<void> prepare_directory(const Directory& directory, const Identity& owner) {
    auto path = std::filesystem::path(directory.path).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();  // "/run/x/" means "/run/x"
    if (is_right(path.string(), directory, owner)) return {};
    if (const auto parents = make_parents(path); !parents) return parents.error();
    const auto before = make(path.string(), directory.mode);
    if (!before) return before.error();

    const Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (folder.fd < 0) return last_error();
    const bool made = *before == Before::absent;
    if (!made && !directory.ours && !is_empty(path.string())) return {};
    if (::geteuid() == 0 && ::fchown(folder.fd, owner.uid, owner.gid) != 0) return last_error();
    struct stat info {};
    if (::fstat(folder.fd, &info) != 0) return last_error();
    // As a plain user, somebody else's folder may still be writable; its mode is not ours to set.
    const bool may_set_mode = ::geteuid() == 0 || info.st_uid == ::geteuid();
    if (may_set_mode && ::fchmod(folder.fd, directory.mode) != 0) return last_error();
    return {};
}

}  // namespace avahid::ops
