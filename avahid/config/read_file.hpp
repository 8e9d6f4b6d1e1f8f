// avahid/config/read_file.hpp: a whole small file as a string. Never blocks on a pipe or device and
// never takes more than it was told to.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>

namespace avahid::config {

/// Most that one configuration, service or hosts file may hold.
constexpr std::size_t max_file_size = std::size_t{1} << 20;

/// \return the bytes, or why not (file_too_large above max_file_size, invalid_argument when it is
///         not a regular file, else what the kernel said)
boost::system::result<std::string> read_file(const std::string& path);

}  // namespace avahid::config
