// tools/avahictl/exit.hpp: what scripts learn from the exit status.
#pragma once

namespace avahictl {

enum class Exit {
    found = 0,
    nothing = 1,      // nothing found, or the daemon would not do it
    usage = 2,        // the command line cannot be understood or carried out
    unreachable = 3,  // no daemon, or it went away
};

}  // namespace avahictl
