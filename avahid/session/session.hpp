// avahid/session/session.hpp: what every client API does, whatever its wire format.
// One Client per connection: it owns its handles and quotas, and takes them along when it goes.
// Varlink, the simple protocol and D-Bus unmarshal, call this, marshal. Calls go down; results come
// up through poll(), addressed to a client, so nothing is re-entered and replies precede events.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "avahid/session/managers.hpp"
#include "avahid/session/monitors.hpp"
#include "dnssd/catalogue.hpp"
#include "mdns/io/counters.hpp"

namespace avahid::session {

enum class ClientId : std::uint64_t;

struct Limits {
    std::size_t clients_per_uid = 256;
    std::size_t handles_per_client = 1024;
    std::size_t handles_per_uid = 16384;
    std::size_t entries_per_group = 32;  // entries-per-entry-group-max
    bool may_publish = true;  // [publish] disable-user-service-publishing, disable-publishing
};

enum class Errc {
    ok,
    too_many_clients,
    too_many_objects,
    bad_name,
    bad_type,
    bad_domain,
    bad_host,
    bad_txt,
    bad_address,
    collision,
    no_such_interface,
    not_permitted,
    not_supported,
    no_such_handle,
    failed,
    bad_subtype,
    bad_record,
    bad_state,
    too_many_entries,
    not_found,
    empty,
};
/// One sentence for people.
const char* to_string(Errc errc);
template <class T>
using Result = boost::system::result<T, Errc>;

// ---- what `status` shows ----

struct LinkState {
    int ifindex = 0;
    std::string name;
    std::string mac;
    std::vector<std::string> addresses;  // with prefix length: "169.254.7.9/16"
    bool mdns_ipv4 = false;
    bool mdns_ipv6 = false;
    std::string note;  // why it is not served, or empty
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::size_t cached_records = 0;
};

struct Ipv4llState {
    int ifindex = 0;
    std::string name;
    std::string policy;   // "off", "fallback", "always"
    bool asked = false;   // a client asked for an address here, and nobody has called it off
    std::string state;    // "off", "waiting", "probing", "announcing", "bound", "foreign" …
    std::string address;  // empty when there is none
    double since = 0;     // seconds in this state
    std::uint64_t conflicts = 0;
    std::optional<double> next;  // seconds to the next deadline of the state machine
    double probe_scale = 1.0;
};

/// Since the start: of what was sent, received and dropped, and why.
struct Counters {
    mdns::engine::Counters engine;
    mdns::io::Counters sockets;
};

struct Status {
    std::string version;
    std::string host_name;    // "alpha": without the domain
    std::string wanted_name;  // the configured one, differs after a conflict
    std::string host_state;   // "registering", "established", "none"
    double uptime = 0;        // seconds
    std::vector<LinkState> links;
    std::vector<Ipv4llState> ipv4ll;
    std::size_t clients = 0;
    std::size_t publications = 0;
    Counters counters;
};

enum class Ipv4llAction {
    on,        // always
    off,       // never
    renew,     // another address
    fallback,  // while there is no routable address
    refresh,   // announce the address again
};

/// What a client may ask of the machine beyond names and services; the daemon implements it.
class Machine {
public:
    virtual ~Machine() = default;
    virtual Status status() const = 0;
    virtual Errc set_host_name(const std::string& name) = 0;
    virtual Errc ipv4ll(const std::string& interface, Ipv4llAction action) = 0;
    /// The link-local address that the next claim there begins with.
    virtual Errc ipv4ll_begin_with(const std::string&, boost::asio::ip::address_v4) {
        return Errc::not_supported;
    }
    virtual Errc reload() = 0;
    virtual std::optional<int> ifindex_of(const std::string& interface) const = 0;
    virtual std::string name_of(int ifindex) const = 0;
    virtual std::vector<mdns::engine::CachedRecordInfo> cache() const = 0;
    virtual void flush_cache() = 0;
};

struct Addressed {
    ClientId client;
    dnssd::Event event;  // its handle is what the call returned
};

class Session {
public:
    /// \param manages  may this user change the machine? Asked when a client wants to: it reads the
    ///                 user database
    Session(dnssd::Catalogue& catalogue, Machine& machine, const Limits& limits,
            std::function<bool(uid_t)> manages = is_manager);

    /// \param uid  of the peer, by SO_PEERCRED
    Result<ClientId> open(uid_t uid);
    /// Ends everything the client has.
    void close(dnssd::Instant now, ClientId client);

