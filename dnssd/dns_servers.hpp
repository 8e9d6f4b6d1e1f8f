// dnssd/dns_servers.hpp: unicast DNS servers that links announce: SRV records at _domain._udp or
// _dns-update._udp, and the addresses of their targets on the link that gave them.
#pragma once

#include <list>

#include "dnssd/activity.hpp"

namespace dnssd {

/// As Avahi: a link that names more is lying or broken.
constexpr std::size_t max_dns_servers = 10;

/// _domain._udp.<domain>; empty when domain is no name.
std::optional<mdns::wire::Name> dns_server_name(DnsServerKind kind, std::string_view domain);

class DnsServers final : public Activity {
public:
    /// \param name  of the kind, as above
    DnsServers(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
               Families families, const Scope& scope);
    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_cache_exhausted() override { context_.emit(CacheExhausted{handle_}); }
    void on_all_for_now() override { context_.emit(AllForNow{handle_}); }

private:
    struct Server {
        mdns::engine::RecordAdded record;
        mdns::wire::Srv srv;
        std::vector<mdns::engine::QueryId> queries{};  // for its addresses
        std::vector<Address> addresses{};
    };
    void add_server(Instant now, const mdns::engine::RecordAdded& added);
    void remove_server(Instant now, const mdns::engine::RecordRemoved& removed);
    Server* asked_by(mdns::engine::QueryId query);
    void forget(Instant now, const Server& server);
    void tell_lost(const Server& server, const Address& address);

    Families families_;
    mdns::engine::QueryId query_{};
    std::list<Server> servers_;
};

}  // namespace dnssd
