// avahid/sandbox/sandbox.hpp: which system calls the two processes may make (seccomp(2)), from the
// moment they have given up their privileges. What is not on a process's list answers ENOSYS,
// "there is no such call": a C library that has learned a new one since then takes the older way,
// where EPERM would be an error to it. Calls that only an intruder makes (execve, ptrace, mount, …)
// end the process at once. Not to be undone; the first use also forbids new privileges.
#pragma once

#include <sys/types.h>

#include <boost/system/error_code.hpp>

namespace avahid::sandbox {

/// For the process that reads the network and talks to clients: no program is started, no process
/// forked, no packet socket or TCP socket opened, no memory made executable that was writable, and
/// nobody is sent a signal.
/// \param keeper  the one process that may be killed, -1: none
/// \return function_not_supported: this kernel has no filters, go on without; else: do not go on
boost::system::error_code confine_daemon(pid_t keeper);

/// For the keeper: netlink, ARP sockets, reading its rules, and nothing else.
boost::system::error_code confine_keeper();

}  // namespace avahid::sandbox
