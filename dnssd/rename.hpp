// dnssd/rename.hpp: the next name after a conflict (RFC 6762 §9), in Avahi's formats.
#pragma once

#include <string>
#include <string_view>

namespace dnssd {

/// "Web" to "Web #2" to "Web #3"; cut at a UTF-8 boundary to stay within 63 bytes.
std::string next_service_name(std::string_view name);
/// "host" to "host-2" to "host-3"; likewise within 63 bytes.
std::string next_host_name(std::string_view name);

}  // namespace dnssd
