#include "avahid/session/session.hpp"

namespace avahid::session {

const char* to_string(Errc errc) {
    switch (errc) {
        case Errc::ok:
            return "no error";
        case Errc::too_many_clients:
            return "this user has too many connections";
        case Errc::too_many_objects:
            return "this user or connection has too many things running";
        case Errc::bad_name:
            return dnssd::to_string(dnssd::Errc::bad_name);
        case Errc::bad_type:
            return dnssd::to_string(dnssd::Errc::bad_type);
        case Errc::bad_domain:
            return dnssd::to_string(dnssd::Errc::bad_domain);
        case Errc::bad_host:
            return dnssd::to_string(dnssd::Errc::bad_host);
        case Errc::bad_txt:
            return dnssd::to_string(dnssd::Errc::bad_txt);
        case Errc::bad_address:
            return dnssd::to_string(dnssd::Errc::bad_address);
        case Errc::collision:
            return dnssd::to_string(dnssd::Errc::collision);
        case Errc::no_such_interface:
            return "there is no such interface";
        case Errc::not_permitted:
            return "only root and members of the group netdev may do this";
        case Errc::not_supported:
            return "this is not supported";
        case Errc::no_such_handle:
            return "there is nothing of this number, or it is not yours";
        case Errc::failed:
            return "this failed";
        case Errc::bad_subtype:
            return dnssd::to_string(dnssd::Errc::bad_subtype);
        case Errc::bad_record:
            return dnssd::to_string(dnssd::Errc::bad_record);
        case Errc::bad_state:
            return dnssd::to_string(dnssd::Errc::bad_state);
        case Errc::too_many_entries:
            return "there are too many entries in this group";
        case Errc::not_found:
            return dnssd::to_string(dnssd::Errc::not_found);
        case Errc::empty:
            return dnssd::to_string(dnssd::Errc::empty);
    }
    return "unknown error";
}

}  // namespace avahid::session
