// tools/avahictl/doctor/nsswitch.hpp: the line `hosts:` of /etc/nsswitch.conf (nsswitch.conf(5)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/avahictl/doctor/finding.hpp"

namespace avahictl::doctor {

struct Source {
    std::string name;     // "dns", in lower case
    std::string actions;  // what follows in brackets: "NOTFOUND=return"
    bool returns_on(std::string_view status) const;
};

/// \return in order; empty: there is no such line
std::vector<Source> hosts_sources(std::string_view nsswitch);

/// Do programs ask avahid for names under .local, and before DNS?
Finding judge_hosts(const std::vector<Source>& sources);

}  // namespace avahictl::doctor
