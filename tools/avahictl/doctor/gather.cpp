#include "tools/avahictl/doctor/gather.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "avahid/unicast/resolv_conf.hpp"
#include "tools/avahictl/doctor/ask_dns.hpp"
#include "tools/avahictl/doctor/run_program.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl::doctor {

namespace {

constexpr auto lookup_time = std::chrono::seconds(5);

/// \return why the loader refuses it, or empty
std::string problem_with_module(const char* file) {
    void* module = ::dlopen(file, RTLD_LAZY | RTLD_LOCAL);
    if (module == nullptr) {
        const char* problem = ::dlerror();
        return problem == nullptr ? "unknown" : problem;
    }
    ::dlclose(module);
    return "";
}

NssFacts gather_nss() {
    return {.nsswitch = read_file("/etc/nsswitch.conf"),
            .module_problem = problem_with_module("libnss_avahid.so.2"),
            .libnss_mdns = problem_with_module("libnss_mdns4_minimal.so.2").empty()};
}

DnsFacts gather_dns() {
    const auto conf =
        avahid::unicast::parse_resolv_conf(read_file("/etc/resolv.conf").value_or(""));
    DnsFacts dns;
    std::ranges::copy_if(conf.search, std::back_inserter(dns.local_search), is_local_domain);
    dns.local_server = server_of_local(conf.servers);
    return dns;
}

/// In a process of its own: a module that hangs hangs there.
LookupFacts gather_lookup(const nlohmann::json& status) {
    const std::string host = text_of(status, "host_name");
    const bool served = std::ranges::any_of(array_of(status, "links"), [](const auto& link) {
        return flag_of(link, "mdns_ipv4") || flag_of(link, "mdns_ipv6");
    });
    if (host.empty() || !served || text_of(status, "host_state") != "established") return {};
    const std::string name = host + ".local";
    const auto done = run_program("getent", {"ahosts", name}, lookup_time);
    if (!done) return {};
    return {.name = name,
            .found = done->status == 0 && !done->out.empty(),
            .timed_out = done->timed_out};
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Facts gather(const Common& common) {
    Facts facts;
    facts.daemon = gather_daemon(common);
    facts.simple = gather_simple();
    facts.nss = gather_nss();
    facts.interfaces = gather_interfaces();
    facts.routes = gather_routes();
    facts.port = gather_port(facts.daemon.process);
    facts.firewall = gather_firewall(facts.interfaces);
    facts.dns = gather_dns();
    facts.lookup = gather_lookup(facts.daemon.status);
    return facts;
}

}  // namespace avahictl::doctor
