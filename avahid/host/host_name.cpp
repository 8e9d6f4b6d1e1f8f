#include "avahid/host/host_name.hpp"

#include <algorithm>
#include <utility>

#include "dnssd/address_record.hpp"
#include "dnssd/rename.hpp"
#include "mdns/constants.hpp"

namespace avahid::host {

using mdns::engine::Family;
using mdns::engine::PublicationId;
using mdns::engine::PublishedRecord;
using mdns::engine::Scope;
using mdns::wire::Name;

namespace {

constexpr int max_tries = 1000;  // of names taken by other records of this daemon

}  // namespace

const char* to_string(State state) {
    switch (state) {
        case State::none:
            return "none";
        case State::registering:
            return "registering";
        case State::established:
            return "established";
    }
    return "none";
}

HostName::HostName(mdns::engine::Engine& engine, Options options)
    : engine_(engine), options_(std::move(options)) {}

Name HostName::name() const {
    const auto domain = Name::from_text(options_.domain);
    const auto name = domain ? domain->prepend(label_) : domain;
    return name ? *name : Name();
}

// ---- inputs ----

void HostName::set_wanted(Instant now, const std::string& label) {
    wanted_ = label;
    if (label_ == label) return;
    label_ = label;
    restart(now);
}

void HostName::on_addresses(Instant now, int ifindex, std::vector<Address> addresses) {
    Interface& interface = interfaces_[ifindex];
    if (interface.addresses == addresses) return;
    interface.addresses = std::move(addresses);
    change(now, ifindex, interface);
    if (interface.addresses.empty()) interfaces_.erase(ifindex);
    update_state();
}

void HostName::set_options(Instant now, Options options) {
    if (options == options_) return;
    const bool other_name = options.domain != options_.domain;
    options_ = std::move(options);
    if (label_.empty()) return;
    if (other_name) return restart(now);
    for (auto& [ifindex, interface] : interfaces_) change(now, ifindex, interface);
    update_state();
}

bool HostName::on_event(Instant now, const mdns::engine::Output& event) {
    if (const auto* established = std::get_if<mdns::engine::Established>(&event)) {
        Claim* claim = find(established->publication);
        if (claim) claim->established = true;
        update_state();
        return claim;
    }
    const auto* conflict = std::get_if<mdns::engine::Conflict>(&event);
    if (!conflict || !find(conflict->publication)) return false;
    if (conflict->name == name()) {
        rename(now, *conflict);
    } else {
        give_up_reverse(now, *conflict);
    }
    return true;
}

std::optional<Event> HostName::poll() {
    if (events_.empty()) return std::nullopt;
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

// ---- records ----

/// One claim holds for both links of an interface (§20), unless a family is hidden on one of them.
std::vector<Scope> HostName::scopes(int ifindex) const {
    if (options_.a_on_ipv6 && options_.aaaa_on_ipv4) return {{ifindex, std::nullopt}};
    return {{ifindex, Family::ipv4}, {ifindex, Family::ipv6}};
}

bool HostName::hidden(const Address& address, const Scope& scope) const {
    if (!scope.family) return false;
    return address.is_v4() ? *scope.family == Family::ipv6 && !options_.a_on_ipv6
                           : *scope.family == Family::ipv4 && !options_.aaaa_on_ipv4;
}

std::vector<PublishedRecord> HostName::records(const Interface& interface,
                                               const Scope& scope) const {
    std::vector<PublishedRecord> records;
    if (!options_.publish_addresses) return records;
    for (const auto& address : interface.addresses) {
        if (hidden(address, scope)) continue;
        records.push_back(dnssd::address_record(name(), address));
        records.back().company =
            mdns::engine::Company::any;  // programs may add more, as with Avahi
        if (interface.reverse) records.push_back(dnssd::reverse_record(name(), address));
    }
    if (options_.hinfo && !records.empty()) {
        records.push_back({{name(), mdns::wire::type::hinfo, mdns::wire::class_in, mdns::host_ttl,
                            mdns::wire::make_hinfo(options_.hinfo->cpu, options_.hinfo->os)},
                           mdns::engine::Sharing::unique});
    }
    return records;
}

// ---- claims ----

/// \return false when another record of this daemon has the name
bool HostName::claim(Instant now, int ifindex, Interface& interface) {
    if (claim_links(now, ifindex, interface)) return true;
    withdraw(now, interface);
    // A client may have given one of our addresses a name of its own: its reverse name then stays.
    if (!std::exchange(interface.reverse, false)) return false;
    if (claim_links(now, ifindex, interface)) return true;
    withdraw(now, interface);
    interface.reverse = true;
    return false;
}

bool HostName::claim_links(Instant now, int ifindex, Interface& interface) {
    for (const Scope& scope : scopes(ifindex)) {
        auto wanted = records(interface, scope);
        if (wanted.empty()) continue;
        const auto id = engine_.publish(now, {scope, std::move(wanted)});
        if (!id) return false;
        interface.claims.push_back({*id, scope, false});
    }
    return true;
}

void HostName::withdraw(Instant now, Interface& interface) {
    for (const Claim& claim : std::exchange(interface.claims, {})) {
        engine_.withdraw(now, claim.id);
    }
}

/// An address more or less changes a verified name's records: announced, not probed (§8.4).
void HostName::change(Instant now, int ifindex, Interface& interface) {
    if (label_.empty()) return;
    const auto has_records = [&](const Scope& scope) { return !records(interface, scope).empty(); };
    const auto all = scopes(ifindex);
    const auto wanted = std::count_if(all.begin(), all.end(), has_records);
    const bool same_claims = wanted == std::ssize(interface.claims) &&
                             std::all_of(interface.claims.begin(), interface.claims.end(),
                                         [&](const Claim& c) { return has_records(c.scope); });
    if (same_claims) {
        const bool updated = std::ranges::all_of(interface.claims, [&](const Claim& claim) {
            return engine_.update(now, claim.id, records(interface, claim.scope));
        });
        if (updated) return;  // else a client has given the new address a name of its own
    }
    withdraw(now, interface);
    if (!claim(now, ifindex, interface)) rename(now, {});
}

bool HostName::claim_everywhere(Instant now) {
    for (auto& [ifindex, interface] : interfaces_) {
        if (!claim(now, ifindex, interface)) return false;
    }
    return true;
}

void HostName::restart(Instant now) {
    for (auto& entry : interfaces_) withdraw(now, entry.second);
    if (!claim_everywhere(now)) return rename(now, {});
    update_state();
}

/// One name everywhere: a conflict on any interface changes it on all (§14).
void HostName::rename(Instant now, const mdns::engine::Conflict& conflict) {
    const std::string from = label_;
    for (int tries = 0; tries < max_tries; ++tries) {
        for (auto& entry : interfaces_) withdraw(now, entry.second);
        label_ = dnssd::next_host_name(label_);
        if (claim_everywhere(now)) break;
    }
    events_.push_back(Renamed{from, label_, conflict.peer, conflict.link, search_.failed(now)});
    update_state();
}

/// Somebody else names one of our addresses: no reason to change our own name.
void HostName::give_up_reverse(Instant now, const mdns::engine::Conflict& conflict) {
    for (auto& [ifindex, interface] : interfaces_) {
        const bool hit =
            std::any_of(interface.claims.begin(), interface.claims.end(),
                        [&](const Claim& claim) { return claim.id == conflict.publication; });
        if (!hit) continue;
        interface.reverse = false;
        withdraw(now, interface);
        if (!claim(now, ifindex, interface)) rename(now, conflict);
        break;
    }
    update_state();
}

// ---- state ----

HostName::Claim* HostName::find(PublicationId id) {
    for (auto& entry : interfaces_) {
        for (Claim& claim : entry.second.claims) {
            if (claim.id == id) return &claim;
        }
    }
    return nullptr;
}

void HostName::update_state() {
    State state = label_.empty() ? State::none : State::established;
    for (const auto& entry : interfaces_) {
        for (const Claim& claim : entry.second.claims) {
            if (!claim.established) state = State::registering;
        }
    }
    if (state == State::established) search_.found();
    if (std::exchange(state_, state) != state) events_.push_back(StateChanged{state});
}

}  // namespace avahid::host
