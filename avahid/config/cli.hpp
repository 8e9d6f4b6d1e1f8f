// avahid/config/cli.hpp: the daemon's command line, avahid(8). Nothing here touches the system:
// what is asked for comes back as values, what is wrong as text to print and an exit status.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "avahid/config/config.hpp"

namespace avahid::config {

/// avahi-daemon's only exit status but 0 and 1.
constexpr int avahi_failure = 255;

enum class LogLevel { error, warning, info, debug };

/// What to do with a daemon that runs already.
enum class Command { run, kill, reload, check };

struct Options {
    std::string config_file = "/etc/avahid/avahid.conf";
    bool config_file_given = false;  // only a file that was asked for must exist

    std::string runtime_dir = "/run/avahid";
    bool runtime_dir_given = false;
    std::string state_dir = "/var/lib/avahid";
    bool state_dir_given = false;

    std::vector<std::string> service_dirs{"/etc/avahid/services", "/etc/avahi/services"};
    std::vector<std::string> hosts_files{"/etc/avahid/hosts", "/etc/avahi/hosts"};

    std::string bus_address;  // empty: the system bus
    std::string user;         // empty: avahid, else nobody
    LogLevel log_level = LogLevel::info;
    bool check_config = false;

    // ---- avahi-daemon's ----
    Command command = Command::run;
    bool daemonize = false;
    bool syslog = false;  // or with daemonize
    bool drop_root = true;
    bool rlimits = true;
    bool as_avahi_daemon = false;  // by that name: failures are told by its exit status

    // What overrides the configuration file; see apply().
    Globs interfaces;
    std::optional<Ipv4llPolicy> ipv4ll_policy;

    /// The native API's socket.
    std::string control_socket() const { return runtime_dir + "/control"; }
    /// The line protocol's: where libnss-mdns looks for it, unless the runtime folder was moved.
    std::string simple_socket() const {
        return runtime_dir_given ? runtime_dir + "/simple" : "/run/avahi-daemon/socket";
    }
    /// Where scripts look for the process, by the same rule.
    std::string pid_file() const {
        return runtime_dir_given ? runtime_dir + "/pid" : "/run/avahi-daemon/pid";
    }
    /// The exit status of a failure that has none of its own.
    int failure() const { return as_avahi_daemon ? avahi_failure : 1; }
};

/// Print the text (to stdout when status is 0, else to stderr) and leave with this status.
struct Leave {
    int status = 0;  // 0 for --help and --version; for wrong usage 2, or avahi_failure
    std::string text;
};

/// \param program    by which name: avahid, or avahi-daemon
/// \param arguments  without it
std::variant<Options, Leave> parse_command_line(const std::string& program,
                                                std::vector<std::string> arguments,
                                                const std::string& version);

/// Lays what the command line says over what the file says; again after every reload.
void apply(const Options& options, Config& config);

}  // namespace avahid::config
