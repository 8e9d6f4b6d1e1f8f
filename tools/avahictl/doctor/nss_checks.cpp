// Do programs come to the daemon with their names?
#include <fmt/core.h>

#include <algorithm>

#include "tools/avahictl/doctor/checks.hpp"
#include "tools/avahictl/doctor/nsswitch.hpp"

namespace avahictl::doctor {

Findings check_nss(const NssFacts& nss) {
    if (!nss.nsswitch) {
        return {wrong("nsswitch", "/etc/nsswitch.conf cannot be read",
                      "write it, with a line \"hosts: files avahid [NOTFOUND=return] dns\"")};
    }
    const auto sources = hosts_sources(*nss.nsswitch);
    Findings found{judge_hosts(sources)};
    const auto lists = [&sources](std::string_view start) {
        return std::ranges::any_of(
            sources, [start](const Source& source) { return source.name.starts_with(start); });
    };
    const bool by_mdns = !lists("avahid") && lists("mdns");
    if (by_mdns) {
        found.push_back(nss.libnss_mdns
                            ? ok("module", "libnss_mdns can be loaded")
                            : wrong("module", "libnss_mdns, which nsswitch names, is not installed",
                                    "apt install libnss-avahid"));
    } else if (!nss.module_problem.empty()) {
        found.push_back(wrong("module", "programs cannot load it: " + nss.module_problem,
                              "apt install libnss-avahid"));
    } else {
        found.push_back(ok("module", "libnss_avahid.so.2 can be loaded"));
    }
    return found;
}

Findings check_lookup(const LookupFacts& lookup) {
    if (lookup.name.empty()) return {};
    if (lookup.found) return {ok("lookup", "getent finds " + lookup.name)};
    const char* const how = lookup.timed_out ? "getent {} takes more than 5 seconds"
                                             : "getent does not find {}, this host's own name";
    return {wrong("lookup", fmt::format(fmt::runtime(how), lookup.name),
                  "mend what is wrong above; a program that runs must be started again")};
}

}  // namespace avahictl::doctor
