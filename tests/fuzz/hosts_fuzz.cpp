// avahi.hosts and resolv.conf from arbitrary bytes, and what a name server might reply.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "avahid/config/hosts_file.hpp"
#include "avahid/unicast/resolv_conf.hpp"
#include "avahid/unicast/soa.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace avahid;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = config::parse_hosts(text, "f");
    if (parsed.diagnostics.size() > config::Diagnostics::most + 1) std::abort();
    for (const auto& host : parsed.hosts) {
        if (host.name.empty()) std::abort();
    }
    const auto conf = unicast::parse_resolv_conf(text);
    if (conf.servers.size() > unicast::max_name_servers) std::abort();
    unicast::zone_exists({data, size}, 1);
    if (size >= 2) {
        const auto id = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
        unicast::zone_exists({data, size}, id);
    }
    return 0;
}
