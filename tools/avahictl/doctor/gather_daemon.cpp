// The daemon: whether it answers, what it says, and with what options it was started.
#include <fmt/core.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <sstream>

#include "avahid/config/cli.hpp"
#include "avahid/config/config.hpp"
#include "avahid/config/hosts_file.hpp"
#include "avahid/config/service_folder.hpp"
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/doctor/gather.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl::doctor {

namespace config = avahid::config;

namespace {

constexpr auto patience = std::chrono::seconds(3);
constexpr auto module_socket = "/run/avahi-daemon/socket";

std::string process_file(pid_t pid, const char* name) {
    return read_file(fmt::format("/proc/{}/{}", pid, name)).value_or("");
}

std::string program_of(pid_t pid) {
    std::string name = process_file(pid, "comm");
    while (!name.empty() && name.back() == '\n') name.pop_back();
    return name;
}

/// Who listens at the other end. Of a socket that systemd made, who says so in the usual file.
std::optional<Process> peer_of(const Client& client) {
    ucred peer = {};
    socklen_t size = sizeof peer;
    if (::getsockopt(client.descriptor(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    if (peer.pid <= 0) return std::nullopt;
    Process process{program_of(peer.pid), peer.pid, peer.uid};
    pid_t said = 0;
    std::istringstream file(read_file(config::Options{}.pid_file()).value_or(""));
    if (process.name == "systemd" && file >> said && said > 0 && !program_of(said).empty())
        return Process{program_of(said), said, peer.uid};
    return process;
}

/// As whom it runs now: it may have been root when it began to listen.
uid_t effective_user(const Process& process) {
    std::istringstream lines(process_file(process.pid, "status"));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key;
        uid_t real = 0;
        uid_t effective = 0;
        if (words >> key >> real >> effective && key == "Uid:") return effective;
    }
    return process.uid;
}

std::string user_name(uid_t uid) {
    const passwd* entry = ::getpwuid(uid);
    return entry == nullptr ? std::to_string(uid) : entry->pw_name;
}

config::Options options_of(const std::optional<Process>& process) {
    std::vector<std::string> words;
    if (process) {
        std::istringstream line(process_file(process->pid, "cmdline"));
        for (std::string word; std::getline(line, word, '\0');) words.push_back(word);
    }
    std::string program = "avahid";
    if (!words.empty()) {
        program = words.front().substr(words.front().rfind('/') + 1);
        words.erase(words.begin());
    }
    const auto parsed = config::parse_command_line(program, words, "");
    const auto* options = std::get_if<config::Options>(&parsed);
    return options ? *options : config::Options{};
}

void add_problems(std::vector<std::string>& problems,
                  const std::vector<config::Diagnostic>& diagnostics) {
    for (const auto& one : diagnostics) {
        if (one.severity != config::Severity::note) problems.push_back(config::to_text(one));
    }
}

void check_files(DaemonFacts& daemon, const config::Options& options) {
    daemon.config_file = options.config_file;
    add_problems(daemon.config_problems,
                 config::load_config(options.config_file, options.config_file_given
                                                              ? config::Missing::is_an_error
                                                              : config::Missing::is_fine)
                     .diagnostics);
    add_problems(daemon.file_problems,
                 config::load_service_folders(options.service_dirs).diagnostics);
    add_problems(daemon.file_problems, config::load_hosts(options.hosts_files).diagnostics);
}

void check_state_dir(DaemonFacts& daemon, const config::Options& options) {
    daemon.state_dir = options.state_dir;
    if (!daemon.process || array_of(daemon.status, "ipv4ll").empty()) return;  // not needed
    const uid_t uid = effective_user(*daemon.process);
    daemon.user = user_name(uid);
    struct stat info = {};
    daemon.state_dir_exists = ::stat(options.state_dir.c_str(), &info) == 0;
    const bool owner = info.st_uid == uid && (info.st_mode & S_IWUSR) != 0;
    const bool others = (info.st_mode & S_IWOTH) != 0;
    daemon.state_dir_writable = uid == 0 || owner || others;
}

std::string mode_of(const std::string& path) {
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0) return "out of reach";
    return fmt::format("mode {:o}, of {}", info.st_mode & 07777, user_name(info.st_uid));
}

}  // namespace

DaemonFacts gather_daemon(const Common& common) {
    DaemonFacts daemon;
    daemon.socket = common.socket;
    auto client = Client::connect(common.socket);
    daemon.reached = client ? ClientErrc::ok : client.error();
    if (daemon.reached == ClientErrc::not_permitted) daemon.socket_mode = mode_of(common.socket);
    if (client) {
        daemon.process = peer_of(*client);
        daemon.reached = client->send(make_call("Status", nlohmann::json::object()));
    }
    if (client && daemon.reached == ClientErrc::ok) {
        auto reply = client->next(Clock::now() + patience);
        if (!reply) {
            daemon.reached = reply.error();
        } else if (reply->error.empty()) {
            daemon.status = std::move(reply->parameters);
        } else {
            daemon.reached = ClientErrc::garbled;
        }
    }
    const auto options = options_of(daemon.process);
    check_files(daemon, options);
    check_state_dir(daemon, options);
    return daemon;
}

SimpleFacts gather_simple() {
    SimpleFacts simple;
    simple.path = module_socket;
    const auto client = Client::connect(simple.path);
    simple.reached = client ? ClientErrc::ok : client.error();
    if (!client) return simple;
    simple.process = peer_of(*client);
    return simple;
}

}  // namespace avahictl::doctor
