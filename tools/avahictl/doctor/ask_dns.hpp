// tools/avahictl/doctor/ask_dns.hpp: do the DNS servers of this machine have a zone "local"
// (RFC 6762 Appendix G)? The question and its reply are avahid/unicast's.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace avahictl::doctor {

/// "local", "corp.local."
bool is_local_domain(std::string_view domain);

/// Asks the servers, all at once. \return the first that has the zone, or empty
std::string server_of_local(const std::vector<boost::asio::ip::address>& servers);

}  // namespace avahictl::doctor
