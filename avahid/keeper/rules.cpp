#include "avahid/keeper/rules.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace avahid::keeper {
namespace {

/// \return an errno value; 0: others than root cannot change it
int check_owner(const char* path) {
    struct stat about {};
    if (::stat(path, &about) < 0) return errno;
    return about.st_uid == 0 && (about.st_mode & (S_IWGRP | S_IWOTH)) == 0 ? 0 : EPERM;
}

}  // namespace

void enter_folder_of(RulesFile& file) {
    const std::filesystem::path path{file.path};
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    if (file.read && path.has_filename() && ::chdir(folder.c_str()) == 0) {
        file.path = path.filename();
        return;
    }
    file = {};
    // Nobody is to be kept from unmounting where we happened to be started.
    [[maybe_unused]] const int ignored = ::chdir("/");
}

int reload(const RulesFile& file, InterfaceRules& rules) {
    if (file.path.empty()) return ENOENT;
    // Root without capabilities still owns root's files.
    if (::geteuid() == 0) return EPERM;
    if (const int error = check_owner(".")) return error;
    // No file at all may be right: then everything has its default.
    const int error = check_owner(file.path.c_str());
    if (error != 0 && error != ENOENT) return error;
    auto read = file.read(file.path);
    if (!read) return EIO;
    rules = std::move(*read);
    return 0;
}

}  // namespace avahid::keeper
