// avahid/report.hpp: values turned into what people read: diagnostics into log lines, an interface
// into a row of `avahictl status`, the state into the log.
#pragma once

#include <span>
#include <vector>

#include "avahid/config/diagnostic.hpp"
#include "avahid/net/interface.hpp"
#include "avahid/session/session.hpp"

namespace avahid {

void report(std::span<const config::Diagnostic> diagnostics);
/// Those that were not among the `told` ones.
void report_news(std::span<const config::Diagnostic> diagnostics,
                 std::span<const config::Diagnostic> told);

session::LinkState link_state(const net::Interface& interface,
                              const std::vector<mdns::engine::LinkStatus>& links);

/// SIGUSR1: everything there is, into the log.
void log_state(const session::Status& status,
               const std::vector<mdns::engine::CachedRecordInfo>& cache);

}  // namespace avahid
