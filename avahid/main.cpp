// avahid/main.cpp: start-up, in the order privileges demand: read what only root may read, make
// folders, fork the keeper, become the unprivileged user, give up
// most system calls, serve. Errors here end the program with
// one line; later ones never do.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "avahid/config/cli.hpp"
#include "avahid/config/hosts_file.hpp"
#include "avahid/config/service_folder.hpp"
#include "avahid/daemon.hpp"
#include "avahid/ops/directories.hpp"
#include "avahid/ops/limits.hpp"
#include "avahid/ops/log.hpp"
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

int run(std::vector<std::string> arguments) {
    const auto parsed = config::parse_command_line(std::move(arguments), version);
    if (const auto* leave = std::get_if<config::Leave>(&parsed)) {
        std::fputs(leave->text.c_str(), leave->status == 0 ? stdout : stderr);
        return leave->status;
    }
    const auto& options = std::get<config::Options>(parsed);
    log::set_level(level_of(options.log_level));
    auto loaded = load(options);
    if (options.check_config) return check_config(options, loaded);
    report(loaded.diagnostics);

    auto identity = ops::find_identity(options.user);
    if (!identity) {
        log::error("there is no user '{}'", options.user);
        return 1;
    }
    const bool root = ::geteuid() == 0;
    if (root && !ops::can_become(*identity)) {
        log::warning("staying root: CAP_SETUID and CAP_SETGID are missing");
        *identity = {"root", ::geteuid(), ::getegid()};
    }
    if (root && identity->is_fallback)
        log::warning("there is no user 'avahid': running as '{}'", identity->name);
    ops::raise_open_files();
    for (const auto& limit : loaded.config.limits) {
        if (const auto error = ops::set_limit(limit.resource, limit.value))
            log::warning("[rlimits]: {}", error.message());
    }
    make_folders(options, *identity);
    warn_of_other_stacks();
    Setup setup{options, std::move(loaded.config), {}, version};
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

}  // namespace
}  // namespace avahid

int main(int argc, char** argv) {
    try {
        return avahid::run({argv + 1, argv + argc});
    } catch (const std::exception& failure) {
        avahid::log::error("cannot go on: {}", failure.what());
        return 1;
    }
}
