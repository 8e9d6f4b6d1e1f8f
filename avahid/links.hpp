// avahid/links.hpp: which links the engine has. Turns what netlink tells of an interface into links
// that are up, with their sockets, and into the addresses the host name is published with.
// Which interfaces are served, and which addresses count, is net/eligible's answer.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "avahid/config/config.hpp"
#include "avahid/host/host_name.hpp"
#include "avahid/net/eligible.hpp"
#include "avahid/net/neighbour.hpp"
#include "mdns/engine/engine.hpp"
#include "mdns/io/sockets.hpp"

namespace avahid {

class Links {
public:
    Links(mdns::engine::Engine& engine, mdns::io::Sockets& sockets, host::HostName& host)
        : engine_(engine), sockets_(sockets), host_(host) {}

    void on_config(const config::Config& config) { config_ = config; }
    void on_interface(mdns::engine::Instant now, const net::Interface& interface);
    void on_interface_gone(mdns::engine::Instant now, int ifindex);
    /// Resume from suspend: every link goes down; the next on_interface() brings it up again.
    void take_all_down(mdns::engine::Instant now);

    bool is_up(mdns::engine::LinkId link) const { return up_.contains(link); }
    /// Is there a link that should be up and whose socket could not be opened? Try on_interface()
    /// again in a while: the port may have become free.
    bool has_failed() const { return !failed_.empty(); }
    /// Empty, or why the interface is not served.
    std::string why_not(const net::Interface& interface) const;
    /// Empty, or what is odd about an interface that is served: its link carries unicast, but no
    /// multicast. That is so when nothing was ever heard there of others, though somebody is there:
    /// `neighbours` that are no routers, or someone who reached us by unicast.
    std::string remark(const net::Interface& interface,
                       std::span<const net::Neighbour> neighbours) const;

private:
    /// Of an interface as it was when we looked last.
    struct Seen {
        std::string name;
        std::uint32_t outages = 0;
        std::vector<net::DefaultRoute> routers;
    };

    net::MdnsPolicy policy() const;
    void note_changes(mdns::engine::Instant now, const net::Interface& interface);
    void tell_addresses(mdns::engine::Instant now, const net::Interface& interface,
                        mdns::engine::LinkId link);
    bool wanted(const net::Interface& interface, mdns::engine::Family family) const;
    mdns::engine::LinkInfo info(const net::Interface& interface, mdns::engine::Family family) const;
    bool bring_up(mdns::engine::Instant now, const net::Interface& interface,
                  mdns::engine::LinkId link);
    void take_down(mdns::engine::Instant now, mdns::engine::LinkId link);

    mdns::engine::Engine& engine_;
    mdns::io::Sockets& sockets_;
    host::HostName& host_;
    config::Config config_;
    std::map<mdns::engine::LinkId, std::vector<mdns::engine::Address>> up_;  // with its addresses
    std::map<mdns::engine::LinkId, mdns::io::SocketError> failed_;           // told about once
    std::map<int, Seen> seen_;                                               // by ifindex
};

}  // namespace avahid
