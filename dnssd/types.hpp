// dnssd/types.hpp: the words of the catalogue and its users: services, errors, events. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dnssd/service_name.hpp"
#include "mdns/engine/types.hpp"

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
    not_found,
    bad_subtype,
    bad_record,
    bad_state,
    empty,
};
/// One sentence for people.
const char* to_string(Errc errc);
template <class T>
using Result = boost::system::result<T, Errc>;

enum class Families { ipv4, ipv6, both };

/// What a domain is good for (§11): to be offered for browsing or registering, to be the one chosen
/// without a question, or to be browsed by programs that never ask.
enum class DomainKind { browse, browse_default, registration, registration_default, automatic };
/// Servers that resolve names (_domain._udp), or take updates (_dns-update._udp).
enum class DnsServerKind { resolve, update };

/// What is wanted of a service beyond its SRV; what is not wanted is not asked for.
struct ResolveParts {
    bool txt = true;
    bool addresses = true;
};

struct HostAddress {
    int ifindex = 0;
    Address address;
    std::uint32_t ttl = 0;
    mdns::engine::Family family = mdns::engine::Family::ipv4;  // of the link that said so
    bool local = false;
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
/// How far the records of a group have got (Avahi's states).
enum class GroupState {
    uncommitted,  // being filled, or emptied
    registering,  // committed: its names are being verified
    established,  // all of it is published
    collision,    // a name in it belonged to somebody else: it is empty
};
struct GroupChanged {
    Handle handle;
    GroupState state;
    // Of a collision: whose name it is; no peer: another program on this machine.
    mdns::wire::Name name{};
    Endpoint peer{};
    LinkId link{};
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
struct DomainFound {
    Handle handle;
    LinkId link;  // says nothing of a configured one
    std::string domain;
    bool local = false;
    bool configured = false;  // by set_browse_domains: no link said so
};
struct DomainLost {
    Handle handle;
    LinkId link;
    std::string domain;
    bool configured = false;
};
struct DnsServerFound {
    Handle handle;
    LinkId link;
    mdns::wire::Name host;
    Address address;
    std::uint16_t port = 0;
    bool local = false;
};
struct DnsServerLost {
    Handle handle;
    LinkId link;
    mdns::wire::Name host;
    Address address;
    std::uint16_t port = 0;
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
    mdns::engine::Family family = mdns::engine::Family::ipv4;  // of the link that said so
    bool local = false;
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
    std::variant<Published, Renamed, NameLost, GroupChanged, Found, Lost, TypeFound, TypeLost,
                 DomainFound, DomainLost, DnsServerFound, DnsServerLost, Resolved, ResolveFailed,
                 HostResult, AddressResult, RecordChange, CacheExhausted, AllForNow>;

}  // namespace dnssd
