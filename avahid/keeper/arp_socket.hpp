// avahid/keeper/arp_socket.hpp: the packet socket that RFC 3927 is spoken on. Its filter runs in
// the kernel and is locked: whoever holds the descriptor never sees anything but link-local ARP.
#pragma once

#include <boost/system/result.hpp>

#include "avahid/keeper/descriptor.hpp"

namespace avahid::keeper {

/// Bound to the interface; non-blocking; closed on exec. What we send ourselves is not received.
boost::system::result<Descriptor> open_arp_socket(int ifindex);

}  // namespace avahid::keeper
