#include "avahid/ops/limits.hpp"

#include <sys/resource.h>

#include <cerrno>

namespace avahid::ops {

boost::system::error_code set_limit(int resource, std::uint64_t value) {
    const rlimit limit{.rlim_cur = value, .rlim_max = value};
    // glibc takes an enum for C++, musl an int.
    if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0) return {};
    return {errno, boost::system::system_category()};
}

void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace avahid::ops
