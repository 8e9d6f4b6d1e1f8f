// avahid/config/cli.hpp: the daemon's command line, avahid(8). Nothing here touches the system:
// what is asked for comes back as values, what is wrong as text to print and an exit status.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "avahid/config/config.hpp"

namespace avahid::config {

enum class LogLevel { error, warning, info, debug };

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

    // What overrides the configuration file; see apply().
    Globs interfaces;
    std::optional<Ipv4llPolicy> ipv4ll_policy;

    /// The native API's socket.
    std::string control_socket() const { return runtime_dir + "/control"; }
    /// The line protocol's: where libnss-mdns looks for it, unless the runtime folder was moved.
    std::string simple_socket() const {
        return runtime_dir_given ? runtime_dir + "/simple" : "/run/avahi-daemon/socket";
    }
};

/// Print the text (to stdout when status is 0, else to stderr) and leave with this status.
struct Leave {
    int status = 0;  // 0 for --help and --version, 2 for wrong usage
    std::string text;
};

/// \param arguments  without the program's name
std::variant<Options, Leave> parse_command_line(std::vector<std::string> arguments,
                                                const std::string& version);

/// Lays what the command line says over what the file says; again after every reload.
void apply(const Options& options, Config& config);

}  // namespace avahid::config
