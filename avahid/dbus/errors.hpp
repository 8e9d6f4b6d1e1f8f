// avahid/dbus/errors.hpp: what went wrong, under Avahi's error names and in its words. The one
// place that knows them: everything else speaks of an Error or of the errors of session.
#pragma once

#include "avahid/session/session.hpp"

namespace avahid::dbus {

/// Avahi's error numbers (avahi-common/error.h), less those that only a client library has.
enum class Error {
    success,  // as the argument of StateChanged
    failure,
    bad_state,
    invalid_host_name,
    invalid_domain_name,
    no_network,
    invalid_ttl,
    is_pattern,
    collision,
    invalid_record,
    invalid_service_name,
    invalid_service_type,
    invalid_port,
    invalid_key,
    invalid_address,
    timeout,
    too_many_clients,
    too_many_objects,
    too_many_entries,
    os,
    access_denied,
    invalid_operation,
    no_memory,
    invalid_object,
    invalid_interface,
    invalid_protocol,
    invalid_flags,
    not_found,
    invalid_configuration,
    invalid_service_subtype,
    invalid_rdata,
    invalid_dns_class,
    invalid_dns_type,
    not_supported,
    not_permitted,
    invalid_argument,
    is_empty,
    no_change,
};

/// "org.freedesktop.Avahi.InvalidPortError".
const char* name_of(Error error);
/// "Invalid port number".
const char* message_of(Error error);

Error error_of(session::Errc errc);

}  // namespace avahid::dbus
