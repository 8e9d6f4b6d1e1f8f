// avahid/net/eligible.hpp: which interfaces we serve, and which of their addresses may be
// published. Pure questions about values. Left to others: what is done with the answers (daemon).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/net/interface.hpp"

namespace avahid::net {

/// Why an interface is not used. `down` and `no_carrier` pass; the others are in its nature or in
/// the configuration, and are told first.
enum class Verdict {
    eligible,
    loopback,
    not_allowed,     // allow-interfaces names others
    denied,          // deny-interfaces names it
    port_of_master,  // of a bridge, bond, team or Open vSwitch: the master is used instead
    point_to_point,
    no_multicast,
    not_ethernet,  // IPv4LL needs ARP (RFC 3927 §1.5)
    no_arp,
    down,
    no_carrier,
};

/// For status and logs, such as "no carrier".
std::string_view to_string(Verdict verdict);

/// Globs as fnmatch(3) knows them, matched against the interface's name.
bool matches_any(const std::string& name, std::span<const std::string> globs);

struct MdnsPolicy {
    std::vector<std::string> allow;  // empty: all
    std::vector<std::string> deny;   // stronger than allow
    bool allow_point_to_point = false;
};
Verdict mdns_verdict(const Interface& interface, const MdnsPolicy& policy);

struct Ipv4llPolicy {
    std::vector<std::string> deny;
    bool always = false;  // policy "always" for this interface: deny is not looked at
};
Verdict ipv4ll_verdict(const Interface& interface, const Ipv4llPolicy& policy);

/// An IPv4 address that is good beyond one link: not 169.254/16, 127/8, 0/8, multicast, broadcast.
bool is_routable_ipv4(const Address& address);
/// 169.254/16 (RFC 3927).
bool is_ipv4ll(const Address& address);
/// Not of scope host or nowhere: others can have it as their peer.
bool leaves_host(const InterfaceAddress& address);
bool has_routable_ipv4(const Interface& interface);

/// The addresses others may know: neither tentative nor duplicate; deprecated ones only when no
/// preferred one of their family and scope exists; 169.254/16 only without a routable IPv4 address
/// (RFC 3927 §1.9). In a fixed order.
std::vector<InterfaceAddress> publishable_addresses(const Interface& interface);

}  // namespace avahid::net
