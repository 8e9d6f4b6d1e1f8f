// avahid/ops/memory.hpp: what a process that mostly waits holds of the machine's memory.
#pragma once

namespace avahid::ops {

/// First of all: what is allocated in bursts goes back to the system as soon as it is freed. Left
/// alone, the C library takes the first big block that is freed as a sign to keep all up to that
/// size.
void keep_little_memory();

/// When all is set up: reading the configuration, becoming another user and building filters have
/// touched most of the program and its libraries. Those pages stay in the system's cache, but no
/// longer count as in use; what is needed comes back as it is needed.
void forget_startup();

}  // namespace avahid::ops
