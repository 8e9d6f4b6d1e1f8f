// avahid/main.cpp: start-up, in the order privileges demand: read what only root may read, make
// folders, fork the keeper, become the unprivileged user, give up
// most system calls, serve. Errors here end the program with
// one line; later ones never do.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "avahid/config/cli.hpp"
#include "avahid/config/hosts_file.hpp"
#include "avahid/config/service_folder.hpp"
#include "avahid/daemon.hpp"
#include "avahid/ops/background.hpp"
#include "avahid/ops/directories.hpp"
#include "avahid/ops/limits.hpp"
#include "avahid/ops/log.hpp"
#include "avahid/ops/memory.hpp"
#include "avahid/ops/pid_file.hpp"
#include "avahid/ops/privileges.hpp"
#include "avahid/report.hpp"
#include "avahid/sandbox/sandbox.hpp"
#include "mdns/io/port_owner.hpp"

namespace avahid {
namespace {

constexpr const char* version = AVAHID_VERSION;

log::Level level_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::error:
            return log::Level::error;
        case config::LogLevel::warning:
            return log::Level::warning;
        case config::LogLevel::info:
            return log::Level::info;
        case config::LogLevel::debug:
            return log::Level::debug;
    }
    return log::Level::info;
}

config::LoadedConfig load(const config::Options& options) {
    const auto how =
        options.config_file_given ? config::Missing::is_an_error : config::Missing::is_fine;
    auto loaded = config::load_config(options.config_file, how);
    config::apply(options, loaded.config);
    return loaded;
}

int check_config(const config::Options& options, const config::LoadedConfig& loaded) {
    bool bad = false;
    const auto print = [&bad](const std::vector<config::Diagnostic>& diagnostics) {
        for (const auto& one : diagnostics) {
            const bool missing_folder = one.severity == config::Severity::note && one.line == 0;
            if (!missing_folder) std::fprintf(stderr, "%s\n", config::to_text(one).c_str());
        }
        bad = bad || config::has_errors(diagnostics);
    };
    print(loaded.diagnostics);
    print(config::load_service_folders(options.service_dirs).diagnostics);
    print(config::load_hosts(options.hosts_files).diagnostics);
    return bad ? 1 : 0;
}

/// The folders of the sockets and of the remembered addresses, writable by the user we become.
void make_folders(const config::Options& options, const ops::Identity& owner) {
    const auto make = [&owner](const std::string& path, mode_t mode, bool ours) {
        if (const auto made = ops::prepare_directory({path, mode, ours}, owner); !made) {
            log::error("{}: {}", path, made.error().message());
        }
    };
    make(options.runtime_dir, 0755, !options.runtime_dir_given);
    if (!options.runtime_dir_given) make("/run/avahi-daemon", 0755, true);
    make(options.state_dir, 0700, !options.state_dir_given);
}

keeper::InterfaceRules rules_of(const config::Config& config) {
    return {config.server.allow_interfaces, config.server.deny_interfaces};
}

/// In the keeper, when it is told that they have changed.
std::optional<keeper::InterfaceRules> read_rules(const config::Options& options,
                                                 const std::string& path) {
    const auto how =
        options.config_file_given ? config::Missing::is_an_error : config::Missing::is_fine;
    auto loaded = config::load_config(path, how);
    // Defaults in place of a file that could not be read would allow everything.
    for (const auto& one : loaded.diagnostics) {
        if (one.severity == config::Severity::error && one.line == 0) return {};
    }
    config::apply(options, loaded.config);
    return rules_of(loaded.config);
}

std::optional<keeper::Keeper> fork_keeper(const config::Config& config,
                                          const config::Options& options,
                                          const ops::Identity& identity) {
    keeper::KeeperConfig rules{.interfaces = rules_of(config), .identity = {}};
    rules.file = {options.config_file,
                  [&options](const std::string& path) { return read_rules(options, path); }};
    if (::geteuid() == 0 && identity.uid != 0)
        rules.identity = keeper::Identity{identity.uid, identity.gid};
    auto spawned = keeper::spawn_keeper(rules);
    if (!spawned) {
        log::warning(
            "no link-local IPv4 addresses: that needs root, or CAP_NET_RAW and CAP_NET_ADMIN");
        return {};
    }
    return std::move(*spawned);
}

/// While /proc may still be read: later we could not tell whose the sockets are.
void warn_of_other_stacks() {
    for (const auto family : {mdns::engine::Family::ipv4, mdns::engine::Family::ipv6}) {
        const auto others = mdns::io::other_sockets(family, {});
        if (others.empty()) continue;
        log::warning("UDP port 5353 is also used by {}: unicast may go to either",
                     mdns::io::describe(mdns::io::owners_of(others)));
        return;
    }
}

bool confine(pid_t keeper) {
    const auto error = sandbox::confine_daemon(keeper);
    if (!error) return true;
    if (error == boost::system::errc::function_not_supported) {
        log::warning("this kernel cannot filter system calls: running without a filter");
        return true;
    }
    log::error("system calls cannot be filtered: {}", error.message());
    return false;
}

/// --kill, --reload, --check: with a daemon that is running.
int command(const config::Options& options) {
    constexpr auto patience = std::chrono::seconds(5);  // as avahi-daemon
    const std::string file = options.pid_file();
    if (options.command == config::Command::check) return ops::running(file) ? 0 : 1;
    const bool kill = options.command == config::Command::kill;
    const auto done =
        kill ? ops::signal_running(file, SIGTERM, patience) : ops::signal_running(file, SIGHUP);
    if (done) return 0;
    log::warning("Failed to kill daemon: {}", done.error().message());
    return config::avahi_failure;
}

