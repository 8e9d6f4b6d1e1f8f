#include "tools/avahictl/doctor/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

extern char** environ;

namespace avahictl::doctor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array folders = {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"};
constexpr std::size_t max_output = 32u << 20;

class Pipe {
public:
    Pipe() { open_ = ::pipe2(ends_, O_CLOEXEC) == 0; }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close(0);
        close(1);
    }
    bool is_open() const { return open_; }
    int end(int which) const { return ends_[which]; }
    void close(int which) {
        if (ends_[which] >= 0) ::close(ends_[which]);
        ends_[which] = -1;
    }

private:
    int ends_[2] = {-1, -1};
    bool open_ = false;
};

std::optional<std::string> find_program(const std::string& name) {
    for (const char* folder : folders) {
        std::string path = folder + name;
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return std::nullopt;
}

pid_t spawn(const std::string& path, std::vector<std::string>& words, int out, int err) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;  // ours are blocked
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = -1;
    if (::posix_spawn(&child, path.c_str(), &actions, &attributes, argv.data(), environ) != 0)
        child = -1;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return child;
}

/// \return false at the end
bool read_some(int descriptor, std::string& text) {
    std::array<char, 65536> bytes;
    const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
    if (count <= 0) return false;
    if (text.size() < max_output) text.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
}

/// \return false: the time was over first
bool read_all(int out, int err, Finished& finished, Clock::time_point until) {
    std::array<pollfd, 2> open = {{{out, POLLIN, 0}, {err, POLLIN, 0}}};
    while (open[0].fd >= 0 || open[1].fd >= 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) return false;
        if (::poll(open.data(), open.size(), static_cast<int>(left.count())) <= 0) continue;
        if (open[0].revents != 0 && !read_some(out, finished.out)) open[0].fd = -1;
        if (open[1].revents != 0 && !read_some(err, finished.err)) open[1].fd = -1;
    }
    return true;
}

}  // namespace

std::optional<Finished> run_program(const std::string& name, std::vector<std::string> arguments,
                                    std::chrono::milliseconds limit) {
    const auto path = find_program(name);
    Pipe out;
    Pipe err;
    if (!path || !out.is_open() || !err.is_open()) return std::nullopt;
    arguments.insert(arguments.begin(), *path);
    const pid_t child = spawn(*path, arguments, out.end(1), err.end(1));
    if (child < 0) return std::nullopt;
    out.close(1);
    err.close(1);
    Finished finished;
    finished.timed_out = !read_all(out.end(0), err.end(0), finished, Clock::now() + limit);
    if (finished.timed_out) ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) finished.status = WEXITSTATUS(status);
    return finished;
}

}  // namespace avahictl::doctor
