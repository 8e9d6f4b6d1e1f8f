#include "avahid/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "avahid/ops/log.hpp"

namespace avahid {

void report(std::span<const config::Diagnostic> diagnostics) {
    for (const auto& diagnostic : diagnostics) {
        switch (diagnostic.severity) {
            case config::Severity::error:
                log::error("{}", config::to_text(diagnostic));
                break;
            case config::Severity::warning:
                log::warning("{}", config::to_text(diagnostic));
                break;
            case config::Severity::note:
                log::debug("{}", config::to_text(diagnostic));
                break;
        }
    }
}

void report_news(std::span<const config::Diagnostic> diagnostics,
                 std::span<const config::Diagnostic> told) {
    for (const auto& one : diagnostics) {
        if (std::ranges::find(told, one) == told.end()) report({&one, 1});
    }
}

session::LinkState link_state(const net::Interface& interface,
                              const std::vector<mdns::engine::LinkStatus>& links) {
    session::LinkState state;
    state.ifindex = interface.ifindex;
    state.name = interface.name;
    if (interface.ethernet) state.mac = fmt::format("{:02x}", fmt::join(interface.mac, ":"));
    for (const auto& address : interface.addresses) {
        state.addresses.push_back(
            fmt::format("{}/{}", address.address.to_string(), address.prefix_length));
    }
    for (const auto& link : links) {
        if (link.link.ifindex != interface.ifindex) continue;
        state.packets_in += link.packets_in;
        state.packets_out += link.packets_out;
        state.cached_records += link.cached_records;
    }
    return state;
}

void log_state(const session::Status& status,
               const std::vector<mdns::engine::CachedRecordInfo>& cache) {
    log::info("state: host name {} ({}), {} clients, {} publications", status.host_name,
              status.host_state, status.clients, status.publications);
    for (const auto& link : status.links) {
        log::info("state: {} {}: {}{}", link.name, fmt::join(link.addresses, " "), link.packets_in,
                  link.note.empty() ? " packets in" : " packets in: " + link.note);
    }
    for (const auto& port : status.ipv4ll) {
        log::info("state: {} IPv4LL {} {} {}", port.name, port.policy, port.state, port.address);
    }
    for (const auto& entry : cache) {
        log::info("cache: {} {} {} {} s left: {}", entry.link.ifindex, entry.record.name.to_text(),
                  mdns::wire::type_name(entry.record.type), entry.remaining,
                  mdns::wire::rdata_to_text(entry.record.type, entry.record.rdata));
    }
}

}  // namespace avahid
