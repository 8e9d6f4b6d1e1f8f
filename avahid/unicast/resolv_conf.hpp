// avahid/unicast/resolv_conf.hpp: which DNS servers this machine asks, and for what,
// resolv.conf(5).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace avahid::unicast {

constexpr std::size_t max_name_servers = 3;  // the resolver's own MAXNS

struct ResolvConf {
    std::vector<boost::asio::ip::address> servers;  // at most max_name_servers; with their scopes
    std::vector<std::string> search;                // domains, of the last line that has some
};
/// Of the lines that are understood.
ResolvConf parse_resolv_conf(std::string_view text);

}  // namespace avahid::unicast