    Result<dnssd::Handle> publish(dnssd::Instant now, ClientId client,
                                  const dnssd::Service& service);
    Result<dnssd::Handle> publish_address(dnssd::Instant now, ClientId client,
                                          const mdns::wire::Name& name,
                                          const dnssd::Address& address, bool reverse,
                                          const dnssd::Scope& scope);
    Errc update_txt(dnssd::Instant now, ClientId client, dnssd::Handle handle,
                    const std::vector<std::string>& txt);
    // Groups: see the catalogue. An entry is what one call adds.
    Result<dnssd::Handle> new_group(dnssd::Instant now, ClientId client);
    Errc add_to_group(dnssd::Instant now, ClientId client, dnssd::Handle group,
                      const dnssd::GroupItem& item);
    Errc update_group(dnssd::Instant now, ClientId client, dnssd::Handle group,
                      const dnssd::GroupItem& item);
    Errc commit_group(dnssd::Instant now, ClientId client, dnssd::Handle group);
    Errc reset_group(dnssd::Instant now, ClientId client, dnssd::Handle group);
    Result<dnssd::Catalogue::GroupStatus> group(ClientId client, dnssd::Handle group) const;
    Result<dnssd::Handle> browse(dnssd::Instant now, ClientId client, const std::string& type,
                                 const std::string& domain, const std::string& subtype,
                                 const dnssd::Scope& scope);
    Result<dnssd::Handle> browse_types(dnssd::Instant now, ClientId client,
                                       const std::string& domain, const dnssd::Scope& scope);
    Result<dnssd::Handle> browse_domains(dnssd::Instant now, ClientId client,
                                         const std::string& domain, dnssd::DomainKind kind,
                                         const dnssd::Scope& scope);
    Result<dnssd::Handle> browse_dns_servers(dnssd::Instant now, ClientId client,
                                             const std::string& domain, dnssd::DnsServerKind kind,
                                             dnssd::Families families, const dnssd::Scope& scope);
    Result<dnssd::Handle> resolve(dnssd::Instant now, ClientId client,
                                  const dnssd::ServiceName& name, const dnssd::Scope& scope,
                                  const dnssd::ResolveParts& parts = {});
    Result<dnssd::Handle> lookup_host(dnssd::Instant now, ClientId client,
                                      const mdns::wire::Name& name, dnssd::Families families,
                                      const dnssd::Scope& scope);
    Result<dnssd::Handle> lookup_address(dnssd::Instant now, ClientId client,
                                         const dnssd::Address& address, const dnssd::Scope& scope);
    Result<dnssd::Handle> query(dnssd::Instant now, ClientId client, const mdns::wire::Name& name,
                                std::uint16_t type, const dnssd::Scope& scope);
    /// Handles of other clients are left alone. Lookups of hosts and addresses end by themselves.
    void cancel(dnssd::Instant now, ClientId client, dnssd::Handle handle);

    /// Root, and members of the group netdev, may change the machine (host name, ipv4ll, reload).
    bool may_manage(ClientId client) const;
    Machine& machine() { return machine_; }
    /// For what is asked from now on.
    void set_limits(const Limits& limits) { limits_ = limits; }
    Monitors& monitors() { return monitors_; }
    std::size_t clients() const { return clients_.size(); }
    std::size_t publications() const { return publications_; }

    /// An event of the catalogue.
    /// \return false when the handle is no client's (a static service)
    bool on_event(dnssd::Instant now, const dnssd::Event& event);
    std::optional<Addressed> poll();

private:
    struct Client {
        uid_t uid = 0;
        std::unordered_map<dnssd::Handle, bool> handles;           // true: a publication
        std::unordered_map<dnssd::Handle, std::size_t> entries{};  // of each group
    };
    struct Usage {
        std::size_t clients = 0;
        std::size_t handles = 0;
    };
    Errc admit(ClientId client) const;  // checks the quotas only
    dnssd::Handle keep(ClientId client, dnssd::Handle handle, bool publication);
    Result<dnssd::Handle> keep(ClientId client, const dnssd::Result<dnssd::Handle>& made,
                               bool publication);
    void forget(ClientId client, dnssd::Handle handle);
    bool owns(ClientId client, dnssd::Handle handle) const;

    dnssd::Catalogue& catalogue_;
    Machine& machine_;
    Limits limits_;
    std::function<bool(uid_t)> manages_;
    std::uint64_t next_client_ = 1;
    std::size_t publications_ = 0;
    std::unordered_map<ClientId, Client> clients_;
    std::unordered_map<dnssd::Handle, ClientId> owners_;
    std::map<uid_t, Usage> usage_;
    std::deque<Addressed> events_;
    Monitors monitors_;
};

}  // namespace avahid::session
