// dnssd/enumerate.hpp: which types of services there are (RFC 6763 §9).
#pragma once

#include "dnssd/activity.hpp"
#include "dnssd/seen.hpp"

namespace dnssd {

/// _services._dns-sd._udp.<domain>; empty when domain is no name.
std::optional<mdns::wire::Name> enumeration_name(std::string_view domain);

class Enumerate final : public Activity {
public:
    Enumerate(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
              const Scope& scope);
    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_cache_exhausted() override { context_.emit(CacheExhausted{handle_}); }
    void on_all_for_now() override { context_.emit(AllForNow{handle_}); }

private:
    std::optional<std::string> type_in(const mdns::wire::Record& record) const;

    std::string domain_;
    mdns::engine::QueryId query_;
    Seen seen_;
};

}  // namespace dnssd
