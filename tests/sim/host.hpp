// tests/sim/host.hpp: one whole host of the simulation: engine, catalogue and host name, wired as
// the daemon wires them. What it does is noted in the network's trace; what it sends goes to the
// network.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "avahid/host/host_name.hpp"
#include "dnssd/catalogue.hpp"

namespace sim {

using namespace std::chrono_literals;
using mdns::engine::Address;
using mdns::engine::Duration;
using mdns::engine::Family;
using mdns::engine::Instant;
using mdns::engine::LinkId;

class Network;

class Host {
public:
    Host(Network& network, int index, std::uint64_t seed);

    // ---- the cable ----

    /// One interface with both families, or IPv4 alone.
    void plug(int ifindex, int segment, bool both = true);
    void unplug(int ifindex);
    /// To another segment, or all segments joined: the host itself notices nothing.
    void move(int ifindex, int segment);
    /// Gone without a word; it never comes back.
    void crash();
    bool alive() const { return alive_; }
    /// How often the interface was plugged in.
    int times_up(int ifindex) const {
        const auto found = times_up_.find(ifindex);
        return found == times_up_.end() ? 0 : found->second;
    }
    /// The one that packets come from. More of them by set_addresses.
    Address address(int ifindex, Family family, int which = 0) const;
    void set_addresses(int ifindex, const std::vector<Address>& addresses);

    // ---- what programs do ----

    void want_name(const std::string& label);
    dnssd::Handle publish(const std::string& instance, const std::string& type, std::uint16_t port,
                          mdns::engine::Scope scope = {});
    void update_txt(dnssd::Handle handle, const std::vector<std::string>& txt);
    void cancel(dnssd::Handle handle);
    void browse(const std::string& type);
    /// Records of any kind; known() has the answers.
    dnssd::Handle ask(const std::string& name, std::uint16_t type);
    void stop_asking();  // and browsing
    void reconfirm(const mdns::wire::Record& record);
    void flush_cache();
    /// As a daemon that is ended.
    void stop();

    // ---- what they see ----

    /// Of services of ours: the names that are established, and since when.
    const std::map<std::string, Instant>& published() const { return published_; }
    std::set<std::string> published_names() const;
    /// What the browses on this host list, on this link, and since when.
    const std::map<std::string, Instant>& found(LinkId link) const;
    std::set<std::string> found_names(LinkId link) const;
    /// The rdata, as text, of what was asked for.
    std::set<std::string> known(dnssd::Handle asked, LinkId link) const;
    bool browsing() const { return !browses_.empty(); }
    Instant browsing_since() const { return browsing_since_; }
    int renames() const { return renames_; }
    int service_renames() const { return service_renames_; }

    const int index;
    mdns::engine::Engine engine;
    dnssd::Catalogue catalogue;
    avahid::host::HostName host_name;
    std::map<LinkId, int> links;  // to their segments

private:
    friend class Network;
    void act(const std::string& what);
    void inform(int ifindex);
    void pump();
    void take(const mdns::engine::Output& output);
    void take(const dnssd::Event& event);
    std::optional<Instant> deadline() const;

    Network& network_;
    bool alive_ = true;
    std::map<int, int> times_up_;   // of interfaces: what is new has said nothing yet
    int actions_ = 0;               // of programs: after one a series may begin again
    std::optional<Instant> wakes_;  // when the network will call us
    int wakes_in_a_row_ = 0;        // without the clock moving
    Instant last_wake_{};
    int renames_ = 0;
    int service_renames_ = 0;
    std::map<int, std::vector<Address>> addresses_;
    std::vector<dnssd::Handle> browses_;
    Instant browsing_since_{};
    std::vector<dnssd::Handle> asks_;
    std::map<dnssd::Handle, std::string> services_;  // to their names, once established
    std::map<std::string, Instant> published_;
    std::map<LinkId, std::map<std::string, Instant>> found_;
    std::map<std::pair<dnssd::Handle, LinkId>, std::multiset<std::string>> known_;
};

}  // namespace sim
