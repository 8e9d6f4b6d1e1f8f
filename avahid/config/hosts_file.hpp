// avahid/config/hosts_file.hpp: static names of other hosts, avahi.hosts(5): one "ADDRESS NAME" a
// line, comments from #.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

struct StaticHost {
    boost::asio::ip::address address;
    std::string name;  // fully qualified, "printer.local"
    bool operator==(const StaticHost&) const = default;
};

struct StaticHosts {
    std::vector<StaticHost> hosts;  // of the good lines, in order
    std::vector<Diagnostic> diagnostics;
};

/// \param file  its name, for the diagnostics
StaticHosts parse_hosts(std::string_view text, std::string_view file);

/// All files together; a missing one is a note.
StaticHosts load_hosts(std::span<const std::string> paths);

}  // namespace avahid::config
