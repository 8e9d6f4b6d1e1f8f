// avahid/dbus/nss.hpp: do programs on this machine resolve the names that are found here? Then a
// program may hand out host names in place of addresses (IsNSSSupportAvailable).
#pragma once

#include <istream>

namespace avahid::dbus {

/// \param nsswitch  the text of /etc/nsswitch.conf
bool resolves_local_names(std::istream& nsswitch);

}  // namespace avahid::dbus