/// The background has / as its folder.
void make_absolute(config::Options& options) {
    const auto change = [](std::string& path) {
        std::error_code bad;
        const auto whole = std::filesystem::absolute(path, bad);
        if (!bad) path = whole.string();
    };
    change(options.config_file);
    change(options.runtime_dir);
    change(options.state_dir);
    std::ranges::for_each(options.service_dirs, change);
    std::ranges::for_each(options.hosts_files, change);
}

/// As the user we become, where the folder is that user's: a unit may make us a root who may not
/// write into other users' folders.
auto create_pid_file(const std::string& path, const ops::Identity& identity) {
    const auto folder = std::filesystem::path(path).parent_path();
    struct stat info {};
    const bool theirs = ::geteuid() == 0 && identity.uid != 0 &&
                        ::stat(folder.c_str(), &info) == 0 && info.st_uid == identity.uid &&
                        ::seteuid(identity.uid) == 0;
    auto file = ops::PidFile::create(path);
    if (theirs && ::seteuid(0) != 0) throw std::runtime_error("root cannot become root again");
    return file;
}

bool is_running(const std::string& pid_file) {
    // A killed one has its file until the kernel has taken it apart.
    constexpr auto dying_time = std::chrono::seconds(1);
    constexpr auto dying_pause = std::chrono::milliseconds(50);
    auto other = ops::running(pid_file);
    for (auto waited = dying_pause * 0; other && waited < dying_time; waited += dying_pause) {
        std::this_thread::sleep_for(dying_pause);
        other = ops::running(pid_file);
    }
    if (other) log::error("Daemon already running on PID {}: another avahid is running", *other);
    return other.has_value();
}

/// \return empty when another daemon has it: this one must not start
std::optional<ops::PidFile> take_pid_file(const std::string& path, const ops::Identity& identity) {
    if (is_running(path)) return std::nullopt;
    auto file = create_pid_file(path, identity);
    if (file) return std::move(*file);
    if (file.error() == boost::system::errc::device_or_resource_busy) {
        log::error("Daemon already running: another avahid has just been started");
        return std::nullopt;
    }
    log::warning("{}: {}: --kill, --reload and --check will not find this daemon", path,
                 file.error().message());
    return ops::PidFile();
}

std::optional<ops::Identity> choose_identity(const config::Options& options) {
    auto identity = ops::find_identity(options.user);
    if (!identity) {
        log::error("there is no user '{}'", options.user);
        return {};
    }
    if (::geteuid() != 0) return *identity;
    const ops::Identity root{"root", ::geteuid(), ::getegid()};
    if (!options.drop_root) return root;
    if (!ops::can_become(*identity)) {
        log::warning("staying root: CAP_SETUID and CAP_SETGID are missing");
        return root;
    }
    if (identity->is_fallback)
        log::warning("there is no user 'avahid': running as '{}'", identity->name);
    return *identity;
}

void set_limits(const config::Config& config) {
    ops::raise_open_files();
    for (const auto& limit : config.limits) {
        if (const auto error = ops::set_limit(limit.resource, limit.value))
            log::warning("[rlimits]: {}", error.message());
    }
}

int serve(const config::Options& options, config::Config config, ops::Background& background) {
    const auto identity = choose_identity(options);
    if (!identity) return 1;
    if (!options.rlimits) config.limits.clear();
    set_limits(config);
    make_folders(options, *identity);
    const auto pid_file = take_pid_file(options.pid_file(), *identity);
    if (!pid_file) return 1;
    warn_of_other_stacks();
    Setup setup{options, std::move(config), {}, version, [&background] { background.report(0); }};
    setup.keeper = fork_keeper(setup.config, options, *identity);
    const pid_t keeper = setup.keeper ? setup.keeper->pid : -1;
    Daemon daemon(std::move(setup));
    if (!daemon.open()) return 1;
    if (const auto failure = ops::drop_privileges(*identity)) {
        log::error("privileges cannot be given up: {}: {}", failure->step, failure->why.message());
        return 1;
    }
    if (!confine(keeper)) return 1;
    return daemon.run();
}

int run(const std::string& program, std::vector<std::string> arguments) {
    const auto parsed = config::parse_command_line(program, std::move(arguments), version);
    if (const auto* leave = std::get_if<config::Leave>(&parsed)) {
        std::fputs(leave->text.c_str(), leave->status == 0 ? stdout : stderr);
        return leave->status;
    }
    auto options = std::get<config::Options>(parsed);
    log::set_level(level_of(options.log_level));
    if (options.command != config::Command::run) return command(options);
    auto loaded = load(options);
    if (options.check_config) return check_config(options, loaded);
    report(loaded.diagnostics);

    ops::Background background;
    if (options.daemonize) {
        if (is_running(options.pid_file())) return options.failure();
        make_absolute(options);
        auto fork = ops::go_to_background();
        if (fork.leave) return *fork.leave;
        background = std::move(fork.background);
    }
    if (options.syslog || options.daemonize) log::set_syslog(program);
    const int status = serve(options, std::move(loaded.config), background);
    background.report(status == 0 ? 0 : 1);
    return status == 0 ? 0 : options.failure();
}

}  // namespace
}  // namespace avahid

int main(int argc, char** argv) {
    avahid::ops::keep_little_memory();
    const std::string name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : "";
    try {
        return avahid::run(name == "avahi-daemon" ? name : "avahid", {argv + 1, argv + argc});
    } catch (const std::exception& failure) {
        avahid::log::error("cannot go on: {}", failure.what());
        return name == "avahi-daemon" ? avahid::config::avahi_failure : 1;
    }
}
