// dnssd/catalogue.hpp: RFC 6763 on top of the mDNS engine: publish, browse, resolve, enumerate,
// look up. Sans-IO, as the engine: call it, feed it the engine's events (on_event), drain poll(),
// wake it at deadline(). Owns the records of each publication and its renaming after a conflict;
// leaves links, caching and timing of packets to the engine. One file per activity behind it:
// publish, publish_address, browse, enumerate, resolve, host_lookup, address_lookup, record_query.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dnssd/service_name.hpp"
#include "mdns/engine/engine.hpp"

namespace dnssd {

using mdns::engine::Address;
using mdns::engine::Duration;
using mdns::engine::Endpoint;
using mdns::engine::Instant;
using mdns::engine::LinkId;
using mdns::engine::Scope;

/// Names one publication, browse, resolve or lookup. Never used twice.
enum class Handle : std::uint64_t {};

struct Service {
    ServiceName name;                        // an empty instance is named after the host (§4.1.1)
    std::vector<std::string> subtypes{};     // labels, such as "_printer", unescaped
    std::optional<mdns::wire::Name> host{};  // empty: this machine, following its renames
    std::uint16_t port = 0;
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::vector<std::string> txt{};  // each at most 255 bytes: "key=value", "key"
    Scope scope{};
    bool rename_on_conflict = true;  // else the conflict is reported and nothing is published
    /// Claims the name for a flagship protocol that this device lacks (§8): an SRV with port 0 that
    /// no browse lists.
    bool placeholder = false;
};

enum class Errc {
    ok,
    bad_name,
    bad_type,
    bad_domain,
    bad_host,
    bad_txt,
    collision,
    too_many,
    bad_address,
    not_found
};
/// One sentence for people.
const char* to_string(Errc errc);
template <class T>
using Result = boost::system::result<T, Errc>;

enum class Families { ipv4, ipv6, both };

struct HostAddress {
    int ifindex = 0;
    Address address;
    std::uint32_t ttl = 0;
};

// ---- events ----

struct Published {  // established under this name
    Handle handle;
    ServiceName name;  // of an address publication: instance holds the whole host name, as text
};
struct Renamed {  // the old name belongs to somebody else; the new one is being tried
    Handle handle;
    std::string from;
    std::string to;
    Endpoint peer;
    LinkId link;
    bool no_end = false;  // for a minute now no name was free (RFC 6762 §9); once a search
};
struct NameLost {  // rename_on_conflict was off, or an address: nothing is published any more
    Handle handle;
    Endpoint peer;
    LinkId link;
};
struct Found {
    Handle handle;
    LinkId link;
    ServiceName name;
    bool local = false;  // published by this daemon
};
struct Lost {
    Handle handle;
    LinkId link;
    ServiceName name;
};
struct TypeFound {
    Handle handle;
    LinkId link;
    std::string type;
    std::string domain;
    bool local = false;
};
struct TypeLost {
    Handle handle;
    LinkId link;
    std::string type;
    std::string domain;
};
struct Resolved {  // also when any of it changed
    Handle handle;
    LinkId link;
    ServiceName name;
    mdns::wire::Name host;
    std::uint16_t port = 0;  // 0: not offered by this protocol (§8)
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::vector<std::string> txt;
    std::vector<Address> addresses;
    bool local = false;
};
struct ResolveFailed {  // nothing within the time limit; the resolve stays active
    Handle handle;
};
/// The end of a host lookup (PRODUCT "A host lookup is done").
struct HostResult {
    enum class Outcome { found, no_such_name, no_such_family };
    Handle handle;
    Outcome outcome;
    mdns::wire::Name name;  // as the owner writes it
    std::vector<HostAddress> addresses;
};
struct AddressResult {  // the end of a reverse lookup
    Handle handle;
    bool found = false;
    int ifindex = 0;
    mdns::wire::Name name;
};
struct RecordChange {
    Handle handle;
    LinkId link;
    mdns::wire::Record record;
    bool added = true;
    bool local = false;
};
struct CacheExhausted {
    Handle handle;
};
struct AllForNow {
    Handle handle;
};

using Event =
    std::variant<Published, Renamed, NameLost, Found, Lost, TypeFound, TypeLost, Resolved,
                 ResolveFailed, HostResult, AddressResult, RecordChange, CacheExhausted, AllForNow>;

struct Config {
    Duration negative_timeout = std::chrono::seconds(1);  // of a host lookup
    Duration resolve_timeout = std::chrono::seconds(5);   // of a service resolve
    std::uint64_t seed = 1;                               // of the choice by SRV weight (§5)
};

class Catalogue {
public:
    Catalogue(mdns::engine::Engine& engine, const Config& config);
    ~Catalogue();

    // ---- publishing ----
    /// Names below .local only. Without a host of its own the service waits for set_host_name.
    Result<Handle> publish(Instant now, const Service& service);
    Errc update_txt(Instant now, Handle handle, const std::vector<std::string>& txt);
    /// A name for any address, with its reverse name unless told not to (avahi-publish -a).
    Result<Handle> publish_address(Instant now, const mdns::wire::Name& name,
                                   const Address& address, bool reverse, const Scope& scope);
    /// SRV records of services without a host of their own follow at once (§5).
    void set_host_name(Instant now, const mdns::wire::Name& host);

    // ---- asking ----
    // Only names below .local (and reverse names) are asked by multicast (RFC 6762 §3, §13): others
    // are refused, or end at once with nothing. An empty domain means local.
    /// \param subtype  a label such as "_printer", or empty
    Result<Handle> browse(Instant now, const std::string& type, const std::string& domain,
                          const std::string& subtype, const Scope& scope);
    Result<Handle> browse_types(Instant now, const std::string& domain, const Scope& scope);
    Result<Handle> resolve(Instant now, const ServiceName& name, const Scope& scope);
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
