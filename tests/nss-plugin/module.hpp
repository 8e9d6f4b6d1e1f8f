// tests/nss-plugin/module.hpp: the module under test, loaded as glibc loads it, and one call of it.
#pragma once

#include <netdb.h>
#include <nss.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nss_test {

using ByName4 = nss_status (*)(const char*, gaih_addrtuple**, char*, std::size_t, int*, int*,
                               std::int32_t*);
using ByName3 = nss_status (*)(const char*, int, hostent*, char*, std::size_t, int*, int*,
                               std::int32_t*, char**);
using ByName2 = nss_status (*)(const char*, int, hostent*, char*, std::size_t, int*, int*);
using ByName = nss_status (*)(const char*, hostent*, char*, std::size_t, int*, int*);
using ByAddr2 = nss_status (*)(const void*, socklen_t, int, hostent*, char*, std::size_t, int*,
                               int*, std::int32_t*);
using ByAddr = nss_status (*)(const void*, socklen_t, int, hostent*, char*, std::size_t, int*,
                              int*);

/// Loaded once and never unloaded, as in glibc.
struct Module {
    explicit Module(const char* path);
    ByName4 by_name4;
    ByName3 by_name3;
    ByName2 by_name2;
    ByName by_name;
    ByAddr2 by_addr2;
    ByAddr by_addr;
};

/// The copy built with a socket of its own in the working directory.
const Module& module();

/// status, *errnop, *h_errnop. Before each call they are preset to values no call returns.
struct Verdict {
    int status = 0;
    int error = 0;
    int h_error = 0;
    bool operator==(const Verdict&) const = default;
};
void PrintTo(const Verdict& verdict, std::ostream* out);

constexpr int preset = 4711;
inline constexpr Verdict success{NSS_STATUS_SUCCESS, preset, NETDB_SUCCESS};
inline constexpr Verdict too_small{NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL};
inline constexpr Verdict no_name{NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND};
inline constexpr Verdict no_family{NSS_STATUS_NOTFOUND, ENOENT, NO_DATA};
inline constexpr Verdict not_ours{NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY};
inline constexpr Verdict busy{NSS_STATUS_TRYAGAIN, EAGAIN, TRY_AGAIN};
constexpr Verdict unavailable(int error) { return {NSS_STATUS_UNAVAIL, error, NO_RECOVERY}; }

/// What a call returned: addresses as text, "fe80::1%3" with a scope.
struct Outcome {
    Verdict verdict{};
    std::string name{};
    std::vector<std::string> addresses{};
    std::int32_t ttl = -1;
};

Outcome lookup4(const char* name, std::size_t buflen = 16384);
Outcome lookup3(const char* name, int family, std::size_t buflen = 16384);
Outcome lookup_addr(int family, const char* address);

}  // namespace nss_test
