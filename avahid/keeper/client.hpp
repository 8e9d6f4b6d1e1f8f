// avahid/keeper/client.hpp: the unprivileged side of the keeper's socket. Never blocks; answers
// come from the io_context, never from within the call.
#pragma once

#include <boost/asio/ip/address_v4.hpp>
#include <boost/system/result.hpp>
#include <functional>
#include <memory>

#include "avahid/keeper/descriptor.hpp"

namespace boost::asio {
class io_context;
}

namespace avahid::keeper {

class KeeperClient {
public:
    using Address = boost::asio::ip::address_v4;
    using Opened = std::function<void(boost::system::result<Descriptor>)>;
    using Done = std::function<void(boost::system::error_code)>;

    /// \param socket   the client's end, as spawn_keeper() gave it
    /// \param on_lost  called once if the keeper dies; every request fails from then on
    KeeperClient(boost::asio::io_context& io, Descriptor socket, std::function<void()> on_lost);
    /// Closes the socket: the keeper takes everything back. Callbacks not yet called never are.
    ~KeeperClient();
    KeeperClient(const KeeperClient&) = delete;
    KeeperClient& operator=(const KeeperClient&) = delete;

    // Requests are served in order. A Done may be empty. Errors are the keeper's errno values, see
    // protocol.hpp, interface.hpp and rules.hpp, or that of the connection.

    /// A packet socket for ipv4ll::io::Driver.
    void open_arp(int ifindex, Opened then);
    /// 169.254.x.y/16 and its routes.
    void add_address(int ifindex, Address address, bool default_route, Done then);
    /// One that add_address() has set.
    void remove_address(int ifindex, Address address, Done then);
    /// The same for an address lost to somebody else: its TCP connections are reset.
    void yield_address(int ifindex, Address address, Done then);
    /// One that is on the interface since before the keeper: only if it surely was ours.
    void remove_stale(int ifindex, Address address, Done then);
    /// 169.254.0.0/16 by an interface without an address of ours.
    void add_route(int ifindex, Done then);
    void remove_route(int ifindex, Done then);
    /// The configuration has changed: what is asked for from here on is judged by the new rules.
    void reload_rules(Done then);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace avahid::keeper
