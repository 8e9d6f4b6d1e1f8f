#include "avahid/config/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>

namespace avahid::config {
namespace {

constexpr int usage_error = 2;

const std::map<std::string, LogLevel> log_levels{{"error", LogLevel::error},
                                                 {"warning", LogLevel::warning},
                                                 {"info", LogLevel::info},
                                                 {"debug", LogLevel::debug}};
const std::map<std::string, Ipv4llPolicy> policies{{"off", Ipv4llPolicy::off},
                                                   {"fallback", Ipv4llPolicy::fallback},
                                                   {"always", Ipv4llPolicy::always}};

/// Options as CLI11 fills them in; what needs no more than that goes straight to `options`.
struct Given {
    Options options;
    std::vector<std::string> service_dirs;
    std::vector<std::string> hosts_files;
    Ipv4llPolicy policy = Ipv4llPolicy::fallback;
    bool debug = false;
    bool keep_root = false;
    bool no_rlimits = false;
    bool ignored = false;
};

void describe_places(CLI::App& app, Given& given) {
    auto& options = given.options;
    app.add_option("-f,--config,--file", options.config_file, "Configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--runtime-dir", options.runtime_dir,
                   "Folder of the sockets 'control' and 'simple' "
                   "[/run/avahid, and /run/avahi-daemon/socket]")
        ->type_name("DIR");
    app.add_option("--state-dir", options.state_dir, "Folder of what is kept over restarts")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--services", given.service_dirs,
                   "Folder of static services; may be given again "
                   "[/etc/avahid/services, /etc/avahi/services]")
        ->type_name("DIR")
        ->allow_extra_args(false);
    app.add_option("--hosts", given.hosts_files,
                   "File of static host names; may be given again "
                   "[/etc/avahid/hosts, /etc/avahi/hosts]")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--bus-address", options.bus_address, "D-Bus to serve [the system bus]")
        ->type_name("ADDRESS");
}

void describe_behaviour(CLI::App& app, Given& given) {
    auto& options = given.options;
    app.add_option("--user", options.user, "User to become [avahid, else nobody]")
        ->type_name("NAME");
    app.add_option("--interface", options.interfaces,
                   "Serve only these (shell pattern); may be given again; "
                   "in place of allow-interfaces")
        ->type_name("GLOB")
        ->allow_extra_args(false);
    app.add_option("--ipv4ll-policy", given.policy,
                   "When interfaces get a link-local address: off, fallback or always")
        ->type_name("POLICY")
        ->transform(CLI::CheckedTransformer(policies, CLI::ignore_case));
    app.add_option("--log-level", options.log_level, "error, warning, info or debug [info]")
        ->type_name("LEVEL")
        ->transform(CLI::CheckedTransformer(log_levels, CLI::ignore_case));
    app.add_flag("--debug", given.debug, "The same as --log-level debug");
    app.add_flag("--check-config", options.check_config,
                 "Read all files, tell what is wrong with them and leave: 1 if anything is");
}

/// The flags of avahi-daemon(8), for the scripts that give them.
void describe_avahi(CLI::App& app, Given& given) {
    auto& options = given.options;
    const auto command = [&](const char* flag, Command value, const char* what) {
        app.add_flag_callback(
            flag, [&options, value] { options.command = value; }, what);
    };
    app.add_flag("-D,--daemonize", options.daemonize,
                 "Go to the background once ready; log to syslog");
    app.add_flag("-s,--syslog", options.syslog, "Log to syslog(3) instead of standard error");
    command("-c,--check", Command::check, "Leave with 0 if a daemon is running, with 1 if not");
    command("-r,--reload", Command::reload, "Have a running daemon read its files again");
    command("-k,--kill", Command::kill, "End a running daemon");
    app.add_flag("--no-drop-root", given.keep_root, "Stay root (without its capabilities)");
    app.add_flag("--no-rlimits", given.no_rlimits, "Leave out [rlimits]");
    app.add_flag("--no-chroot,--no-proc-title", given.ignored, "Accepted; neither is ever done");
}

Options finish(const CLI::App& app, Given given) {
    Options options = std::move(given.options);
    options.config_file_given = app.count("--config") > 0;
    options.runtime_dir_given = app.count("--runtime-dir") > 0;
    options.state_dir_given = app.count("--state-dir") > 0;
    if (!given.service_dirs.empty()) options.service_dirs = std::move(given.service_dirs);
    if (!given.hosts_files.empty()) options.hosts_files = std::move(given.hosts_files);
    if (app.count("--ipv4ll-policy") > 0) options.ipv4ll_policy = given.policy;
    options.drop_root = !given.keep_root;
    options.rlimits = !given.no_rlimits;
    if (given.debug) options.log_level = LogLevel::debug;
    return options;
}

}  // namespace

std::variant<Options, Leave> parse_command_line(const std::string& program,
                                                std::vector<std::string> arguments,
                                                const std::string& version) {
    Given given;
    const bool as_avahi = program == "avahi-daemon";
    given.options.as_avahi_daemon = as_avahi;
    CLI::App app{"Zeroconf for Linux: IPv4LL, multicast DNS and DNS-SD in one daemon", program};
    // Programs that ask Avahi's version want to know what it can do.
    app.set_version_flag("-V,--version", as_avahi ? "avahi-daemon 0.8 (avahid " + version + ")"
                                                  : "avahid " + version);
    describe_places(app, given);
    describe_behaviour(app, given);
    describe_avahi(app, given);
    try {
        std::ranges::reverse(arguments);  // the order CLI11 takes a vector in
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& stop) {  // also how CLI11 says --help and --version
        std::ostringstream text;
        const int status = app.exit(stop, text, text);
        const int wrong = as_avahi ? avahi_failure : usage_error;
        return Leave{status == 0 ? 0 : wrong, text.str()};
    }
    return finish(app, std::move(given));
}

void apply(const Options& options, Config& config) {
    if (!options.interfaces.empty()) config.server.allow_interfaces = options.interfaces;
    if (options.ipv4ll_policy) config.ipv4ll.policy = *options.ipv4ll_policy;
}

}  // namespace avahid::config
