#include "avahid/session/managers.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace avahid::session {
namespace {

constexpr const char* managing_group = "netdev";
constexpr int max_groups = 65536;               // the kernel's own limit
constexpr std::size_t max_entry = 1024 * 1024;  // of a line of the user database

/// Calls a getXXX_r function with ever larger buffers.
template <class Entry, class Get>
std::optional<Entry> entry_of(const Get& get, std::vector<char>& buffer) {
    for (buffer.resize(1024); buffer.size() <= max_entry; buffer.resize(buffer.size() * 2)) {
        Entry entry{};
        Entry* found = nullptr;
        const int error = get(&entry, buffer.data(), buffer.size(), &found);
        if (error == ERANGE) continue;
        return found ? std::optional(entry) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<gid_t> group_id(const char* name) {
    std::vector<char> buffer;
    const auto entry =
        entry_of<struct group>([&](auto... rest) { return getgrnam_r(name, rest...); }, buffer);
    return entry ? std::optional(entry->gr_gid) : std::nullopt;
}

std::vector<gid_t> groups_of(uid_t uid) {
    std::vector<char> buffer;  // holds the strings of entry
    const auto entry =
        entry_of<struct passwd>([&](auto... rest) { return getpwuid_r(uid, rest...); }, buffer);
    if (!entry) return {};
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    while (getgrouplist(entry->pw_name, entry->pw_gid, groups.data(), &count) < 0) {
        if (count <= static_cast<int>(groups.size()) || count > max_groups) return {};
        groups.resize(static_cast<std::size_t>(count));
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

}  // namespace

bool is_manager(uid_t uid) {
    if (uid == 0) return true;
    const auto wanted = group_id(managing_group);
    if (!wanted) return false;
    const auto groups = groups_of(uid);
    return std::find(groups.begin(), groups.end(), *wanted) != groups.end();
}

}  // namespace avahid::session
