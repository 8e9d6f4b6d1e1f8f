#include "dnssd/dns_servers.hpp"

#include <algorithm>

#include "dnssd/address_record.hpp"
#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::engine::RecordAdded;
using mdns::engine::RecordRemoved;
using mdns::wire::Name;
namespace type = mdns::wire::type;

std::optional<Name> dns_server_name(DnsServerKind kind, std::string_view domain) {
    return type_name(kind == DnsServerKind::resolve ? "_domain._udp" : "_dns-update._udp", domain);
}

DnsServers::DnsServers(Context& context, Handle handle, Instant now, const Name& name,
                       Families families, const Scope& scope)
    : Activity(context, handle), families_(families) {
    query_ = context.ask(now, handle,
                         {.name = name, .type = type::srv, .scope = scope, .urgent = false});
}

void DnsServers::end(Instant now) {
    context_.stop_asking(now, query_);
    for (const Server& server : servers_) forget(now, server);
}

void DnsServers::on_added(Instant now, const RecordAdded& added) {
    if (added.query == query_) return add_server(now, added);
    Server* const server = asked_by(added.query);
    const auto address = address_in(added.record);
    if (!server || !address ||
        std::ranges::find(server->addresses, *address) != server->addresses.end())
        return;
    server->addresses.push_back(*address);
    context_.emit(DnsServerFound{handle_, server->record.link, server->srv.target, *address,
                                 server->srv.port, server->record.local});
}

void DnsServers::on_removed(Instant now, const RecordRemoved& removed) {
    if (removed.query == query_) return remove_server(now, removed);
    Server* const server = asked_by(removed.query);
    const auto address = address_in(removed.record);
    if (server && address && std::erase(server->addresses, *address) > 0)
        tell_lost(*server, *address);
}

void DnsServers::add_server(Instant now, const RecordAdded& added) {
    const auto srv =
        added.record.type == type::srv ? mdns::wire::parse_srv(added.record.rdata) : std::nullopt;
    if (!srv || servers_.size() >= max_dns_servers) return;
    // Listed before it asks: what the cache has of the addresses comes at once.
    Server& server = servers_.emplace_back(Server{added, *srv});
    const Scope here{added.link.ifindex, added.link.family};
    const auto ask = [&](std::uint16_t wanted) {
        server.queries.push_back(
            context_.ask(now, handle_, {.name = srv->target, .type = wanted, .scope = here}));
    };
    if (families_ != Families::ipv6) ask(type::a);
    if (families_ != Families::ipv4) ask(type::aaaa);
}

void DnsServers::remove_server(Instant now, const RecordRemoved& removed) {
    const auto found = std::ranges::find_if(servers_, [&](const Server& server) {
        return server.record.link == removed.link && server.record.record.same_data(removed.record);
    });
    if (found == servers_.end()) return;
    for (const Address& address : found->addresses) tell_lost(*found, address);
    forget(now, *found);
    servers_.erase(found);
}

DnsServers::Server* DnsServers::asked_by(mdns::engine::QueryId query) {
    for (Server& server : servers_) {
        if (std::ranges::find(server.queries, query) != server.queries.end()) return &server;
    }
    return nullptr;
}

void DnsServers::forget(Instant now, const Server& server) {
    for (const auto query : server.queries) context_.stop_asking(now, query);
}

void DnsServers::tell_lost(const Server& server, const Address& address) {
    context_.emit(
        DnsServerLost{handle_, server.record.link, server.srv.target, address, server.srv.port});
}

}  // namespace dnssd
