// avahid/static_services.hpp: publishes service files. The services of one file share one instance
// name: when it is taken on any of them, all move on to the next name together.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "avahid/config/service_folder.hpp"
#include "dnssd/catalogue.hpp"
#include "dnssd/name_search.hpp"

namespace avahid {

class StaticServices {
public:
    /// \param ifindex_of  0 when there is no such interface
    StaticServices(dnssd::Catalogue& catalogue, std::function<int(const std::string&)> ifindex_of)
        : catalogue_(catalogue), ifindex_of_(std::move(ifindex_of)) {}

    /// By difference: what is new is published, what is gone withdrawn, what stays left alone. In a
    /// file that keeps its name that holds for each service, and another text is an update in
    /// place.
    void load(dnssd::Instant now, const std::vector<config::ServiceFile>& files);
    /// Names with a wildcard follow.
    void on_host_name(dnssd::Instant now, const std::string& label);
    /// An interface came, went or has another name: services that name one follow.
    void on_interfaces(dnssd::Instant now);
    /// \return false when the event is not about a service of ours
    bool on_event(dnssd::Instant now, const dnssd::Event& event);

    std::size_t size() const { return groups_.size(); }

private:
    struct Entry {
        config::StaticService service;
        std::optional<dnssd::Handle> handle{};  // empty: not published, for want of its interface
        int ifindex = 0;                        // it is published on; 0: all
    };
    struct Group {
        const std::string* path = nullptr;  // of its file
        config::ServiceGroup wanted;        // but for its services: those are the entries
        std::string name;                   // at present
        std::vector<Entry> entries;
        dnssd::NameSearch search;
    };
    static bool same_services(const Group& group, const config::ServiceGroup& wanted);
    static void fill(Group& group, const config::ServiceGroup& wanted);
    void change(dnssd::Instant now, Group& group, const config::ServiceGroup& wanted);
    void take_over(dnssd::Instant now, Group& group, std::vector<Entry>& before);
    void publish(dnssd::Instant now, Group& group);
    bool try_publish(dnssd::Instant now, Group& group);
    void withdraw(dnssd::Instant now, Group& group);
    void cancel(dnssd::Instant now, Entry& entry);
    dnssd::Service to_service(const Group& group, const Entry& entry) const;

    dnssd::Catalogue& catalogue_;
    std::function<int(const std::string&)> ifindex_of_;
    std::string host_label_;
    std::map<std::string, Group> groups_;  // by path
    std::unordered_map<dnssd::Handle, Group*> owners_;
};

}  // namespace avahid
