// Who or what stands between the daemon and the network?
#include <fmt/core.h>

#include "tools/avahictl/doctor/checks.hpp"

namespace avahictl::doctor {

namespace {

std::string describe(const Process& process) {
    return process.name.empty() ? fmt::format("a process of user {}", process.uid)
                                : fmt::format("{} (pid {})", process.name, process.pid);
}

std::string describe(const std::vector<Process>& processes) {
    std::string text;
    for (const Process& process : processes) {
        text += text.empty() ? "" : ", ";
        text += describe(process);
    }
    return text;
}

}  // namespace

Findings check_port(const PortFacts& port) {
    const std::string who = port.others.empty() ? "another program" : describe(port.others);
    if (port.exclusive) {
        return {wrong("port 5353", who + " has UDP port 5353 and shares it with nobody",
                      "stop it, or have it use another port; then systemctl restart avahid")};
    }
    if (port.others.empty()) return {ok("port 5353", "nobody else uses it")};
    return {note("port 5353",
                 who + " uses it, too: names work, but answers by unicast may go there",
                 "stop it if avahid is to take its place")};
}

Findings check_firewall(const FirewallFacts& firewall) {
    Findings found;
    for (const Blocked& blocked : firewall.blocked) {
        found.push_back(wrong(
            "firewall",
            fmt::format("UDP port 5353 is dropped {} {} ({}): {}",
                        blocked.flow.incoming ? "coming in on" : "going out of",
                        blocked.flow.interface, blocked.flow.ipv6 ? "IPv6" : "IPv4", blocked.where),
            blocked.mend));
    }
    if (!found.empty()) return found;
    if (!firewall.not_looked.empty())
        return {unknown("firewall", firewall.not_looked, "run avahictl doctor as root")};
    return {ok("firewall", "nothing drops UDP port 5353")};
}

Findings check_dns(const DnsFacts& dns) {
    constexpr auto other_name =
        "give the DNS zone another name, such as lan or internal (RFC 6762 appendix G)";
    Findings found;
    for (const std::string& domain : dns.local_search) {
        found.push_back(
            wrong("unicast .local",
                  fmt::format("/etc/resolv.conf searches {}: that is multicast DNS's", domain),
                  other_name));
    }
    if (!dns.local_server.empty()) {
        found.push_back(wrong("unicast .local",
                              fmt::format("the DNS server {} has a zone local, too: names there "
                                          "and on the link hide each other",
                                          dns.local_server),
                              other_name));
    }
    if (found.empty()) found.push_back(ok("unicast .local", "no DNS server claims it"));
    return found;
}

}  // namespace avahictl::doctor
