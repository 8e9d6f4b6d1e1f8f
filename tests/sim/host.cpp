#include "tests/sim/host.hpp"

#include "tests/sim/network.hpp"
#include "tests/support/dns.hpp"

namespace sim {

namespace engine = mdns::engine;

Host::Host(Network& network, int at, std::uint64_t seed)
    : index(at),
      engine({.seed = seed}),
      catalogue(engine, {}),
      host_name(engine, {}),
      network_(network) {}

// ---- the cable ----

Address Host::address(int ifindex, Family family, int which) const {
    const std::string tail = std::to_string(index + 1);
    const std::string text =
        family == Family::ipv4
            ? "10." + std::to_string(which) + "." + std::to_string(ifindex) + "." + tail
            : "fe80::" + std::to_string(which) + ":" + std::to_string(ifindex) + ":" + tail;
    return boost::asio::ip::make_address(text);
}

void Host::plug(int ifindex, int segment, bool both) {
    act("plug " + std::to_string(ifindex) + " into segment " + std::to_string(segment));
    if (!links.contains({ifindex, Family::ipv4})) ++times_up_[ifindex];
    auto& addresses = addresses_[ifindex];
    addresses.clear();
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (family == Family::ipv6 && !both) continue;
        addresses.push_back(address(ifindex, family));
        links[{ifindex, family}] = segment;
    }
    inform(ifindex);
}

void Host::unplug(int ifindex) {
    act("unplug " + std::to_string(ifindex));
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (links.erase({ifindex, family}) == 0) continue;
        engine.on_link_gone(network_.now(), {ifindex, family});
        pump();
    }
    host_name.on_interface_gone(network_.now(), ifindex);
    pump();
}

void Host::move(int ifindex, int segment) {
    act("is now on segment " + std::to_string(segment));
    for (auto& [link, there] : links) {
        if (link.ifindex == ifindex) there = segment;
    }
}

void Host::crash() {
    act("crashes");
    links.clear();
    alive_ = false;
    wakes_.reset();
}

void Host::set_addresses(int ifindex, const std::vector<Address>& addresses) {
    act("has other addresses");
    addresses_[ifindex] = addresses;
    inform(ifindex);
}

/// The engine hears of every link, the host name of every address.
void Host::inform(int ifindex) {
    for (const auto& [link, segment] : links) {
        if (link.ifindex != ifindex) continue;
        engine::LinkInfo info;
        for (const Address& own : addresses_[ifindex]) {
            if (own.is_v4() != (link.family == Family::ipv4)) continue;
            info.prefixes.push_back({own, std::uint8_t(own.is_v4() ? 8 : 64)});
        }
        engine.on_link(network_.now(), link, info);
        pump();
    }
    host_name.on_addresses(network_.now(), ifindex, addresses_[ifindex]);
    pump();
}

// ---- what programs do ----

void Host::act(const std::string& what) {
    ++actions_;
    network_.note(index, what);
}

void Host::want_name(const std::string& label) {
    act("wants to be called " + label);
    host_name.set_wanted(network_.now(), label);
    pump();
}

dnssd::Handle Host::publish(const std::string& instance, const std::string& type,
                            std::uint16_t port, engine::Scope scope) {
    act("publishes " + instance + "." + type);
    dnssd::Service service;
    service.name = {instance, type, "local"};
    service.port = port;
    service.scope = scope;
    const auto handle = *catalogue.publish(network_.now(), service);
    services_.emplace(handle, "");
    pump();
    return handle;
}

void Host::update_txt(dnssd::Handle handle, const std::vector<std::string>& txt) {
    act("changes a TXT record");
    catalogue.update_txt(network_.now(), handle, txt);
    pump();
}

void Host::cancel(dnssd::Handle handle) {
    act("withdraws " + services_[handle]);
    published_.erase(services_[handle]);
    services_.erase(handle);
    catalogue.cancel(network_.now(), handle);
    pump();
}

void Host::browse(const std::string& type) {
    act("browses " + type);
    browsing_since_ = network_.now();
    browses_.push_back(*catalogue.browse(network_.now(), type, "", "", {}));
    pump();
}

