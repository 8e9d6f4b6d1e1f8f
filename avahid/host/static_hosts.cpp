#include "avahid/host/static_hosts.hpp"

#include <algorithm>

#include "dnssd/address_record.hpp"
#include "dnssd/ascii.hpp"

namespace avahid::host {

using mdns::engine::PublishedRecord;
using mdns::wire::Name;

namespace {

/// Names compare without case (RFC 6762 §16).
std::string folded(const Name& name) { return dnssd::lower(name.to_text()); }

}  // namespace

void StaticHosts::load(Instant now, const std::vector<StaticName>& names, const Name& own) {
    std::map<std::string, Host> wanted;
    std::vector<std::string> order;  // the file's: who comes first has the reverse name
    std::set<Address> named;
    for (const StaticName& line : names) {
        const auto [place, fresh] = wanted.try_emplace(folded(line.name));
        Host& host = place->second;
        if (fresh) {
            host.name = line.name;
            order.push_back(place->first);
        }
        if (std::ranges::find(host.addresses, line.address) != host.addresses.end()) continue;
        host.addresses.push_back(line.address);
        if (!named.insert(line.address).second) host.named_otherwise.insert(line.address);
    }
    const std::string ours = folded(own);
    if (wanted.erase(ours) > 0) {
        events_.push_back(StaticLost{own.to_text(), {}});
        std::erase(order, ours);
    }
    // First what goes, then what changes, then what comes: names and addresses may change places.
    for (auto at = hosts_.begin(); at != hosts_.end();) {
        const bool stays = wanted.contains(at->first);
        if (!stays) withdraw(now, at->second);
        at = stays ? std::next(at) : hosts_.erase(at);
    }
    for (auto& [key, host] : hosts_) change(now, host, wanted.at(key));
    for (const std::string& key : order) {
        const auto [place, fresh] = hosts_.try_emplace(key, wanted.at(key));
        if (!place->second.id) claim(now, place->second);
    }
}

void StaticHosts::change(Instant now, Host& host, const Host& wanted) {
    const bool same =
        host.addresses == wanted.addresses && host.named_otherwise == wanted.named_otherwise;
    host.addresses = wanted.addresses;
    host.named_otherwise = wanted.named_otherwise;
    if (same || !host.id) return;
    if (!engine_.update(now, *host.id, records(host))) withdraw(now, host);
}

bool StaticHosts::on_event(Instant now, const mdns::engine::Output& event) {
    const auto* established = std::get_if<mdns::engine::Established>(&event);
    const auto* conflict = std::get_if<mdns::engine::Conflict>(&event);
    if (!established && !conflict) return false;
    const auto id = established ? established->publication : conflict->publication;
    const auto found =
        std::ranges::find_if(hosts_, [id](const auto& entry) { return entry.second.id == id; });
    if (found == hosts_.end()) return false;
    Host& host = found->second;
    if (established) {
        if (!std::exchange(host.told, true))
            events_.push_back(StaticEstablished{host.name.to_text()});
        return true;
    }
    if (conflict->name == host.name) {
        withdraw(now, host);
        events_.push_back(StaticLost{host.name.to_text(), conflict->peer});
        return true;
    }
    // Somebody else names the address: no reason to give up the name.
    for (const Address& address : host.addresses) {
        if (dnssd::reverse_record(host.name, address).record.name == conflict->name)
            host.named_otherwise.insert(address);
    }
    withdraw(now, host);
    claim(now, host);
    return true;
}

std::optional<StaticEvent> StaticHosts::poll() {
    if (events_.empty()) return std::nullopt;
    StaticEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

std::vector<PublishedRecord> StaticHosts::records(const Host& host) const {
    std::vector<PublishedRecord> records;
    for (const Address& address : host.addresses) {
        records.push_back(dnssd::address_record(host.name, address));
        if (!host.named_otherwise.contains(address))
            records.push_back(dnssd::reverse_record(host.name, address));
    }
    return records;
}

void StaticHosts::withdraw(Instant now, Host& host) {
    if (host.id) engine_.withdraw(now, *host.id);
    host.id.reset();
    host.told = false;
}

/// An address that has a name already on this machine, such as one of its own, keeps that.
void StaticHosts::claim(Instant now, Host& host) {
    host.id = engine_.publish(now, {{}, records(host)});
    if (host.id) return;
    const auto before = host.named_otherwise;
    host.named_otherwise = {host.addresses.begin(), host.addresses.end()};
    host.id = engine_.publish(now, {{}, records(host)});
    if (host.id) return;
    host.named_otherwise = before;
    events_.push_back(StaticLost{host.name.to_text(), {}});
}

}  // namespace avahid::host
