#include <algorithm>
#include <array>

#include "avahid/varlink/calls/calls.hpp"

namespace avahid::varlink {

namespace {

using namespace calls;

constexpr std::array methods = {
    Method{"org.varlink.service.GetInfo", get_info},
    Method{"org.varlink.service.GetInterfaceDescription", get_interface_description},
    Method{"org.avahid.Daemon.Status", status},
    Method{"org.avahid.Daemon.Browse", browse, true},
    Method{"org.avahid.Daemon.BrowseTypes", browse_types, true},
    Method{"org.avahid.Daemon.Resolve", resolve},
    Method{"org.avahid.Daemon.ResolveHost", resolve_host},
    Method{"org.avahid.Daemon.ResolveAddress", resolve_address},
    Method{"org.avahid.Daemon.Query", query, true},
    Method{"org.avahid.Daemon.Publish", publish, true},
    Method{"org.avahid.Daemon.PublishAddress", publish_address, true},
    Method{"org.avahid.Daemon.GetHostName", get_host_name},
    Method{"org.avahid.Daemon.SetHostName", set_host_name},
    Method{"org.avahid.Daemon.GetIpv4ll", get_ipv4ll},
    Method{"org.avahid.Daemon.SetIpv4ll", set_ipv4ll},
    Method{"org.avahid.Daemon.Reload", reload},
    Method{"org.avahid.Daemon.CacheShow", cache_show, true},
    Method{"org.avahid.Daemon.CacheFlush", cache_flush},
    Method{"org.avahid.Daemon.Monitor", monitor, true},
};

}  // namespace

const Method* find_method(std::string_view name) {
    const auto* found = std::ranges::find(methods, name, &Method::name);
    return found == methods.end() ? nullptr : found;
}

bool is_interface(std::string_view name) {
    return std::ranges::any_of(methods, [name](const Method& method) {
        return method.name.substr(0, method.name.rfind('.')) == name;
    });
}

}  // namespace avahid::varlink
