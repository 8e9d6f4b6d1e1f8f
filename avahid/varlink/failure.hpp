// avahid/varlink/failure.hpp: what goes wrong with a call, as Varlink errors with their names.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "avahid/session/session.hpp"

namespace avahid::varlink {

struct Failure {
    std::string error;  // full name
    nlohmann::json parameters = nlohmann::json::object();
};

// ---- org.varlink.service ----
Failure method_not_found(std::string_view method);
Failure interface_not_found(std::string_view interface);
Failure invalid_parameter(std::string_view parameter);
Failure expected_more();

// ---- org.avahid.Daemon ----
Failure bad_message(std::string_view why);
/// \param reason  "no_such_name", "no_such_family", "timeout"
Failure not_found(std::string_view reason);
/// The session's errors, one to one.
Failure from_session(session::Errc errc);

}  // namespace avahid::varlink
