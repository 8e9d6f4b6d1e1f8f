// tools/avahictl/interrupt.hpp: Ctrl-C ends a stream; it does not lose what was found.
#pragma once

#include <csignal>

namespace avahictl {

/// From now on SIGINT and SIGTERM only come through while waiting (ppoll with wait_mask()).
void catch_interrupts();
bool interrupted();
const sigset_t* wait_mask();

}  // namespace avahictl
