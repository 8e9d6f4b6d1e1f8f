// tools/avahictl/doctor/resolv_conf.hpp: resolv.conf(5), and whether a DNS server has a zone
// "local".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace avahictl::doctor {

struct ResolvConf {
    std::vector<std::string> servers;  // addresses
    std::vector<std::string> search;   // domains
};
ResolvConf parse_resolv_conf(std::string_view text);

/// "local", "corp.local."
bool is_local_domain(std::string_view domain);

/// A query for the SOA record of "local" (RFC 6762 appendix G: networks that have such a zone).
std::vector<std::uint8_t> soa_query(std::uint16_t id);
/// The reply holds a SOA record of just that name.
bool is_soa_of_local(std::span<const std::uint8_t> reply, std::uint16_t id);

/// Asks the servers, all at once. \return the first that has the zone, or empty
std::string server_of_local(const std::vector<std::string>& servers);

}  // namespace avahictl::doctor
