// mdns/wire/errc.hpp: what can be wrong with bytes or text of the DNS.
#pragma once

namespace mdns::wire {

enum class Errc {
    ok,
    truncated,      // a count, length or label runs past the end
    bad_label,      // empty inside a name, longer than 63 bytes, or a reserved label type
    bad_pointer,    // forward, to itself, or too many jumps
    name_too_long,  // more than 256 bytes with the final zero
    bad_escape,     // "\" at the end, or \DDD above 255
    bad_rdata,      // rdata does not fit its type
};

const char* to_string(Errc errc);

}  // namespace mdns::wire
