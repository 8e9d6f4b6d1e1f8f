// avahid/simple/line_protocol.hpp: the simple protocol's lines, to and from values. Pure.
// Avahi's commands, answered in the words of avahi-daemon 0.8, and our LOOKUP-HOST-1; the grammar
// is in nss-plugin/README.md. Knows no socket and no session.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "dnssd/catalogue.hpp"

namespace avahid::simple {

/// How a host lookup is answered.
enum class HostReply {
    avahi,  // one line, one address
    all,    // LOOKUP-HOST-1: every address
};

struct Help {};
struct LookupHost {
    mdns::wire::Name name;
    dnssd::Families families = dnssd::Families::both;
    HostReply reply = HostReply::avahi;
};
struct LookupAddress {
    dnssd::Address address;
};
struct BrowseDnsServers {
    dnssd::Families families = dnssd::Families::both;
};
struct Refused {
    std::string reply;  // the error line to send
};
using Command = std::variant<Help, LookupHost, LookupAddress, BrowseDnsServers, Refused>;

/// \param line  of any bytes, without its newline
Command parse_line(std::string_view line);

/// Avahi's numbers, without their minus sign.
enum class Code {
    failure = 1,
    invalid_host_name = 3,
    invalid_domain = 4,
    invalid_address = 14,
    timeout = 15,
    too_many_clients = 16,
    too_many_objects = 17,
    invalid_command = 21,
    not_found = 30,
    is_empty = 52,
};

// Each returns whole lines, newline included.
std::string format_error(Code code);
std::string format_help();
std::string format_browsing();
/// A line of what follows it, as servers come and go.
std::string format_dns_server(const dnssd::DnsServerFound& found);
std::string format_dns_server(const dnssd::DnsServerLost& lost);
std::string format_host(const dnssd::HostResult& result, HostReply form);
/// \param asked  gives the protocol number, which AddressResult does not hold
std::string format_address(const dnssd::AddressResult& result, const dnssd::Address& asked);

}  // namespace avahid::simple
