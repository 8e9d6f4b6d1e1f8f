// tools/avahictl/doctor/facts.hpp: what was found on the machine; the checks judge by these alone.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/avahictl/client.hpp"
#include "tools/avahictl/doctor/firewall.hpp"

namespace avahictl::doctor {

struct Process {
    std::string name;  // empty: not permitted to know
    pid_t pid = 0;
    uid_t uid = 0;
};

struct DaemonFacts {
    std::string socket;
    ClientErrc reached = ClientErrc::ok;
    std::string socket_mode;  // "rw------- root", when it may not be used
    std::optional<Process> process;
    nlohmann::json status = nlohmann::json::object();  // reply of Status
    std::string user;                                  // as whom it runs
    std::vector<std::string> config_problems;          // "FILE:LINE: …"
    std::vector<std::string> file_problems;            // of service and host files
    std::string config_file;
    std::string state_dir;
    bool state_dir_exists = true;
    bool state_dir_writable = true;  // for that user
};

/// The line protocol's socket, which the module speaks to.
struct SimpleFacts {
    std::string path;
    ClientErrc reached = ClientErrc::ok;
    std::optional<Process> process;  // that listens there
};

struct NssFacts {
    std::optional<std::string> nsswitch;  // the file; empty: none
    std::string module_problem;           // why libnss_avahid.so.2 cannot be loaded, or empty
    bool libnss_mdns = false;             // one of its modules can be loaded
};

struct InterfaceFacts {
    std::string name;
    bool up = false;
    bool running = false;
    bool multicast = false;
    bool loopback = false;
    std::vector<std::string> addresses;
    std::string multicast4_refused;  // why nothing can be sent to 224.0.0.251 there, or empty
    std::string multicast6_refused;
};

struct Route {
    std::string interface;
    std::uint32_t destination = 0;  // host byte order
    std::uint32_t mask = 0;
    std::uint32_t gateway = 0;
};

struct PortFacts {
    std::vector<Process> others;  // with UDP port 5353
    bool exclusive = false;       // so that nobody else can have it
};

struct FirewallFacts {
    std::vector<Blocked> blocked;
    std::string not_looked;  // why, or empty
};

struct DnsFacts {
    std::vector<std::string> local_search;  // search domains that are "local" or below
    std::string local_server;               // a name server that has a zone "local", or empty
};

/// The whole way, as any program goes it.
struct LookupFacts {
    std::string name;  // empty: not tried
    bool found = false;
    bool timed_out = false;
};

struct Facts {
    DaemonFacts daemon;
    SimpleFacts simple;
    NssFacts nss;
    std::vector<InterfaceFacts> interfaces;
    std::vector<Route> routes;
    PortFacts port;
    FirewallFacts firewall;
    DnsFacts dns;
    LookupFacts lookup;
};

}  // namespace avahictl::doctor
