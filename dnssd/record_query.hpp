// dnssd/record_query.hpp: any record, as it comes and goes; for tools and other discovery
// protocols.
#pragma once

#include "dnssd/activity.hpp"

namespace dnssd {

class RecordQuery final : public Activity {
public:
    RecordQuery(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
                std::uint16_t type, const Scope& scope);
    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_cache_exhausted() override { context_.emit(CacheExhausted{handle_}); }
    void on_all_for_now() override { context_.emit(AllForNow{handle_}); }

private:
    std::optional<mdns::engine::QueryId> query_;  // empty: no name for multicast
};

}  // namespace dnssd
