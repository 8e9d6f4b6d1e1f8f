// tools/avahictl/doctor/gather.hpp: looks at the machine. Nothing is judged here, nothing changed,
// and nothing sent but one question to each DNS server.
#pragma once

#include "tools/avahictl/doctor/facts.hpp"
#include "tools/avahictl/options.hpp"

namespace avahictl::doctor {

Facts gather(const Common& common);

// ---- what gather() is made of ----

DaemonFacts gather_daemon(const Common& common);              // gather_daemon.cpp
SimpleFacts gather_simple();                                  // gather_daemon.cpp
std::vector<InterfaceFacts> gather_interfaces();              // gather_links.cpp
std::vector<Route> gather_routes();                           // gather_links.cpp
PortFacts gather_port(const std::optional<Process>& daemon);  // gather_links.cpp
/// Of the interfaces that could be served.
FirewallFacts gather_firewall(const std::vector<InterfaceFacts>& interfaces);

std::optional<std::string> read_file(const std::string& path);

}  // namespace avahictl::doctor
