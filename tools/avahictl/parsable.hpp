// tools/avahictl/parsable.hpp: lines in the format of avahi-browse -p, byte for byte.
#pragma once

#include <string>

#include "tools/avahictl/service.hpp"

namespace avahictl {

/// '+' found, '-' lost: +;eth0;IPv4;beta\032web;_http._tcp;local
std::string parsable_line(char mark, const Service& service);
/// '=' with host, one address, port and TXT after that.
std::string parsable_resolved(const Service& service);

}  // namespace avahictl
