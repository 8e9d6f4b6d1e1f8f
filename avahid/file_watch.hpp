// avahid/file_watch.hpp: tells when service folders, or files such as hosts, have changed, by
// inotify(7).
// Watches every folder on the way to them, so that one which does not exist yet, is replaced or
// renamed, or is reached by a symbolic link that is turned elsewhere is seen, too. Bursts of
// changes (an editor's rename dance, a package being unpacked) are told of once, when they are
// over. Reads no content; without the right to read a folder it cannot watch it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct inotify_event;

namespace avahid {

class FileWatch {
public:
    struct Pace {
        std::chrono::milliseconds quiet{250};     // told so long after the last change
        std::chrono::milliseconds longest{2000};  // and so long after the first, come what may
    };
    /// \param on_change  called from the io_context
    FileWatch(boost::asio::io_context& io, std::function<void()> on_change, const Pace& pace);

    /// What to watch; relative paths hold for the working directory of this moment.
    /// \return empty, or why nothing is watched
    std::string start(const std::vector<std::string>& folders,
                      const std::vector<std::string>& files);
    /// Looks anew which folders there are: after anything that inotify does not tell, a mount say.
    void refresh();

private:
    /// One watched folder.
    struct Place {
        std::string path;
        std::set<std::string> names;  // of entries that matter
        bool all = false;             // every service file in it does
    };
    using Places = std::map<int, Place>;  // by watch descriptor

    Place* add(const std::string& folder);
    std::optional<std::string> follow(const std::string& path);
    void follow_folder(const std::string& path);
    void wait();
    void read();
    bool matters(const inotify_event& event, std::string_view name);
    void note_change();
    void tell_at(std::chrono::steady_clock::time_point when);

    boost::asio::posix::stream_descriptor socket_;
    boost::asio::steady_timer timer_;
    std::function<void()> on_change_;
    Pace pace_;
    std::vector<std::string> folders_;
    std::vector<std::string> files_;
    Places places_;
    Places next_;                                    // while refresh() is at work
    std::map<std::string, int> watched_;             // by path, likewise
    std::set<std::pair<int, std::string>> written_;  // begun, and not yet closed
    bool full_ = false;                              // the kernel takes no more watches: told
    std::optional<std::chrono::steady_clock::time_point> first_;  // change not yet told
};

}  // namespace avahid
