#include "avahid/link_local.hpp"

#include <algorithm>

#include "avahid/net/eligible.hpp"
#include "avahid/ops/log.hpp"
#include "ipv4ll/constants.hpp"
#include "ipv4ll/engine/candidate.hpp"
#include "ipv4ll/io/text.hpp"

namespace avahid {
namespace {

using ipv4ll::engine::Instant;
using ipv4ll::engine::Policy;
using ipv4ll::wire::Ipv4;

Policy to_engine(config::Ipv4llPolicy policy) {
    switch (policy) {
        case config::Ipv4llPolicy::off:
            return Policy::off;
        case config::Ipv4llPolicy::fallback:
            return Policy::fallback;
        case config::Ipv4llPolicy::always:
            return Policy::always;
    }
    return Policy::off;
}

double seconds_between(Instant from, Instant to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

struct LinkLocal::Port {
    int ifindex = 0;
    std::string name;
    net::Mac mac{};
    std::uint32_t outages = 0;
    std::optional<Policy> asked;  // by avahictl, until the daemon ends
    std::optional<Ipv4> wanted;   // by avahi-autoipd: begin with this one
    std::optional<Ipv4> held;     // asked of the keeper, perhaps not yet there
    bool seen = false;            // netlink has shown it on the interface
    std::vector<Ipv4> leaving;    // held before: the keeper is at work, or netlink is behind
    std::optional<Ipv4> foreign;  // somebody else's 169.254 address
    Instant foreign_since;
    std::unique_ptr<ipv4ll::engine::History> history;  // of the driver before
    bool opening = false;                              // the keeper is asked for the socket
    bool routed = false;                               // there is a route, and no address of ours
    Instant idle_since = std::chrono::steady_clock::now();  // without a driver
    std::unique_ptr<ipv4ll::io::Driver> driver;

    bool is_ours(Ipv4 address) const {
        return address == held || std::ranges::find(leaving, address) != leaving.end();
    }
};

LinkLocal::LinkLocal(boost::asio::io_context& io, keeper::KeeperClient* keeper,
                     const std::string& state_folder, const Interfaces& interfaces)
    : io_(io), keeper_(keeper), interfaces_(interfaces), memory_(state_folder) {}
LinkLocal::~LinkLocal() = default;

/// As it is now, though news of it may still be on their way; of one that is gone, nothing.
const net::Interface& LinkLocal::interface_of(const Port& port) const {
    static const net::Interface gone;
    const auto found = interfaces_.find(port.ifindex);
    return found == interfaces_.end() ? gone : found->second;
}

bool LinkLocal::has(const Port& port, Ipv4 address) const {
    return std::ranges::any_of(interface_of(port).addresses,
                               [&](const auto& one) { return one.address == address; });
}

void LinkLocal::on_interface(const net::Interface& interface) {
    if (stopped_) return;
    Port& port = ports_[interface.ifindex];
    port.ifindex = interface.ifindex;
    port.name = interface.name;
    const bool flapped = std::exchange(port.outages, interface.outages) != interface.outages;
    const bool new_mac = std::exchange(port.mac, interface.mac) != interface.mac;
    if (flapped || !interface.up) port.routed = false;  // the kernel has taken the route away
    std::erase_if(port.leaving, [&](Ipv4 address) { return !has(port, address); });
    if (port.driver && new_mac) port.driver->on_mac(ipv4ll::wire::Mac{interface.mac});
    if (port.driver && flapped) port.driver->on_carrier(false);
    follow(port);
}

void LinkLocal::on_interface_gone(int ifindex) {
    const auto found = ports_.find(ifindex);
    if (found == ports_.end()) return;
    ports_.erase(found);
}

void LinkLocal::on_resume() {
    for (auto& [ifindex, port] : ports_) {
        if (port.driver) port.driver->on_resume();
    }
}

void LinkLocal::stop() {
    stopped_ = true;
    for (auto& [ifindex, port] : ports_) {
        if (port.driver) port.driver->stop();
        follow_route(port);
    }
}

Policy LinkLocal::policy_of(const Port& port) const {
    return port.asked.value_or(to_engine(config_.ipv4ll.policy_of(port.name)));
}

/// As to its nature and the configuration; carrier and switch are the driver's business.
bool LinkLocal::eligible(const Port& port) const {
    const Policy policy = policy_of(port);
    if (policy == Policy::off || !config_.serves(port.name) || !config_.server.use_ipv4)
        return false;
    const net::Verdict verdict = net::ipv4ll_verdict(
        interface_of(port), {config_.ipv4ll.deny_interfaces, policy == Policy::always});
    return verdict == net::Verdict::eligible || verdict == net::Verdict::down ||
           verdict == net::Verdict::no_carrier;
}

/// A 169.254 address that neither we nor an earlier run of ours has set.
std::optional<Ipv4> LinkLocal::foreign_address(const Port& port) const {
    const auto stale = memory_.load(port.mac);
    for (const auto& one : interface_of(port).addresses) {
        if (!net::is_ipv4ll(one.address)) continue;
        const Ipv4 address = one.address.to_v4();
        if (!port.is_ours(address) && (port.driver || address != stale)) return address;
    }
    return {};
}

void LinkLocal::follow(Port& port) {
    const auto foreign = eligible(port) ? foreign_address(port) : std::nullopt;
    if (foreign && foreign != port.foreign) {
        log::warning(
            "{}: {} was set by somebody else: it is left alone, no link-local address is claimed",
            port.name, foreign->to_string());
    }
    if (foreign != port.foreign) port.foreign_since = std::chrono::steady_clock::now();
    port.foreign = foreign;
    follow_route(port);
    if (!eligible(port) || foreign) return end(port);
    if (port.driver) return pass_on(port);
    if (!port.opening && keeper_) open(port);
}

/// `on-link-route=yes`: hosts that have nothing but a link-local address are reached directly (RFC
/// 3927 §2.6.2), also by an interface that has none. With one, the route comes with it.
void LinkLocal::follow_route(Port& port) {
    const net::Interface& interface = interface_of(port);
    const bool has_link_local = std::ranges::any_of(
        interface.addresses, [](const auto& one) { return net::is_ipv4ll(one.address); });
    const bool wanted = config_.ipv4ll.on_link_route && !stopped_ && keeper_ && eligible(port) &&
                        interface.up && !port.held && !has_link_local &&
                        net::has_routable_ipv4(interface);
    if (wanted == port.routed) return;
    port.routed = wanted;
    if (!keeper_) return;
    const auto done = [wanted, name = interface.name](const boost::system::error_code& error) {
        if (error && wanted)
            log::warning("{}: no route to link-local addresses: {}", name, error.message());
    };
    if (wanted) {
        keeper_->add_route(interface.ifindex, done);
    } else if (!port.held) {  // else the address has brought its own, in the place of this one
        keeper_->remove_route(interface.ifindex, done);
    }
}

void LinkLocal::open(Port& port) {
    port.opening = true;
    const int ifindex = port.ifindex;
    const auto stale = memory_.load(port.mac);
    if (stale && has(port, *stale)) {  // left by a crash: taken off, then probed for and set again
        log::info("{}: {} was left by an earlier run: probing for it again", port.name,
                  stale->to_string());
        keeper_->remove_stale(ifindex, *stale, {});
    }
    keeper_->open_arp(ifindex, [this, ifindex](boost::system::result<keeper::Descriptor> socket) {
        const auto found = ports_.find(ifindex);
        if (found == ports_.end() || stopped_) return;
        Port& opened = found->second;
        opened.opening = false;
        if (!socket) {
            log::error("{}: no ARP socket: {}", opened.name, socket.error().message());
            return;
        }
        if (eligible(opened)) start(opened, std::move(*socket));
    });
}

void LinkLocal::start(Port& port, keeper::Descriptor socket) {
    ipv4ll::io::DriverConfig settings;
    settings.engine.mac = port.mac;
    settings.engine.seed = ipv4ll::engine::seed_of(port.mac);
    settings.engine.last_used = port.wanted ? port.wanted : memory_.load(port.mac);
    settings.engine.probe_scale = config_.ipv4ll.probe_scale;
    if (port.history) settings.engine.history = *port.history;
    settings.policy.policy = policy_of(port);
    // Who asks for an address has no DHCP client at work.
    settings.policy.settle_time =
        port.asked ? std::chrono::milliseconds(0) : config_.ipv4ll.settle_time;
    settings.policy.release_after = config_.ipv4ll.release_after;
    port.driver =
        std::make_unique<ipv4ll::io::Driver>(io_, settings, socket.release(), host_of(port));
    pass_on(port);
}

ipv4ll::io::Host LinkLocal::host_of(Port& port) {
    const int ifindex = port.ifindex;
    ipv4ll::io::Host host;
    host.add_address = [this, &port, ifindex](Ipv4 address, ipv4ll::io::Host::Answer answer) {
        port.held = address;
        port.seen = false;
        port.routed = false;  // its own takes the place of the one without
        // Before it is there: whatever dies from here on, the next start knows it for ours.
        remember(port, address);
        keeper_->add_address(ifindex, address, config_.ipv4ll.default_route, std::move(answer));
    };
    host.remove_address = [this, &port, ifindex](Ipv4 address, bool for_good) {
        port.held.reset();
        port.leaving.push_back(address);
        const auto done = [this, ifindex, address](boost::system::error_code error) {
            const auto found = ports_.find(ifindex);
            if (!error || found == ports_.end()) return;
            std::erase(found->second.leaving, address);  // not set by us, after all
            if (!stopped_) follow(found->second);
        };
        if (for_good) {
            keeper_->yield_address(ifindex, address, done);
        } else {
            keeper_->remove_address(ifindex, address, done);
        }
    };
    host.bound = [](Ipv4) {};  // the driver logs it, and netlink tells the rest of the daemon
    host.released = [](Ipv4) {};
    host.advertised = [](bool) {
    };  // net::publishable_addresses decides the same from the addresses
    host.remember = [this, &port](Ipv4 address) { remember(port, address); };
    host.log = [&port](std::string_view line) { log::info("{}: {}", port.name, line); };
    return host;
}

void LinkLocal::remember(const Port& port, Ipv4 address) {
    if (const auto error = memory_.store(port.mac, address)) {
        log::warning("{}: the address cannot be remembered: {}", port.name, error.message());
    }
}

void LinkLocal::pass_on(Port& port) {
    port.driver->on_policy(policy_of(port));
    const net::Interface& interface = interface_of(port);
    port.driver->on_carrier(interface.up && interface.running);
    port.driver->on_routable(net::has_routable_ipv4(interface));
    if (!port.held) return;
    if (has(port, *port.held)) {
        port.seen = true;
    } else if (port.seen) {
        port.seen = false;
        port.driver->on_address_absent(*port.held);
    }
}

void LinkLocal::end(Port& port) {
    if (!port.driver) return;
    port.driver->stop();
    port.history = std::make_unique<ipv4ll::engine::History>(port.driver->history());
    port.driver.reset();
    port.idle_since = std::chrono::steady_clock::now();
    port.held.reset();
}

session::Errc LinkLocal::act(const net::Interface& interface, session::Ipv4llAction action) {
    const auto found = ports_.find(interface.ifindex);
    if (found == ports_.end()) return session::Errc::no_such_interface;
    if (!keeper_) return session::Errc::not_permitted;
    Port& port = found->second;
    switch (action) {
        case session::Ipv4llAction::on:
            port.asked = Policy::always;
            break;
        case session::Ipv4llAction::off:
            port.asked = Policy::off;
            break;
        case session::Ipv4llAction::fallback:
            port.asked = Policy::fallback;
            break;
        case session::Ipv4llAction::renew:
        case session::Ipv4llAction::refresh:
            if (!port.driver) return session::Errc::not_supported;
            action == session::Ipv4llAction::renew ? port.driver->renew() : port.driver->refresh();
            return session::Errc::ok;
    }
    follow(port);
    const bool refused = action != session::Ipv4llAction::off && !eligible(port);
    return refused ? session::Errc::not_supported : session::Errc::ok;
}

session::Errc LinkLocal::begin_with(int ifindex, Ipv4 address) {
    const auto found = ports_.find(ifindex);
    if (found == ports_.end()) return session::Errc::no_such_interface;
    if (!ipv4ll::claimable(address.to_uint())) return session::Errc::bad_address;
    Port& port = found->second;
    port.wanted = address;
    port.history.reset();  // of the addresses tried before
    if (port.held == address) return session::Errc::ok;
    end(port);
    return session::Errc::ok;
}

std::vector<session::Ipv4llState> LinkLocal::states() const {
    std::vector<session::Ipv4llState> all;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [ifindex, port] : ports_) {
        if (interface_of(port).loopback) continue;
        session::Ipv4llState state;
        state.ifindex = ifindex;
        state.name = port.name;
        state.policy = ipv4ll::io::to_text(policy_of(port));
        state.asked = port.asked && *port.asked != Policy::off;
        state.state = port.foreign ? "foreign" : "off";
        state.since = seconds_between(port.idle_since, now);
        state.probe_scale = config_.ipv4ll.probe_scale;
        if (port.foreign) {
            state.address = port.foreign->to_string();
            state.since = seconds_between(port.foreign_since, now);
        }
        if (port.driver) {
            const auto status = port.driver->status();
            const bool waiting = !status.claiming && status.deadline;
            state.state = waiting ? "waiting" : ipv4ll::io::to_text(status.engine.state);
            if (status.engine.state != ipv4ll::engine::State::down)
                state.address = status.engine.address.to_string();
            state.since = seconds_between(status.since, now);
            state.conflicts = static_cast<std::uint64_t>(status.engine.conflicts);
            if (status.deadline) state.next = std::max(0.0, seconds_between(now, *status.deadline));
        }
        all.push_back(std::move(state));
    }
    return all;
}

/// Our route to 169.254.0.0/16 is more exact than any default route, and in clouds there is a
/// server in there that is reached by the latter.
std::string LinkLocal::remark(int ifindex) const {
    const auto found = ports_.find(ifindex);
    if (found == ports_.end() || !found->second.driver) return "";
    if (found->second.driver->status().engine.state != ipv4ll::engine::State::bound) return "";
    for (const auto& [other, interface] : interfaces_) {
        const bool leads_out = std::ranges::any_of(
            interface.routers,
            [](const net::DefaultRoute& route) { return route.gateway.is_v4(); });
        if (other != ifindex && leads_out) {
            return fmt::format(
                "takes 169.254.169.254 (cloud metadata) from the default route of {}",
                interface.name);
        }
    }
    return "";
}

}  // namespace avahid
