// avahid/host/host_name.hpp: the name of this machine, one on all interfaces, and the address
// records that carry it (RFC 6762 §6.2, §8, §9, §14; PRODUCT "Names", "Addresses"). Pure, as the
// engines: give it an input, then drain the engine's poll() and this one's. Left to others: which
// addresses are valid (avahid/net), telling dnssd of a new name (daemon).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dnssd/name_search.hpp"
#include "mdns/engine/engine.hpp"

namespace avahid::host {

using mdns::engine::Address;
using mdns::engine::Instant;

struct Options {
    bool publish_addresses = true;  // false: no records; the name is only what services point to
    bool a_on_ipv6 = true;          // publish-a-on-ipv6
    bool aaaa_on_ipv4 = true;       // publish-aaaa-on-ipv4
    std::string domain = "local";
    struct Hinfo {
        std::string cpu;
        std::string os;
        bool operator==(const Hinfo&) const = default;
    };
    std::optional<Hinfo> hinfo{};  // publish-hinfo (RFC 1035 §3.3.2)
    bool operator==(const Options&) const = default;
};

enum class State {
    none,         // no name yet
    registering,  // claimed somewhere, not everywhere
    established,  // on every interface that has an address; with none, at once
};
const char* to_string(State state);

struct StateChanged {
    State state;
};
/// The old name belongs to somebody else; the new one is being tried, on all interfaces.
struct Renamed {
    std::string from;
    std::string to;
    mdns::engine::Endpoint peer;  // without address: another record of this very daemon
    mdns::engine::LinkId link;
    bool no_end = false;  // for a minute now no name was free (§9); once a search
};
using Event = std::variant<StateChanged, Renamed>;

class HostName {
public:
    HostName(mdns::engine::Engine& engine, Options options);

    /// Starts over with this name, also when a conflict has changed it before.
    /// \param label  one label, from label_from_hostname() or checked_label()
    void set_wanted(Instant now, const std::string& label);
    /// All addresses to be published on an interface; none takes it off the list.
    void on_addresses(Instant now, int ifindex, std::vector<Address> addresses);
    /// Other records from now on.
    void set_options(Instant now, Options options);
    void on_interface_gone(Instant now, int ifindex) { on_addresses(now, ifindex, {}); }
    /// \return false when the event is not about our records
    bool on_event(Instant now, const mdns::engine::Output& event);
    std::optional<Event> poll();

    const std::string& wanted() const { return wanted_; }
    const std::string& label() const { return label_; }  // "alpha"
    mdns::wire::Name name() const;                       // alpha.local
    State state() const { return state_; }

private:
    struct Claim {  // the records of one interface, or of one link of it
        mdns::engine::PublicationId id;
        mdns::engine::Scope scope;
        bool established = false;
    };
    struct Interface {
        std::vector<Address> addresses;
        std::vector<Claim> claims;
        bool reverse = true;  // false: somebody else names one of the addresses
    };

    std::vector<mdns::engine::PublishedRecord> records(const Interface& interface,
                                                       const mdns::engine::Scope& scope) const;
    std::vector<mdns::engine::Scope> scopes(int ifindex) const;
    bool hidden(const Address& address, const mdns::engine::Scope& scope) const;
    bool claim(Instant now, int ifindex, Interface& interface);
    bool claim_links(Instant now, int ifindex, Interface& interface);
    void withdraw(Instant now, Interface& interface);
    void change(Instant now, int ifindex, Interface& interface);
    void restart(Instant now);
    bool claim_everywhere(Instant now);
    void rename(Instant now, const mdns::engine::Conflict& conflict);
    void give_up_reverse(Instant now, const mdns::engine::Conflict& conflict);
    Claim* find(mdns::engine::PublicationId id);
    void update_state();

    mdns::engine::Engine& engine_;
    Options options_;
    std::string wanted_;
    std::string label_;
    dnssd::NameSearch search_;
    State state_ = State::none;
    std::map<int, Interface> interfaces_;
    std::deque<Event> events_;
};

}  // namespace avahid::host
