#include "avahid/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <utility>

#include "avahid/config/service_folder.hpp"
#include "avahid/ops/log.hpp"

namespace avahid {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::uint32_t mask = IN_ONLYDIR | IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB |
                               IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                               IN_MOVE_SELF;
constexpr int most_links = 40;              // symbolic ones on one path, as the kernel's ELOOP
constexpr std::size_t most_files = 50'000;  // of one folder that are looked at

std::string reason() {
    return boost::system::error_code(errno, boost::system::system_category()).message();
}

std::deque<std::string> parts_of(const fs::path& path) {
    std::deque<std::string> parts;
    for (const auto& part : path.relative_path()) {
        if (!part.empty() && part != ".") parts.push_back(part.string());
    }
    return parts;
}

/// Will be closed by whoever writes it: what it holds until then is not looked at.
bool is_being_written(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1;
}

}  // namespace

FileWatch::FileWatch(boost::asio::io_context& io, std::function<void()> on_change, const Pace& pace)
    : socket_(io), timer_(io), on_change_(std::move(on_change)), pace_(pace) {}

std::string FileWatch::start(const std::vector<std::string>& folders,
                             const std::vector<std::string>& files) {
    const auto absolute = [](const std::vector<std::string>& paths) {
        std::vector<std::string> all;
        for (const auto& path : paths) {
            std::error_code bad;
            const auto whole = fs::absolute(path, bad);
            if (!bad) all.push_back(whole.string());
        }
        return all;
    };
    folders_ = absolute(folders);
    files_ = absolute(files);
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return reason();
    boost::system::error_code refused;
    socket_.assign(fd, refused);
    if (refused) {
        ::close(fd);
        return refused.message();
    }
    refresh();
    wait();
    return "";
}

// ---- what is watched ----

void FileWatch::refresh() {
    if (!socket_.is_open()) return;
    next_.clear();
    watched_.clear();
    for (const auto& folder : folders_) follow_folder(folder);
    for (const auto& file : files_) follow(file);
    for (const auto& [descriptor, place] : places_) {
        if (!next_.contains(descriptor)) ::inotify_rm_watch(socket_.native_handle(), descriptor);
    }
    places_ = std::exchange(next_, {});
}

/// \return null when it cannot be watched: then what is above it still is
FileWatch::Place* FileWatch::add(const std::string& folder) {
    const auto [known, fresh] = watched_.try_emplace(folder, -1);
    if (fresh) {
        known->second = ::inotify_add_watch(socket_.native_handle(), folder.c_str(), mask);
        if (known->second < 0 && errno == ENOSPC && !std::exchange(full_, true))
            log::warning(
                "not all static files are watched: the kernel's limit is reached "
                "(fs.inotify.max_user_watches); SIGHUP reads them again");
        else if (known->second < 0 && errno != ENOENT)
            log::debug("{} cannot be watched: {}", folder, reason());
    }
    if (known->second < 0) return nullptr;
    Place& place = next_[known->second];
    place.path = folder;
    return &place;
}

/// Watches every folder on the way, through symbolic links. Each is watched before it is looked
/// into, so that no change in between is lost.
/// \return where it ends, without any link; empty: there is nothing
std::optional<std::string> FileWatch::follow(const std::string& path) {
    auto rest = parts_of(path);
    fs::path here = "/";
    int links = 0;
    while (!rest.empty()) {
        const std::string name = rest.front();
        rest.pop_front();
        if (name == "..") {
            here = here.parent_path();
            continue;
        }
        if (Place* const place = add(here.string())) place->names.insert(name);
        const fs::path entry = here / name;
        std::error_code bad;
        const auto kind = fs::symlink_status(entry, bad).type();
        if (kind == fs::file_type::symlink) {
            const fs::path target = fs::read_symlink(entry, bad);
            if (bad || ++links > most_links) return std::nullopt;
            auto parts = parts_of(target);
            rest.insert(rest.begin(), parts.begin(), parts.end());
            if (target.is_absolute()) here = "/";
        } else if (bad || kind == fs::file_type::not_found) {
            return std::nullopt;
        } else {
            here = entry;
        }
    }
    return here.string();
}

void FileWatch::follow_folder(const std::string& path) {
    const auto folder = follow(path);
    if (!folder) return;
    Place* const place = add(*folder);
    if (place == nullptr) return;
    place->all = true;
    std::error_code bad;
    fs::directory_iterator entry{*folder, bad};
    for (std::size_t count = 0; !bad && entry != fs::directory_iterator{} && count < most_files;
         entry.increment(bad), ++count) {
        const bool link = entry->is_symlink(bad);
        if (link && config::is_service_file(entry->path().filename().string()))
            follow(entry->path().string());
    }
}

// ---- what happens there ----

void FileWatch::wait() {
    socket_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                       [this](const boost::system::error_code& cancelled) {
                           if (cancelled) return;
                           read();
                           wait();
                       });
}

void FileWatch::read() {
    alignas(inotify_event) std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t size = ::read(socket_.native_handle(), buffer.data(), buffer.size());
        if (size <= 0) return;
        for (const char* at = buffer.data(); at < buffer.data() + size;) {
            const auto& event = *reinterpret_cast<const inotify_event*>(at);
            const char* const name = at + sizeof event;
            const std::string_view text = event.len > 0 ? std::string_view(name) : "";
            // News that wait to be told wait for a file that is begun meanwhile, too.
            if (matters(event, text) || (first_ && !written_.empty())) note_change();
            at += sizeof event + event.len;
        }
    }
}

bool FileWatch::matters(const inotify_event& event, std::string_view name) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
    const auto found = places_.find(event.wd);
    if (found == places_.end()) return false;
    const Place& place = found->second;
    if (name.empty()) return true;  // the folder itself: moved, removed, unmounted
    const bool ours = place.names.contains(std::string(name)) ||
                      (place.all && config::is_service_file(std::string(name)));
    if (!ours) return false;
    const std::pair file{event.wd, std::string(name)};
    const bool begins =
        (event.mask & IN_CREATE) != 0 && is_being_written(place.path + "/" + file.second);
    if (begins || (event.mask & IN_MODIFY) != 0) {
        written_.insert(file);  // only its end is worth a look
        return false;
    }
    written_.erase(file);
    return true;
}

void FileWatch::note_change() {
    const auto now = steady_clock::now();
    if (!first_) first_ = now;
    const auto latest = *first_ + pace_.longest;
    // While somebody writes, reading would find half a file: he has that long to come to an end.
    tell_at(written_.empty() ? std::min(now + pace_.quiet, latest) : latest);
}

void FileWatch::tell_at(steady_clock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        first_.reset();
        written_.clear();
        refresh();  // before anything is read: what changes from here on is told of again
        on_change_();
    });
}

}  // namespace avahid
