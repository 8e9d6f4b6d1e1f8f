// dnssd/catalogue.hpp: RFC 6763 on top of the mDNS engine: publish, browse, resolve, enumerate,
// look up. Sans-IO, as the engine: call it, feed it the engine's events (on_event), drain poll(),
// wake it at deadline(). Owns the records of each publication and its renaming after a conflict;
// leaves links, caching and timing of packets to the engine. One file per activity behind it:
// publish, publish_address, browse, enumerate, domains, dns_servers, resolve, host_lookup,
// address_lookup, record_query.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dnssd/group_item.hpp"
#include "mdns/engine/engine.hpp"

namespace dnssd {

struct Config {
    Duration negative_timeout = std::chrono::seconds(1);  // of a host lookup
    Duration resolve_timeout = std::chrono::seconds(5);   // of a service resolve
    std::uint64_t seed = 1;                               // of the choice by SRV weight (§5)
};

class Catalogue {
public:
    Catalogue(mdns::engine::Engine& engine, const Config& config);
    ~Catalogue();
    /// For what is asked from now on.
    void set_negative_timeout(Duration timeout);

    // ---- publishing ----
    /// Names below .local only. Without a host of its own the service waits for set_host_name.
    Result<Handle> publish(Instant now, const Service& service);
    Errc update_txt(Instant now, Handle handle, const std::vector<std::string>& txt);
    /// The subtypes it is listed under: those that are new are announced, those that are gone said
    /// goodbye to; all else is left alone (§7.1).
    Errc update_subtypes(Instant now, Handle handle, const std::vector<std::string>& subtypes);
    /// A name for any address, with its reverse name unless told not to (avahi-publish -a).
    Result<Handle> publish_address(Instant now, const mdns::wire::Name& name,
                                   const Address& address, bool reverse, const Scope& scope);
    /// SRV records of services without a host of their own follow at once (§5).
    void set_host_name(Instant now, const mdns::wire::Name& host);

    // ---- groups: entries that are published, or lose their names, together ----
    /// A group is empty and uncommitted; cancel() ends it.
    Handle new_group(Instant now);
    /// Its records are claimed by commit(), or at once when that was done before. collision: there
    /// is such a record on this machine that cannot be shared.
    Errc add_to_group(Instant now, Handle group, const GroupItem& item);
    /// Each record of the item takes the place of one of its name, type and scope: not_found when
    /// there is none. Nothing is probed for again.
    Errc update_group(Instant now, Handle group, const GroupItem& item);
    /// bad_state unless uncommitted, or filled again after a collision.
    Errc commit_group(Instant now, Handle group);
    /// Withdraws and forgets its entries.
    Errc reset_group(Instant now, Handle group);
    struct GroupStatus {
        GroupState state = GroupState::uncommitted;
        bool empty = true;
    };
    Result<GroupStatus> group(Handle group) const;

    // ---- asking ----
    // Only names below .local (and reverse names) are asked by multicast (RFC 6762 §3, §13): others
    // are refused, or end at once with nothing. An empty domain means local.
    /// \param subtype  a label such as "_printer", or empty
    Result<Handle> browse(Instant now, const std::string& type, const std::string& domain,
                          const std::string& subtype, const Scope& scope);
    Result<Handle> browse_types(Instant now, const std::string& domain, const Scope& scope);
    /// The domains recommended by `domain` (§11), those of set_browse_domains first.
    Result<Handle> browse_domains(Instant now, const std::string& domain, DomainKind kind,
                                  const Scope& scope);
    /// The domains that every browse for DomainKind::browse gives, whatever the network says;
    /// whoever browses already is told of the difference.
    void set_browse_domains(Instant now, const std::vector<std::string>& domains);
    /// Unicast DNS servers announced on the links, with each of their addresses.
    Result<Handle> browse_dns_servers(Instant now, const std::string& domain, DnsServerKind kind,
                                      Families families, const Scope& scope);
    Result<Handle> resolve(Instant now, const ServiceName& name, const Scope& scope,
                           const ResolveParts& parts = {});
    Handle lookup_host(Instant now, const mdns::wire::Name& name, Families families,
                       const Scope& scope);
    Handle lookup_address(Instant now, const Address& address, const Scope& scope);
    Handle query(Instant now, const mdns::wire::Name& name, std::uint16_t type, const Scope& scope);

    /// Ends any of the above; a publication says goodbye. Unknown handles are ignored, and those of
    /// lookups whose result is out: they end by themselves.
    void cancel(Instant now, Handle handle);

    // ---- driving ----
    /// An event of the engine (everything but SendDatagram). Conflicts of publications that are not
    /// ours are left alone.
    /// \return false when it belongs to somebody else
    bool on_event(Instant now, const mdns::engine::Output& event);
    void on_time(Instant now);
    /// Next event; empty: drained. Drain the engine first, so that the answers of one packet come
    /// as one result; then the engine again, as what ends here may send there.
    std::optional<Event> poll();
    std::optional<Instant> deadline() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dnssd
