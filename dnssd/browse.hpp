// dnssd/browse.hpp: the instances of a type or subtype as they come and go (RFC 6763 §4.1, §7.1).
#pragma once

#include "dnssd/activity.hpp"
#include "dnssd/seen.hpp"

namespace dnssd {

class Browse final : public Activity {
public:
    /// \param name  _http._tcp.local or _printer._sub._http._tcp.local
    Browse(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
           const Scope& scope);
    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_cache_exhausted() override { context_.emit(CacheExhausted{handle_}); }
    void on_all_for_now() override { context_.emit(AllForNow{handle_}); }

private:
    mdns::engine::QueryId query_;
    Seen seen_;
};

}  // namespace dnssd
