// dnssd/resolve.hpp: where a service instance is and what it says of itself (RFC 6763 §5): SRV and
// TXT of the instance, then the addresses of the SRV's target on the link that gave it. Stays
// active and tells every change.
#pragma once

#include "dnssd/activity.hpp"

namespace dnssd {

constexpr auto other_family_wait = std::chrono::milliseconds(200);  // after the first address
constexpr auto missing_txt_wait = std::chrono::seconds(2);  // then as good as an empty one (§6.1)

class Resolve final : public Activity {
public:
    Resolve(Context& context, Handle handle, Instant now, const ServiceName& name,
            const mdns::wire::Name& instance, const Scope& scope, const ResolveParts& parts);

    void end(Instant now) override;
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_no_such(Instant now, const mdns::engine::NoSuchRecord& none) override;
    void on_time(Instant now) override;
    void report(Instant now) override;

private:
    struct Family {  // addresses of one family of the target
        mdns::engine::QueryId query{};
        std::vector<Address> addresses;
        bool denied = false;
        bool settled() const { return denied || !addresses.empty(); }
    };
    struct Target {
        mdns::wire::Name name;
        Family ipv4;
        Family ipv6;
        std::optional<Instant> first_address;
    };
    struct OnLink {
        std::vector<mdns::engine::RecordAdded> srvs;  // in order of arrival
        std::vector<mdns::wire::Record> txts;
        bool no_txt = false;
        std::optional<mdns::engine::RecordAdded> srv;  // the one chosen from srvs
        Instant srv_since{};
        std::optional<Target> target;  // of srv
        std::optional<Resolved> told;
    };

    void add_address(Instant now, const mdns::engine::RecordAdded& added);
    void remove_address(const mdns::engine::RecordRemoved& removed);
    void choose_srv(Instant now, LinkId link);
    void follow(Instant now, LinkId link, const mdns::wire::Name& host);
    void drop_target(Instant now, OnLink& on_link);
    std::pair<OnLink*, Family*> asked_by(mdns::engine::QueryId query);
    std::optional<Instant> ready_at(const OnLink& on_link) const;
    Resolved describe(LinkId link, const OnLink& on_link) const;
    void arm(Instant now);

    const ServiceName name_;
    mdns::engine::QueryId srv_query_;
    std::optional<mdns::engine::QueryId> txt_query_;  // empty: not wanted
    const bool wants_addresses_;
    std::map<LinkId, OnLink> links_;
    std::optional<Instant> fail_at_;  // empty: told something, or told the failure
};

/// RFC 2782, RFC 6763 §5: lowest priority; among equals at random by weight, or the newest when
/// none has a weight (during a change the old record stays for a second, RFC 6762 §10.2). \param
/// srvs  not empty, in order of arrival \return an index into srvs
std::size_t choose_by_weight(const std::vector<mdns::wire::Srv>& srvs, std::mt19937_64& random);

}  // namespace dnssd
