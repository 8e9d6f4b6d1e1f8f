// dnssd/domains.hpp: which domains are worth browsing or registering in (RFC 6763 §11): what links
// say, and what the machine's configuration does.
#pragma once

#include "dnssd/activity.hpp"
#include "dnssd/seen.hpp"

namespace dnssd {

/// b._dns-sd._udp.<domain> and its like; empty when domain is no name.
std::optional<mdns::wire::Name> domain_enumeration_name(DomainKind kind, std::string_view domain);

class Domains final : public Activity {
public:
    /// \param name  of the kind, as above
    Domains(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
            DomainKind kind, const Scope& scope);
    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_browse_domains(Instant now) override;
    void on_cache_exhausted() override { context_.emit(CacheExhausted{handle_}); }
    void on_all_for_now() override { context_.emit(AllForNow{handle_}); }

private:
    struct OnLink {
        std::string domain;
        bool local = false;
    };
    bool is_configured(const std::string& key) const { return configured_.contains(key); }
    void tell_found(LinkId link, const OnLink& found);
    void tell_lost(LinkId link, const OnLink& lost);

    DomainKind kind_;
    mdns::engine::QueryId query_;
    Seen seen_;
    std::map<std::pair<LinkId, std::string>, OnLink> on_links_;
    std::map<std::string, std::string> configured_;  // folded, and as text
};

}  // namespace dnssd
