#include "avahid/dbus/errors.hpp"

#include <algorithm>
#include <iterator>

namespace avahid::dbus {
namespace {

struct Row {
    Error error;
    const char* name;
    const char* message;
};

constexpr Row rows[] = {
    {Error::success, "org.freedesktop.Avahi.Success", "OK"},
    {Error::failure, "org.freedesktop.Avahi.Failure", "Operation failed"},
    {Error::bad_state, "org.freedesktop.Avahi.BadStateError", "Bad state"},
    {Error::invalid_host_name, "org.freedesktop.Avahi.InvalidHostNameError", "Invalid host name"},
    {Error::invalid_domain_name, "org.freedesktop.Avahi.InvalidDomainNameError",
     "Invalid domain name"},
    {Error::no_network, "org.freedesktop.Avahi.NoNetworkError",
     "No suitable network protocol available"},
    {Error::invalid_ttl, "org.freedesktop.Avahi.InvalidTTLError", "Invalid DNS TTL"},
    {Error::is_pattern, "org.freedesktop.Avahi.IsPatternError", "Resource record key is pattern"},
    {Error::collision, "org.freedesktop.Avahi.CollisionError", "Local name collision"},
    {Error::invalid_record, "org.freedesktop.Avahi.InvalidRecordError", "Invalid record"},
    {Error::invalid_service_name, "org.freedesktop.Avahi.InvalidServiceNameError",
     "Invalid service name"},
    {Error::invalid_service_type, "org.freedesktop.Avahi.InvalidServiceTypeError",
     "Invalid service type"},
    {Error::invalid_port, "org.freedesktop.Avahi.InvalidPortError", "Invalid port number"},
    {Error::invalid_key, "org.freedesktop.Avahi.InvalidKeyError", "Invalid record key"},
    {Error::invalid_address, "org.freedesktop.Avahi.InvalidAddressError", "Invalid address"},
    {Error::timeout, "org.freedesktop.Avahi.TimeoutError", "Timeout reached"},
    {Error::too_many_clients, "org.freedesktop.Avahi.TooManyClientsError", "Too many clients"},
    {Error::too_many_objects, "org.freedesktop.Avahi.TooManyObjectsError", "Too many objects"},
    {Error::too_many_entries, "org.freedesktop.Avahi.TooManyEntriesError", "Too many entries"},
    {Error::os, "org.freedesktop.Avahi.OSError", "OS Error"},
    // Avahi itself uses the bus's name here.
    {Error::access_denied, "org.freedesktop.DBus.Error.AccessDenied", "Access denied"},
    {Error::invalid_operation, "org.freedesktop.Avahi.InvalidOperationError", "Invalid operation"},
    {Error::no_memory, "org.freedesktop.Avahi.NoMemoryError", "Memory exhausted"},
    {Error::invalid_object, "org.freedesktop.Avahi.InvalidObjectError",
     "The object passed in was not valid"},
    {Error::invalid_interface, "org.freedesktop.Avahi.InvalidInterfaceError",
     "Invalid interface index"},
    {Error::invalid_protocol, "org.freedesktop.Avahi.InvalidInterfaceProtocolError",
     "Invalid protocol specification"},
    {Error::invalid_flags, "org.freedesktop.Avahi.InvalidFlagsError", "Invalid flags"},
    {Error::not_found, "org.freedesktop.Avahi.NotFoundError", "Not found"},
    {Error::invalid_configuration, "org.freedesktop.Avahi.InvalidConfigurationError",
     "Invalid configuration"},
    {Error::invalid_service_subtype, "org.freedesktop.Avahi.InvalidServiceSubtypeError",
     "Invalid service subtype"},
    {Error::invalid_rdata, "org.freedesktop.Avahi.InvalidRDataError", "Invalid RDATA"},
    {Error::invalid_dns_class, "org.freedesktop.Avahi.InvalidDNSClassError", "Invalid DNS class"},
    {Error::invalid_dns_type, "org.freedesktop.Avahi.InvalidDNSTypeError", "Invalid DNS type"},
    {Error::not_supported, "org.freedesktop.Avahi.NotSupportedError", "Not supported"},
    {Error::not_permitted, "org.freedesktop.Avahi.NotPermittedError", "Not permitted"},
    {Error::invalid_argument, "org.freedesktop.Avahi.InvalidArgumentError", "Invalid argument"},
    {Error::is_empty, "org.freedesktop.Avahi.IsEmptyError", "Is empty"},
    {Error::no_change, "org.freedesktop.Avahi.NoChangeError",
     "The requested operation is invalid because redundant"},
};

const Row& row_of(Error error) {
    const auto* found =
        std::ranges::find_if(rows, [error](const Row& row) { return row.error == error; });
    return found == std::end(rows) ? rows[1] : *found;
}

}  // namespace

const char* name_of(Error error) { return row_of(error).name; }
const char* message_of(Error error) { return row_of(error).message; }

Error error_of(session::Errc errc) {
    using session::Errc;
    switch (errc) {
        case Errc::ok:
            return Error::success;
        case Errc::too_many_clients:
            return Error::too_many_clients;
        case Errc::too_many_objects:
            return Error::too_many_objects;
        case Errc::bad_name:
            return Error::invalid_service_name;
        case Errc::bad_type:
            return Error::invalid_service_type;
        case Errc::bad_domain:
            return Error::invalid_domain_name;
        case Errc::bad_host:
            return Error::invalid_host_name;
        case Errc::bad_txt:
            return Error::invalid_record;
        case Errc::bad_address:
            return Error::invalid_address;
        case Errc::collision:
            return Error::collision;
        case Errc::no_such_interface:
            return Error::invalid_interface;
        case Errc::not_permitted:
            return Error::not_permitted;
        case Errc::not_supported:
            return Error::not_supported;
        case Errc::no_such_handle:
            return Error::invalid_object;
        case Errc::failed:
            return Error::failure;
        case Errc::bad_subtype:
            return Error::invalid_service_subtype;
        case Errc::bad_record:
            return Error::invalid_record;
        case Errc::bad_state:
            return Error::bad_state;
        case Errc::too_many_entries:
            return Error::too_many_entries;
        case Errc::not_found:
            return Error::not_found;
        case Errc::empty:
            return Error::is_empty;
    }
    return Error::failure;
}

}  // namespace avahid::dbus
