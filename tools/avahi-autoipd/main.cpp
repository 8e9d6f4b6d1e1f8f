// tools/avahi-autoipd/main.cpp: avahi-autoipd(8), as a client of avahid: it asks for a link-local
// address on one interface, has it taken away, and tells whether it was asked for. Each exit status
// is avahi-autoipd's: 0, or 1 for anything that went wrong.
#include <net/if.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tools/avahi-autoipd/options.hpp"
#include "tools/avahictl/ask.hpp"

namespace autoipd {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr auto look_pause = std::chrono::milliseconds(200);
constexpr auto watch_pause = std::chrono::milliseconds(1000);
constexpr auto start_patience = std::chrono::seconds(20);  // with -w, as there
constexpr auto end_patience = std::chrono::seconds(5);     // with -k, as there

int fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return 1;
}

struct State {
    bool asked = false;
    std::string state;
    std::string address;
};

class Interface {
public:
    explicit Interface(const Options& options) : options_(options) {
        common_.socket = options.socket;
    }

    /// \return empty when there is no daemon, or no such interface; told, if loud
    std::optional<State> state(bool loud) const {
        const json wanted{{"interface", options_.interface}};
        const auto reply = loud ? avahictl::ask(common_, "GetIpv4ll", wanted) : quiet_ask(wanted);
        if (!reply) return std::nullopt;
        const json interfaces = reply->parameters.value("interfaces", json::array());
        if (interfaces.empty()) return std::nullopt;
        const json& one = interfaces.front();
        return State{one.value("asked", false), one.value("state", ""), one.value("address", "")};
    }
    bool set(const char* action, const std::string& address = "") const {
        json wanted{{"interface", options_.interface}, {"action", action}};
        if (!address.empty()) wanted["address"] = address;
        return avahictl::ask(common_, "SetIpv4ll", wanted).has_value();
    }

private:
    /// Not to be there is an answer, not an error.
    avahictl::Asked<avahictl::Reply> quiet_ask(const json& wanted) const {
        auto client = avahictl::Client::connect(common_.socket);
        if (!client) return avahictl::Exit::unreachable;
        if (client->send(avahictl::make_call("GetIpv4ll", wanted)) != avahictl::ClientErrc::ok)
            return avahictl::Exit::unreachable;
        const auto reply = client->next(steady_clock::now() + end_patience);
        if (!reply || !reply->error.empty()) return avahictl::Exit::unreachable;
        return *reply;
    }

    const Options& options_;
    avahictl::Common common_;
};

/// Of which one comes; 0: none in that time.
int wait_for_signal(int descriptor, std::chrono::milliseconds time) {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, static_cast<int>(time.count())) <= 0) return 0;
    signalfd_siginfo info{};
    return ::read(descriptor, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo)
                                                                 : 0;
}

int block_signals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

/// Nothing more is to be waited for: an address, or no need of one. "off": it has not begun yet.
bool is_settled(const State& state) {
    return state.state == "bound" || state.state == "down" || state.state == "foreign";
}

/// Until there is an address.
int wait_for_address(const Interface& interface, int signals) {
    const auto until = steady_clock::now() + start_patience;
    for (;;) {
        const auto now = interface.state(true);
        if (!now) return 1;
        if (is_settled(*now)) return 0;
        if (steady_clock::now() > until) return fail("no address was acquired in time");
        const int signal = wait_for_signal(signals, look_pause);
        if (signal != 0 && signal != SIGHUP) {
            interface.set("off");
            return 1;
        }
    }
}

/// Without -D: until a signal, or somebody else with -k, ends it.
int stay(const Interface& interface, int signals) {
    for (;;) {
        const int signal = wait_for_signal(signals, watch_pause);
        if (signal == SIGHUP) interface.set("refresh");
        if (signal == SIGINT || signal == SIGTERM) return interface.set("off") ? 0 : 1;
        const auto now = interface.state(true);
        if (!now) return 1;
        if (!now->asked) return 0;
    }
}

int run(const Options& options) {
    if (::if_nametoindex(options.interface.c_str()) == 0)
        return fail("Failed to get index for interface name '" + options.interface +
                    "': No such device");
    const Interface interface(options);
    const auto before = interface.state(true);
    if (!before) return 1;
    if (before->asked) return fail("Daemon already running on " + options.interface);
    const int signals = block_signals();
    std::string start = options.start;
    if (!start.empty() && start.rfind("169.254.", 0) != 0) {
        std::fprintf(stderr,
                     "Requested address %s is not from IPv4LL range 169.254/16, ignoring.\n",
                     start.c_str());
        start.clear();
    }
    if (!interface.set(options.force_bind ? "on" : "fallback", start)) return 1;
    if (!options.daemonize) return stay(interface, signals);
    return options.wait ? wait_for_address(interface, signals) : 0;
}

int kill(const Options& options) {
    const Interface interface(options);
    const auto before = interface.state(false);
    if (!before || !before->asked) return fail("Failed to kill daemon: No such file or directory");
    if (!interface.set("off")) return 1;
    const auto until = steady_clock::now() + end_patience;
    for (auto now = interface.state(false); now && !now->address.empty();
         now = interface.state(false)) {
        if (steady_clock::now() > until) return fail("Failed to kill daemon: Timer expired");
        ::usleep(static_cast<useconds_t>(std::chrono::microseconds(look_pause).count()));
    }
    return 0;
}

int refresh(const Options& options) {
    const Interface interface(options);
    const auto before = interface.state(false);
    if (!before || !before->asked) return fail("Failed to kill daemon: No such file or directory");
    return interface.set("refresh") ? 0 : 1;
}

int check(const Options& options) {
    const auto now = Interface(options).state(false);
    return now && now->asked ? 0 : 1;
}

int perform(const Options& options) {
    switch (options.command) {
        case Command::help:
            std::fputs(help().c_str(), stdout);
            return 0;
        case Command::version:
            std::puts("avahi-autoipd 0.8 (avahid " AVAHID_VERSION ")");
            return 0;
        case Command::run:
            return run(options);
        case Command::kill:
            return kill(options);
        case Command::refresh:
            return refresh(options);
        case Command::check:
            return check(options);
    }
    return 1;
}

}  // namespace
}  // namespace autoipd

int main(int argc, char** argv) {
    ::signal(SIGPIPE, SIG_IGN);
    const auto parsed = autoipd::parse({argv + 1, argv + argc});
    if (const auto* problem = std::get_if<std::string>(&parsed)) return autoipd::fail(*problem);
    return autoipd::perform(std::get<autoipd::Options>(parsed));
}
