// tools/avahi-autoipd/options.hpp: the command line of avahi-autoipd(8), as values.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace autoipd {

enum class Command { run, kill, refresh, check, help, version };

struct Options {
    Command command = Command::run;
    std::string interface;
    std::string start;                           // -S: address to begin with; empty: the last one
    bool daemonize = false;                      // -D
    bool wait = false;                           // -w: until there is an address
    bool force_bind = false;                     // beside a routable address
    std::string socket = "/run/avahid/control";  // ours: --socket
};

/// \param arguments  without the program's name
/// \return or what is wrong, for standard error
std::variant<Options, std::string> parse(std::vector<std::string> arguments);

std::string help();

}  // namespace autoipd
