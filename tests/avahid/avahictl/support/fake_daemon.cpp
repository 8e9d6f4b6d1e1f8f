#include "tests/avahid/avahictl/support/fake_daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

extern char** environ;

namespace avahictl::test {

using nlohmann::json;

FakeDaemon::FakeDaemon(Script script) : script_(std::move(script)) {
    char folder_template[] = "/tmp/avahictl-test-XXXXXX";
    folder_ = ::mkdtemp(folder_template);
    path_ = folder_ + "/control";
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 16);
    thread_ = std::thread([this] { accept_all(); });
}

FakeDaemon::~FakeDaemon() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (auto& connection : connections_) connection.join();
    ::close(listener_);
    std::filesystem::remove_all(folder_);
}

std::vector<json> FakeDaemon::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

void FakeDaemon::accept_all() {
    for (;;) {
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        connections_.emplace_back([this, connection] { serve(connection); });
    }
}

void FakeDaemon::serve(int connection) {
    std::string input;
    char bytes[4096];
    ssize_t count = 0;
    bool open = true;
    while (open && (count = ::recv(connection, bytes, sizeof bytes, 0)) > 0) {
        input.append(bytes, static_cast<std::size_t>(count));
        for (auto end = input.find('\0'); end != std::string::npos; end = input.find('\0')) {
            const json call = json::parse(input.substr(0, end));
            input.erase(0, end + 1);
            {
                const std::lock_guard lock(mutex_);
                calls_.push_back(call);
            }
            const Answer answer = script_(call);
            ::send(connection, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL);
            open = !answer.hang_up;
        }
    }
    ::close(connection);
}

std::string events(const std::vector<json>& parameters) {
    std::string out;
    for (const auto& each : parameters) {
        out += json{{"parameters", each}, {"continues", true}}.dump() + '\0';
    }
    return out;
}

std::string reply(const json& parameters) { return json{{"parameters", parameters}}.dump() + '\0'; }

std::string error(const std::string& name, const json& parameters) {
    return json{{"error", name}, {"parameters", parameters}}.dump() + '\0';
}

namespace {

struct Pipe {
    Pipe() { static_cast<void>(::pipe2(ends, O_CLOEXEC) == 0); }
    int ends[2] = {-1, -1};
};

/// Reads both to their ends.
void collect(int out, int err, Finished& finished, const std::function<void()>& on_output) {
    pollfd polled[] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    std::string* const texts[] = {&finished.out, &finished.err};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
        ::poll(polled, 2, -1);
        for (int i = 0; i < 2; ++i) {
            if (polled[i].revents == 0) continue;
            char bytes[4096];
            const ssize_t count = ::read(polled[i].fd, bytes, sizeof bytes);
            if (count <= 0) {
                polled[i].fd = -1;
            } else {
                texts[i]->append(bytes, static_cast<std::size_t>(count));
            }
        }
        on_output();
    }
}

}  // namespace

Finished run_avahictl(const std::vector<std::string>& arguments, const std::string& interrupt_at) {
    std::vector<std::string> words = {AVAHICTL_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    Pipe out;
    Pipe err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
    pid_t child = -1;
    ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out.ends[1]);
    ::close(err.ends[1]);

    Finished finished;
    bool sent = interrupt_at.empty();
    collect(out.ends[0], err.ends[0], finished, [&] {
        if (sent || finished.out.find(interrupt_at) == std::string::npos) return;
        sent = true;
        ::kill(child, SIGINT);
    });
    int status = 0;
    ::waitpid(child, &status, 0);
    finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ::close(out.ends[0]);
    ::close(err.ends[0]);
    return finished;
}

}  // namespace avahictl::test
