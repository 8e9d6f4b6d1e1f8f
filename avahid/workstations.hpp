// avahid/workstations.hpp: publish-workstation: each served interface with a hardware address is a
// "_workstation._tcp" named after host and address, as Avahi publishes them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "avahid/net/interface.hpp"
#include "dnssd/catalogue.hpp"

namespace avahid {

class Workstations {
public:
    explicit Workstations(dnssd::Catalogue& catalogue) : catalogue_(catalogue) {}

    void set_wanted(dnssd::Instant now, bool wanted);
    /// \param served  it is published there
    void on_interface(dnssd::Instant now, const net::Interface& interface, bool served);
    void on_interface_gone(dnssd::Instant now, int ifindex);
    void on_host_name(dnssd::Instant now, const std::string& label);

private:
    struct Entry {
        net::Mac mac{};
        std::string name;  // published under
        std::optional<dnssd::Handle> handle{};
    };
    void follow(dnssd::Instant now, int ifindex, Entry& entry);

    dnssd::Catalogue& catalogue_;
    bool wanted_ = false;
    std::string label_;
    std::map<int, Entry> entries_;  // of interfaces that are served
};

}  // namespace avahid
