// avahid/config/service_type.hpp: which service types a file may name. Files take what Avahi takes
// (the strict form only earns a warning), so that existing files keep working.
#pragma once

#include <string_view>

namespace avahid::config {

/// "_name._tcp" or "_name._udp", the name any label that begins with "_".
bool is_service_type(std::string_view type);
/// Also a service name by RFC 6335 §5.1, as RFC 6763 §7 demands.
bool is_strict_service_type(std::string_view type);
/// "_anything._sub." before the type (RFC 6763 §7.1).
bool is_subtype_of(std::string_view subtype, std::string_view type);

}  // namespace avahid::config
