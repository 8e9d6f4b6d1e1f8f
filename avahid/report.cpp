#include "avahid/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "avahid/ops/log.hpp"

namespace avahid {

void report(std::span<const config::Diagnostic> diagnostics) {
    for (const auto& diagnostic : diagnostics) {
        switch (diagnostic.severity) {
            case config::Severity::error: log::error("{}", config::to_text(diagnostic)); break;
            case config::Severity::warning: log::warning("{}", config::to_text(diagnostic)); break;
            case config::Severity::note: log::debug("{}", config::to_text(diagnostic)); break;
        }
    }
}

session::LinkState link_state(const net::Interface& interface, const std::vector<mdns::engine::LinkStatus>& links) {
    session::LinkState state;
    state.ifindex = interface.ifindex;
    state.name = interface.name;
    if (interface.ethernet) state.mac = fmt::format("{:02x}", fmt::join(interface.mac, ":"));
    for (const auto& address : interface.addresses) {
        state.addresses.push_back(fmt::format("{}/{}", address.address.to_string(), address.prefix_length));
    }
    for (const auto& link : links) {
        if (link.link.ifindex != interface.ifindex) continue;
        state.packets_in += link.packets_in;
        state.packets_out += link.packets_out;
        state.cached_records += link.cached_records;
    }
    return state;
}

}  // namespace avahid
