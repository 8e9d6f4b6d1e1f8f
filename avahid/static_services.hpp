// avahid/static_services.hpp: publishes service and hosts files. The services of one file share one
// instance name: when it is taken on any of them, all move on to the next name together.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "avahid/config/hosts_file.hpp"
#include "avahid/config/service_folder.hpp"
#include "dnssd/catalogue.hpp"
#include "dnssd/name_search.hpp"

namespace avahid {

class StaticServices {
public:
    /// \param ifindex_of  0 when there is no such interface
    StaticServices(dnssd::Catalogue& catalogue, std::function<int(const std::string&)> ifindex_of)
        : catalogue_(catalogue), ifindex_of_(std::move(ifindex_of)) {}

    /// What is new is published, what is gone withdrawn, what stays left alone.
    void load(dnssd::Instant now, const std::vector<config::ServiceFile>& files,
              const std::vector<config::StaticHost>& hosts);
    /// Names with a wildcard follow.
    void on_host_name(dnssd::Instant now, const std::string& label);
    /// \return false when the event is not about a service of ours
    bool on_event(dnssd::Instant now, const dnssd::Event& event);

    std::size_t size() const { return groups_.size(); }

private:
    struct Group {
        config::ServiceFile file;
        std::string name;  // at present
        std::vector<dnssd::Handle> handles;
        dnssd::NameSearch search;
    };
    void publish(dnssd::Instant now, Group& group);
    bool try_publish(dnssd::Instant now, Group& group);
    void withdraw(dnssd::Instant now, Group& group);
    dnssd::Service to_service(const Group& group, const config::StaticService& entry) const;
    void load_hosts(dnssd::Instant now, const std::vector<config::StaticHost>& hosts);

    dnssd::Catalogue& catalogue_;
    std::function<int(const std::string&)> ifindex_of_;
    std::string host_label_;
    std::map<std::string, Group> groups_;  // by path
    std::vector<config::StaticHost> hosts_;
    std::vector<dnssd::Handle> host_handles_;
};

}  // namespace avahid
