// dnssd/reverse_name.hpp: the name that maps an address back to a host (RFC 1035 §3.5, RFC 3596
// §2.5).
#pragma once

#include <boost/asio/ip/address.hpp>

#include "mdns/wire/name.hpp"

namespace dnssd {

/// 169.254.7.9 to 9.7.254.169.in-addr.arpa; IPv6 in nibbles below ip6.arpa, its scope id left out.
mdns::wire::Name reverse_name(const boost::asio::ip::address& address);
/// Below in-addr.arpa or ip6.arpa (RFC 6762 §4).
bool is_reverse(const mdns::wire::Name& name);

}  // namespace dnssd
