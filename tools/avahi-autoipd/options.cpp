#include "tools/avahi-autoipd/options.hpp"

#include <getopt.h>

#include <array>
#include <boost/asio/ip/address_v4.hpp>

namespace autoipd {
namespace {

enum LongOnly { force_bind = 256, socket_path, ignored };

constexpr std::array<option, 17> long_options{{
    {"help", no_argument, nullptr, 'h'},
    {"daemonize", no_argument, nullptr, 'D'},
    {"syslog", no_argument, nullptr, 's'},
    {"kill", no_argument, nullptr, 'k'},
    {"refresh", no_argument, nullptr, 'r'},
    {"check", no_argument, nullptr, 'c'},
    {"version", no_argument, nullptr, 'V'},
    {"start", required_argument, nullptr, 'S'},
    {"script", required_argument, nullptr, 't'},
    {"wait", no_argument, nullptr, 'w'},
    {"force-bind", no_argument, nullptr, force_bind},
    {"socket", required_argument, nullptr, socket_path},
    {"no-drop-root", no_argument, nullptr, ignored},
    {"no-chroot", no_argument, nullptr, ignored},
    {"no-proc-title", no_argument, nullptr, ignored},
    {"debug", no_argument, nullptr, ignored},
    {nullptr, 0, nullptr, 0},
}};

/// \return what is wrong; empty: nothing
std::string take(int found, Options& options) {
    switch (found) {
        case 'h':
            options.command = Command::help;
            return "";
        case 'V':
            options.command = Command::version;
            return "";
        case 'k':
            options.command = Command::kill;
            return "";
        case 'r':
            options.command = Command::refresh;
            return "";
        case 'c':
            options.command = Command::check;
            return "";
        case 'D':
            options.daemonize = true;
            return "";
        case 'w':
            options.wait = true;
            return "";
        case force_bind:
            options.force_bind = true;
            return "";
        case socket_path:
            options.socket = optarg;
            return "";
        case 'S': {
            boost::system::error_code bad;
            boost::asio::ip::make_address_v4(optarg, bad);
            options.start = optarg;
            return bad ? "Failed to parse IP address '" + options.start + "'." : "";
        }
        case 's':
        case 't':  // the daemon sets addresses itself
        case ignored:
            return "";
        default:
            return "unknown option, or an option without its value; try --help";
    }
}

bool needs_interface(Command command) {
    return command != Command::help && command != Command::version;
}

}  // namespace

std::variant<Options, std::string> parse(std::vector<std::string> arguments) {
    std::string name = "avahi-autoipd";
    std::vector<char*> pointers{name.data()};
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    const int count = static_cast<int>(pointers.size());
    pointers.push_back(nullptr);
    Options options;
    optind = 0;  // begin anew: this is glibc's way
    opterr = 0;
    for (;;) {
        const int found =
            ::getopt_long(count, pointers.data(), "hDskrcVS:t:w", long_options.data(), nullptr);
        if (found < 0) break;
        if (auto problem = take(found, options); !problem.empty()) return problem;
    }
    if (needs_interface(options.command)) {
        if (optind >= count) return "Missing interface name.";
        options.interface = pointers[static_cast<std::size_t>(optind++)];
    }
    if (optind != count) return "Too many arguments";
    return options;
}

std::string help() {
    return "avahi-autoipd [options] INTERFACE\n"
           "    -h --help           Show this help\n"
           "    -D --daemonize      Leave it to avahid, instead of waiting for a signal to end it\n"
           "    -s --syslog         Accepted, and ignored\n"
           "    -k --kill           End it: the interface has no IPv4LL address any more\n"
           "    -r --refresh        Announce the address again\n"
           "    -c --check          Return 0 if an address was asked for on the interface\n"
           "    -V --version        Show version\n"
           "    -S --start=ADDRESS  Start with this address from the IPv4LL range\n"
           "                        169.254.0.0/16\n"
           "    -t --script=SCRIPT  Accepted, and ignored: no script is run\n"
           "    -w --wait           Wait until an address has been acquired before\n"
           "                        leaving it to avahid\n"
           "       --force-bind     Assign an IPv4LL address even if a routable address\n"
           "                        is already assigned\n"
           "       --no-drop-root   Accepted, and ignored\n"
           "       --no-chroot      Accepted, and ignored\n"
           "       --no-proc-title  Accepted, and ignored\n"
           "       --debug          Accepted, and ignored\n"
           "       --socket=PATH    Control socket of avahid [/run/avahid/control]\n";
}

}  // namespace autoipd
