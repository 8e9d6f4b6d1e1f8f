// ipv4ll/io/driver.hpp: one interface's policy and engine on a real packet socket and a real clock.
// Performs what they ask; decides nothing about the protocol. Addresses are set by somebody with
// the privilege to do so, reached through Host. Nothing here ever blocks.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ipv4ll/engine/engine.hpp"
#include "ipv4ll/engine/policy.hpp"

namespace boost::asio {
class io_context;
}

namespace ipv4ll::io {

/// What the driver asks of its owner, and tells him. All are called from the driver's own inputs
/// and from its handlers in the io_context; none may destroy the driver. All must be set.
struct Host {
    using Answer = std::function<void(boost::system::error_code)>;

    std::function<void(wire::Ipv4, Answer)> add_address;  // answer at any time, at most once
    /// Also while an add is under way. for_good: lost or given up, its connections are to be reset.
    std::function<void(wire::Ipv4, bool for_good)> remove_address;

    std::function<void(wire::Ipv4)> bound;     // on the interface, announced
    std::function<void(wire::Ipv4)> released;  // one that was bound; removal is under way
    std::function<void(bool)> advertised;      // may a bound address be advertised? (true at first)
    std::function<void(wire::Ipv4)> remember;  // the last good address of this MAC
    std::function<void(std::string_view)> log;  // one line, without the interface's name
};

struct DriverConfig {
    engine::Config engine;
    engine::PolicyConfig policy;
};

struct DriverStatus {
    engine::Policy policy = engine::Policy::fallback;
    bool claiming = false;    // the policy wants an address
    bool advertised = false;  // and it may be advertised
    engine::Status engine;
    engine::Instant since;  // when the present state began, that of waiting included
    std::optional<engine::Instant> deadline;  // of policy and engine together
    std::uint64_t received = 0;
    std::uint64_t malformed = 0;  // not ARP for IPv4 over Ethernet
    std::uint64_t sent = 0;
    std::uint64_t send_failures = 0;
};

class Driver {
public:
    /// \param arp_socket  packet socket bound to the interface and ETH_P_ARP; taken over, closed
    Driver(boost::asio::io_context& io, const DriverConfig& config, int arp_socket, Host host);
    ~Driver();  // closes the socket, releases nothing: call stop() first for a clean end
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    void on_carrier(bool carrier);
    void on_routable(bool routable);  // has the interface a routable IPv4 address?
    void on_policy(engine::Policy policy);
    void on_mac(const wire::Mac& mac);
    void on_resume();                            // from suspend: as if the carrier had been away
    void on_address_absent(wire::Ipv4 address);  // netlink: gone from the interface
    void renew();                                // another address, please
    void refresh();                              // announce the address again
    void stop();                                 // releases the address; then stays silent

    DriverStatus status() const;
    engine::History history() const;  // for the next driver of this interface

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ipv4ll::io
