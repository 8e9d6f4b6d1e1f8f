// dnssd/group.hpp: records that a program publishes together: established when all of them are,
// withdrawn and forgotten, all of them, when a name of one belongs to somebody else (RFC 6762 §9).
// The next name is the program's choice. What is added or changed later is announced without
// probing anew for what is verified (RFC 6762 §8.4).
#pragma once

#include "dnssd/activity.hpp"
#include "dnssd/group_item.hpp"

namespace dnssd {

class Group final : public Activity {
public:
    using Activity::Activity;

    /// All of them or, when one cannot be had, none.
    Errc add(Instant now, std::vector<GroupRecord> records);
    Errc update(Instant now, const std::vector<GroupRecord>& records);
    Errc commit(Instant now);
    void reset(Instant now);

    GroupState state() const { return state_; }
    bool empty() const { return parts_.empty(); }

    void end(Instant now) override;
    void on_established(Instant now) override;
    void on_conflict(Instant now, const mdns::engine::Conflict& conflict) override;
    void on_host_name(Instant now) override;

private:
    /// What the engine is given as one: of one scope, and added before the commit or in one go
    /// after it (later additions are no updates, of which there may be ten a minute).
    struct Part {
        Scope scope;
        std::vector<GroupRecord> records;
        std::optional<mdns::engine::PublicationId> publication;
    };
    bool committed() const {
        return state_ == GroupState::registering || state_ == GroupState::established;
    }
    bool can_have(const GroupRecord& wanted) const;
    /// Which record an update is for: the part and its place in it.
    std::pair<Part*, std::size_t> find(const GroupRecord& wanted);
    std::vector<mdns::engine::PublishedRecord> published(const Part& part) const;
    static bool follows_host(const Part& part);
    bool waits_for_host() const;
    void publish(Instant now);
    void withdraw(Instant now);
    void reserve();
    void change(GroupState state);
    void lose(Instant now, mdns::wire::Name name, const Endpoint& peer, LinkId link);

    GroupState state_ = GroupState::uncommitted;
    std::vector<Part> parts_;
};

}  // namespace dnssd
