// tools/avahictl/doctor/checks.hpp: facts to findings; nothing here looks at the machine.
#pragma once

#include "tools/avahictl/doctor/facts.hpp"
#include "tools/avahictl/doctor/finding.hpp"

namespace avahictl::doctor {

/// From the daemon outwards; each check has at least one finding.
Findings diagnose(const Facts& facts);

// ---- what diagnose() is made of ----

// daemon_checks.cpp
Findings check_daemon(const DaemonFacts& daemon);
Findings check_simple(const SimpleFacts& simple, const DaemonFacts& daemon);
Findings check_names(const nlohmann::json& status);
// link_checks.cpp
Findings check_links(const Facts& facts);
Findings check_link_local(const nlohmann::json& status);
Findings check_metadata_route(const std::vector<Route>& routes);
// network_checks.cpp
Findings check_port(const PortFacts& port);
Findings check_firewall(const FirewallFacts& firewall);
Findings check_dns(const DnsFacts& dns);
// nss_checks.cpp
Findings check_nss(const NssFacts& nss);
Findings check_lookup(const LookupFacts& lookup);

}  // namespace avahictl::doctor
