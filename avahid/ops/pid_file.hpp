// avahid/ops/pid_file.hpp: who is running, for scripts: a file with the process id, locked as long
// as the process lives. The lock is what counts: a file left behind by a crash, or whose number now
// belongs to somebody else, is nobody's.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <chrono>
#include <string>

namespace avahid::ops {

class PidFile {
public:
    /// Takes the file for this process; a lock is not inherited by children. As root, beware:
    /// others may own the folder. Links are not followed. \return device_or_resource_busy when
    /// somebody has it
    static boost::system::result<PidFile> create(const std::string& path);
    PidFile() = default;
    PidFile(PidFile&& other) noexcept;
    PidFile& operator=(PidFile&& other) noexcept;
    /// Removes the file, if it still is this one.
    ~PidFile();

private:
    PidFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::string path_;
    int descriptor_ = -1;
};

/// \return its process id; 0: it runs, but not where we can see it; no_such_file_or_directory when
///         nobody runs
boost::system::result<pid_t> running(const std::string& pid_file);

/// Sends it a signal; with `patience` waits for its end.
/// \return timed_out when it did not end, else what running() or kill(2) said
boost::system::result<void> signal_running(const std::string& pid_file, int signal,
                                           std::chrono::milliseconds patience = {});

}  // namespace avahid::ops
