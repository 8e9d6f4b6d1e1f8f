// tests/nss-plugin/module.cpp: see module.hpp.
#include "tests/nss-plugin/module.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>

#include <cerrno>
#include <ostream>
#include <stdexcept>

namespace nss_test {
namespace {

template <class Function>
Function symbol(void* library, const char* name) {
    void* found = dlsym(library, name);
    if (found == nullptr) throw std::runtime_error(std::string("no symbol ") + name);
    return reinterpret_cast<Function>(found);
}

std::string to_text(int family, const void* bytes) {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, bytes, text, sizeof text);
}

void read_hostent(const hostent& host, Outcome& outcome) {
    outcome.name = host.h_name;
    if (host.h_aliases == nullptr || *host.h_aliases != nullptr) outcome.name += " with aliases";
    if (host.h_length != (host.h_addrtype == AF_INET ? 4 : 16)) outcome.name += " with bad length";
    for (char** address = host.h_addr_list; *address != nullptr; ++address)
        outcome.addresses.push_back(to_text(host.h_addrtype, *address));
}

}  // namespace

Module::Module(const char* path) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    by_name4 = symbol<ByName4>(library, "_nss_avahid_gethostbyname4_r");
    by_name3 = symbol<ByName3>(library, "_nss_avahid_gethostbyname3_r");
    by_name2 = symbol<ByName2>(library, "_nss_avahid_gethostbyname2_r");
    by_name = symbol<ByName>(library, "_nss_avahid_gethostbyname_r");
    by_addr2 = symbol<ByAddr2>(library, "_nss_avahid_gethostbyaddr2_r");
    by_addr = symbol<ByAddr>(library, "_nss_avahid_gethostbyaddr_r");
}

const Module& module() {
    static const Module loaded(AVAHID_TEST_MODULE);
    return loaded;
}

void PrintTo(const Verdict& verdict, std::ostream* out) {
    *out << "{status " << verdict.status << ", errno " << verdict.error << ", h_errno "
         << verdict.h_error << "}";
}

Outcome lookup4(const char* name, std::size_t buflen) {
    Outcome outcome{.verdict = {.error = preset, .h_error = preset}};
    std::vector<char> buffer(buflen);
    gaih_addrtuple* list = nullptr;
    outcome.verdict.status =
        module().by_name4(name, &list, buffer.data(), buflen, &outcome.verdict.error,
                          &outcome.verdict.h_error, &outcome.ttl);
    if (outcome.verdict.status != NSS_STATUS_SUCCESS) return outcome;
    outcome.name = list->name;
    for (; list != nullptr; list = list->next) {
        std::string text = to_text(list->family, list->addr);
        if (list->scopeid != 0) text += "%" + std::to_string(list->scopeid);
        outcome.addresses.push_back(text);
    }
    return outcome;
}

Outcome lookup3(const char* name, int family, std::size_t buflen) {
    Outcome outcome{.verdict = {.error = preset, .h_error = preset}};
    std::vector<char> buffer(buflen);
    hostent host{};
    char* canonical = nullptr;
    outcome.verdict.status =
        module().by_name3(name, family, &host, buffer.data(), buflen, &outcome.verdict.error,
                          &outcome.verdict.h_error, &outcome.ttl, &canonical);
    if (outcome.verdict.status != NSS_STATUS_SUCCESS) return outcome;
    read_hostent(host, outcome);
    if (canonical != host.h_name) outcome.name += " but not canonical";
    return outcome;
}

Outcome lookup_addr(int family, const char* address) {
    Outcome outcome{.verdict = {.error = preset, .h_error = preset}};
    unsigned char bytes[16] = {};
    if (inet_pton(family, address, bytes) != 1) throw std::runtime_error("not an address");
    char buffer[2048];
    hostent host{};
    outcome.verdict.status =
        module().by_addr2(bytes, family == AF_INET ? 4 : 16, family, &host, buffer, sizeof buffer,
                          &outcome.verdict.error, &outcome.verdict.h_error, &outcome.ttl);
    if (outcome.verdict.status == NSS_STATUS_SUCCESS) read_hostent(host, outcome);
    return outcome;
}

}  // namespace nss_test
