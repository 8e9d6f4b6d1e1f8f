// avahid/varlink/unmarshal.hpp: parameters of a call to values of the session.
// What is wrong is remembered by the Parameters; the value returned then means nothing.
#pragma once

#include <string>
#include <vector>

#include "avahid/session/session.hpp"
#include "avahid/varlink/parameters.hpp"

namespace avahid::varlink {

/// "interface"; empty: all.
std::optional<int> read_interface(Parameters& parameters, const session::Machine& machine);
/// "interface" and "family".
dnssd::Scope read_scope(Parameters& parameters, const session::Machine& machine);
/// "family" of the addresses wanted.
dnssd::Families read_families(Parameters& parameters);
/// "domain", by default "local".
std::string read_domain(Parameters& parameters);
/// "address"; an IPv6 one may name its interface: fe80::1%eth0.
dnssd::Address read_address(Parameters& parameters);
/// \param errc  what to answer when it is no DNS name
mdns::wire::Name read_name(Parameters& parameters, const std::string& name, session::Errc errc);
/// "txt": []Txt.
std::vector<std::string> read_txt(Parameters& parameters);
/// "name", or "instance", "type" and "domain".
dnssd::ServiceName read_service_name(Parameters& parameters);
/// All of Publish.
dnssd::Service read_service(Parameters& parameters, const session::Machine& machine);

}  // namespace avahid::varlink
