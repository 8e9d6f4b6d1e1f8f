#include "tools/avahictl/doctor/checks.hpp"

namespace avahictl::doctor {

Findings diagnose(const Facts& facts) {
    Findings all;
    const auto add = [&all](Findings found) {
        for (Finding& one : found) all.push_back(std::move(one));
    };
    const bool reached = facts.daemon.reached == ClientErrc::ok;
    add(check_daemon(facts.daemon));
    if (reached) {
        add(check_simple(facts.simple, facts.daemon));
        add(check_names(facts.daemon.status));
    }
    add(check_links(facts));
    if (reached) add(check_link_local(facts.daemon.status));
    add(check_metadata_route(facts.routes));
    add(check_port(facts.port));
    add(check_firewall(facts.firewall));
    add(check_nss(facts.nss));
    add(check_dns(facts.dns));
    if (reached) add(check_lookup(facts.lookup));
    return all;
}

}  // namespace avahictl::doctor
