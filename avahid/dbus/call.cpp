#include "avahid/dbus/call.hpp"

namespace avahid::dbus {

void Call::fail(Error error, const std::string& message) const {
    try {
        message_.createErrorReply(sdbus::Error(name_of(error), message)).send();
    } catch (const sdbus::Error&) {  // the bus is gone: it is noticed elsewhere
    }
}

}  // namespace avahid::dbus
