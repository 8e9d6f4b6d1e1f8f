// avahid/varlink/calls/calls.hpp: the methods of org.avahid.Daemon and org.varlink.service.
// What each does and gives is said in org.avahid.Daemon.varlink.
#pragma once

#include "avahid/varlink/call.hpp"

namespace avahid::varlink::calls {

using dnssd::Instant;

// service.cpp
Started get_info(Instant now, Caller& caller, Parameters& parameters);
Started get_interface_description(Instant now, Caller& caller, Parameters& parameters);
// machine.cpp
Started status(Instant now, Caller& caller, Parameters& parameters);
Started get_host_name(Instant now, Caller& caller, Parameters& parameters);
Started set_host_name(Instant now, Caller& caller, Parameters& parameters);
Started get_ipv4ll(Instant now, Caller& caller, Parameters& parameters);
Started set_ipv4ll(Instant now, Caller& caller, Parameters& parameters);
Started reload(Instant now, Caller& caller, Parameters& parameters);
// a file each
Started browse(Instant now, Caller& caller, Parameters& parameters);
Started browse_types(Instant now, Caller& caller, Parameters& parameters);
Started resolve(Instant now, Caller& caller, Parameters& parameters);
Started resolve_host(Instant now, Caller& caller, Parameters& parameters);
Started resolve_address(Instant now, Caller& caller, Parameters& parameters);
Started query(Instant now, Caller& caller, Parameters& parameters);
Started monitor(Instant now, Caller& caller, Parameters& parameters);
// publish.cpp
Started publish(Instant now, Caller& caller, Parameters& parameters);
Started publish_address(Instant now, Caller& caller, Parameters& parameters);
// cache.cpp
Started cache_show(Instant now, Caller& caller, Parameters& parameters);
Started cache_flush(Instant now, Caller& caller, Parameters& parameters);

}  // namespace avahid::varlink::calls
