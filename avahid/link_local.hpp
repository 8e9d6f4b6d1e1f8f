// avahid/link_local.hpp: an IPv4LL driver for each interface that may have one (RFC 3927).
// Decides which interfaces those are, brings driver and keeper together, remembers addresses, and
// leaves alone a 169.254 address that somebody else has set.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "avahid/config/config.hpp"
#include "avahid/keeper/client.hpp"
#include "avahid/net/interface.hpp"
#include "avahid/session/session.hpp"
#include "ipv4ll/io/driver.hpp"
#include "ipv4ll/io/state_file.hpp"

namespace avahid {

class LinkLocal {
public:
    /// \param keeper  empty: started without the privilege; every interface then stays as it is
    /// \param interfaces  all there are, as the monitor keeps them
    using Interfaces = std::map<int, net::Interface>;
    LinkLocal(boost::asio::io_context& io, keeper::KeeperClient* keeper,
              const std::string& state_folder, const Interfaces& interfaces);
    ~LinkLocal();

    void on_config(const config::Config& config) { config_ = config; }
    void on_interface(const net::Interface& interface);
    void on_interface_gone(int ifindex);
    void on_resume();
    /// Releases every address.
    void stop();

    session::Errc act(const net::Interface& interface, session::Ipv4llAction action);
    /// The address that the next claim there begins with.
    session::Errc begin_with(int ifindex, ipv4ll::wire::Ipv4 address);
    std::vector<session::Ipv4llState> states() const;
    /// What its owner should know of the link's routes; mostly empty.
    std::string remark(int ifindex) const;

private:
    struct Port;
    const net::Interface& interface_of(const Port& port) const;
    bool has(const Port& port, ipv4ll::wire::Ipv4 address) const;
    ipv4ll::engine::Policy policy_of(const Port& port) const;
    bool eligible(const Port& port) const;
    void follow(Port& port);
    void open(Port& port);
    void start(Port& port, keeper::Descriptor socket);
    ipv4ll::io::Host host_of(Port& port);
    void remember(const Port& port, ipv4ll::wire::Ipv4 address);
    void pass_on(Port& port);
    void follow_route(Port& port);
    void end(Port& port);
    std::optional<ipv4ll::wire::Ipv4> foreign_address(const Port& port) const;

    boost::asio::io_context& io_;
    keeper::KeeperClient* keeper_;
    const Interfaces& interfaces_;
    ipv4ll::io::StateFile memory_;
    config::Config config_;
    std::map<int, Port> ports_;
    bool stopped_ = false;
};

}  // namespace avahid