dnssd::Handle Host::ask(const std::string& name, std::uint16_t type) {
    act("asks for " + name + " " + mdns::wire::type_name(type));
    asks_.push_back(catalogue.query(network_.now(), test::name(name), type, {}));
    pump();
    return asks_.back();
}

void Host::stop_asking() {
    act("asks for nothing any more");
    for (const auto* handles : {&browses_, &asks_}) {
        for (const auto handle : *handles) catalogue.cancel(network_.now(), handle);
    }
    browses_.clear();
    asks_.clear();
    found_.clear();
    known_.clear();
    pump();
}

void Host::reconfirm(const mdns::wire::Record& record) {
    act("doubts " + record.name.to_text());
    engine.reconfirm(network_.now(), record, {});
    pump();
}

void Host::flush_cache() {
    act("empties its cache");
    engine.flush_cache(network_.now());
    pump();
}

void Host::stop() {
    act("stops");
    engine.stop(network_.now());
    pump();
}

// ---- what they see ----

namespace {

std::set<std::string> keys_of(const std::map<std::string, Instant>& map) {
    std::set<std::string> keys;
    for (const auto& entry : map) keys.insert(entry.first);
    return keys;
}

}  // namespace

std::set<std::string> Host::published_names() const { return keys_of(published_); }

const std::map<std::string, Instant>& Host::found(LinkId link) const {
    static const std::map<std::string, Instant> nothing;
    const auto at = found_.find(link);
    return at == found_.end() ? nothing : at->second;
}

std::set<std::string> Host::found_names(LinkId link) const { return keys_of(found(link)); }

std::set<std::string> Host::known(dnssd::Handle asked, LinkId link) const {
    const auto at = known_.find({asked, link});
    if (at == known_.end()) return {};
    return {at->second.begin(), at->second.end()};
}

// ---- driving ----

void Host::pump() {
    for (bool busy = true; busy;) {
        busy = false;
        while (const auto output = engine.poll()) {
            take(*output);
            busy = true;
        }
        while (const auto event = host_name.poll()) {
            if (const auto* renamed = std::get_if<avahid::host::Renamed>(&*event)) {
                ++renames_;
                act("is called " + renamed->to + " from now on");
            }
            catalogue.set_host_name(network_.now(), host_name.name());
            busy = true;
        }
        while (const auto event = catalogue.poll()) {
            take(*event);
            busy = true;
        }
    }
    network_.rearm(*this);
}

void Host::take(const engine::Output& output) {
    if (const auto* datagram = std::get_if<engine::SendDatagram>(&output)) {
        network_.send(*this, *datagram);
    } else if (!catalogue.on_event(network_.now(), output)) {
        host_name.on_event(network_.now(), output);
    }
}

void Host::take(const dnssd::Event& event) {
    const Instant now = network_.now();
    const auto text = [](const dnssd::ServiceName& name) {
        return name.instance + "." + name.type;
    };
    if (const auto* published = std::get_if<dnssd::Published>(&event)) {
        const std::string name = text(published->name);
        services_[published->handle] = name;
        published_.insert_or_assign(name, now);
    } else if (const auto* renamed = std::get_if<dnssd::Renamed>(&event)) {
        ++service_renames_;
        act("renames its service to " + renamed->to);
        published_.erase(services_[renamed->handle]);
        services_[renamed->handle] = "";
    } else if (const auto* found = std::get_if<dnssd::Found>(&event)) {
        found_[found->link].emplace(text(found->name), now);
    } else if (const auto* lost = std::get_if<dnssd::Lost>(&event)) {
        found_[lost->link].erase(text(lost->name));
    } else if (const auto* change = std::get_if<dnssd::RecordChange>(&event)) {
        auto& known = known_[{change->handle, change->link}];
        const auto rdata = mdns::wire::rdata_to_text(change->record.type, change->record.rdata);
        if (change->added) {
            known.insert(rdata);
        } else if (const auto at = known.find(rdata); at != known.end()) {
            known.erase(at);
        }
    }
}

std::optional<Instant> Host::deadline() const {
    auto next = catalogue.deadline();
    if (const auto due = engine.deadline(); due && (!next || due->at < *next)) next = due->at;
    return next;
}

}  // namespace sim
