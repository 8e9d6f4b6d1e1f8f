// Is the daemon there, can it be spoken to, and is it content?
#include <fmt/core.h>

#include "tools/avahictl/doctor/checks.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl::doctor {

namespace {

constexpr auto start_it = "systemctl start avahid (journalctl -u avahid tells why it ended)";

Finding why_unreachable(const DaemonFacts& daemon) {
    const std::string what = fmt::format("{}: {}", daemon.socket, to_string(daemon.reached));
    switch (daemon.reached) {
        case ClientErrc::not_permitted:
            return wrong(
                "daemon", fmt::format("{} (it is {})", what, daemon.socket_mode),
                fmt::format("chmod 666 {0}, and chmod 755 the folders above it", daemon.socket));
        case ClientErrc::timed_out:
            return wrong("daemon", what, "systemctl restart avahid");
        case ClientErrc::closed:
        case ClientErrc::garbled:
            return wrong("daemon", what, "systemctl restart avahid, of the same version");
        default:
            return wrong("daemon", what, start_it);
    }
}

/// systemd listens for whoever it is that will answer.
bool is_another(const std::optional<Process>& one, const std::optional<Process>& daemon) {
    const bool known = one && daemon && !one->name.empty() && one->name != "systemd";
    return known && daemon->name != "systemd" && one->pid != daemon->pid;
}

void check_config(const DaemonFacts& daemon, Findings& found) {
    for (const std::string& problem : daemon.config_problems) {
        found.push_back(wrong("configuration", problem,
                              fmt::format("correct {}, then avahictl reload", daemon.config_file)));
    }
    for (const std::string& problem : daemon.file_problems)
        found.push_back(note("configuration", problem, "correct it, then avahictl reload"));
    if (daemon.config_problems.empty())
        found.push_back(ok("configuration", daemon.config_file + " has no errors"));
}

}  // namespace

Findings check_daemon(const DaemonFacts& daemon) {
    Findings found;
    if (daemon.reached != ClientErrc::ok) {
        found.push_back(why_unreachable(daemon));
    } else {
        const std::string process =
            daemon.process ? fmt::format(", process {}", daemon.process->pid) : "";
        found.push_back(ok("daemon", fmt::format("avahid {} answers{}",
                                                 text_of(daemon.status, "version"), process)));
    }
    check_config(daemon, found);
    if (daemon.reached != ClientErrc::ok) return found;
    if (!daemon.state_dir_exists || !daemon.state_dir_writable) {
        found.push_back(
            wrong("state",
                  fmt::format("{} {}: link-local addresses are forgotten at the next start",
                              daemon.state_dir,
                              daemon.state_dir_exists ? "cannot be written by user " + daemon.user
                                                      : "does not exist"),
                  fmt::format("install -d -o {} -m 755 {}", daemon.user, daemon.state_dir)));
    } else {
        found.push_back(ok("state", daemon.state_dir + " can be written"));
    }
    return found;
}

Findings check_simple(const SimpleFacts& simple, const DaemonFacts& daemon) {
    if (simple.reached == ClientErrc::ok) {
        if (!is_another(simple.process, daemon.process))
            return {ok("module socket", simple.path + " can be used")};
        const std::string& program = simple.process->name;
        return {wrong("module socket",
                      fmt::format("{} is {}'s: programs ask that one", simple.path, program),
                      fmt::format("stop {}, then systemctl restart avahid", program))};
    }
    const std::string what =
        fmt::format("{}, which programs ask by, cannot be used: {}", simple.path,
                    simple.reached == ClientErrc::no_socket   ? "there is no such socket"
                    : simple.reached == ClientErrc::no_daemon ? "nobody listens there"
                                                              : to_string(simple.reached));
    const bool permission = simple.reached == ClientErrc::not_permitted;
    return {wrong(
        "module socket", what,
        permission ? fmt::format("chmod 666 {}, and chmod 755 its folder", simple.path)
                   : fmt::format("start avahid without --runtime-dir{}",
                                 daemon.process ? fmt::format(" (process {})", daemon.process->pid)
                                                : std::string()))};
}

Findings check_names(const nlohmann::json& status) {
    const std::string name = text_of(status, "host_name");
    const std::string wanted = text_of(status, "wanted_name");
    const std::string state = text_of(status, "host_state");
    if (!wanted.empty() && wanted != name) {
        return {wrong("host name",
                      fmt::format("another host has the name {}.local: this one is {}.local now",
                                  wanted, name),
                      "avahictl hostname OTHER-NAME, or give the other host another name")};
    }
    if (state != "established")
        return {note("host name", fmt::format("{}.local is {}", name, state), "wait a moment")};
    return {ok("host name", name + ".local is this host's alone")};
}

}  // namespace avahictl::doctor
