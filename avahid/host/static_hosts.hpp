// avahid/host/static_hosts.hpp: names of other hosts, from hosts files, and their addresses. One
// name may have several addresses, one address several names: its reverse name then is the first of
// them. Such a name is never changed: a conflict ends it, until the files are read again.
// Pure, as host_name.hpp; reading the files is config/hosts_file's business.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "mdns/engine/engine.hpp"

namespace avahid::host {

using mdns::engine::Address;
using mdns::engine::Instant;

struct StaticName {
    mdns::wire::Name name;
    Address address;
};

// ---- events ----

struct StaticEstablished {
    std::string name;
};
struct StaticLost {
    std::string name;
    mdns::engine::Endpoint peer;  // without address: another record of this very daemon
};
using StaticEvent = std::variant<StaticEstablished, StaticLost>;

class StaticHosts {
public:
    explicit StaticHosts(mdns::engine::Engine& engine) : engine_(engine) {}

    /// What is new is claimed, what is gone withdrawn, what stays left alone; a name with other
    /// addresses than before announces them and needs no new claim (RFC 6762 §8.4).
    /// \param own  of this machine: a line that says it is left out, as lost
    void load(Instant now, const std::vector<StaticName>& names, const mdns::wire::Name& own);
    /// \return false when the event is not about a name of ours
    bool on_event(Instant now, const mdns::engine::Output& event);
    std::optional<StaticEvent> poll();

    std::size_t size() const { return hosts_.size(); }

private:
    struct Host {
        mdns::wire::Name name;
        std::vector<Address> addresses;
        std::set<Address> named_otherwise;  // reverse names that are not ours to publish
        std::optional<mdns::engine::PublicationId> id;
        bool told = false;
    };
    std::vector<mdns::engine::PublishedRecord> records(const Host& host) const;
    void withdraw(Instant now, Host& host);
    void claim(Instant now, Host& host);
    void change(Instant now, Host& host, const Host& wanted);

    mdns::engine::Engine& engine_;
    std::map<std::string, Host> hosts_;  // by folded name
    std::deque<StaticEvent> events_;
};

}  // namespace avahid::host
