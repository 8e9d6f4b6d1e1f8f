// avahid/unicast/resolv_conf.hpp: which DNS servers this machine asks, resolv.conf(5).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string_view>
#include <vector>

namespace avahid::unicast {

constexpr std::size_t max_name_servers = 3;  // the resolver's own MAXNS

/// Lines that are understood; scopes of link-local addresses are kept. At most max_name_servers.
std::vector<boost::asio::ip::address> parse_name_servers(std::string_view text);

}  // namespace avahid::unicast
