#include "avahid/varlink/failure.hpp"

#include "avahid/varlink/wire/text.hpp"

namespace avahid::varlink {

namespace {

constexpr std::string_view ours = "org.avahid.Daemon.";
constexpr std::string_view standard = "org.varlink.service.";

std::string full_name(std::string_view prefix, std::string_view name) {
    return std::string(prefix).append(name);
}

Failure quoting(std::string_view name, const char* key, std::string_view value) {
    return {full_name(standard, name), {{key, wire::replace_invalid(value)}}};
}

std::string_view name_of(session::Errc errc) {
    using session::Errc;
    switch (errc) {
        case Errc::too_many_clients:
            return "TooManyClients";
        case Errc::too_many_objects:
            return "TooManyObjects";
        case Errc::bad_name:
            return "BadName";
        case Errc::bad_type:
            return "BadType";
        case Errc::bad_domain:
            return "BadDomain";
        case Errc::bad_host:
            return "BadHost";
        case Errc::bad_txt:
            return "BadTxt";
        case Errc::bad_address:
            return "BadAddress";
        case Errc::collision:
            return "Collision";
        case Errc::no_such_interface:
            return "NoSuchInterface";
        case Errc::not_supported:
            return "NotSupported";
        case Errc::not_permitted:  // has a name in org.varlink.service
        case Errc::ok:
        case Errc::no_such_handle:
        case Errc::bad_subtype:
        case Errc::bad_record:
        case Errc::bad_state:
        case Errc::too_many_entries:
        case Errc::not_found:
        case Errc::empty:
        case Errc::failed:
            break;
    }
    return "Failed";
}

}  // namespace

Failure method_not_found(std::string_view method) {
    return quoting("MethodNotFound", "method", method);
}

Failure interface_not_found(std::string_view interface) {
    return quoting("InterfaceNotFound", "interface", interface);
}

Failure invalid_parameter(std::string_view parameter) {
    return quoting("InvalidParameter", "parameter", parameter);
}

Failure expected_more() { return {full_name(standard, "ExpectedMore")}; }

Failure bad_message(std::string_view why) {
    return {full_name(ours, "BadMessage"), {{"message", why}}};
}

Failure not_found(std::string_view reason) {
    return {full_name(ours, "NotFound"), {{"reason", reason}}};
}

Failure from_session(session::Errc errc) {
    if (errc == session::Errc::not_permitted) return {full_name(standard, "PermissionDenied")};
    return {full_name(ours, name_of(errc)), {{"message", session::to_string(errc)}}};
}

}  // namespace avahid::varlink
