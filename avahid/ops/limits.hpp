// avahid/ops/limits.hpp: the [rlimits] section, setrlimit(2).
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>

namespace avahid::ops {

/// Sets soft and hard limit, as Avahi does; raising the hard one needs root.
/// \param resource  RLIMIT_…
boost::system::error_code set_limit(int resource, std::uint64_t value);

/// Raises the soft limit to the hard one, which needs no privilege: two sockets for each interface
/// soon are more than the usual 1024.
void raise_open_files();

}  // namespace avahid::ops
