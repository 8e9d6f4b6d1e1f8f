// avahid/unicast/zone.hpp: what is known of a unicast zone "local.".
#pragma once

namespace avahid::unicast {

enum class Zone {
    unknown,  // being asked for
    absent,   // or no server answers
    present,
};

}  // namespace avahid::unicast
