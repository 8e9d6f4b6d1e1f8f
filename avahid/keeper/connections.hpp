// avahid/keeper/connections.hpp: ends the TCP connections of an address that is being given up.
#pragma once

#include <cstdint>

namespace avahid::keeper {

/// RFC 3927 §2.5: "hosts SHOULD actively attempt to reset any existing connections using that
/// address". Does what the kernel can (CONFIG_INET_DIAG_DESTROY); failures are no one's concern.
/// \param address  local address of the connections, host byte order
void reset_connections(std::uint32_t address);

}  // namespace avahid::keeper
