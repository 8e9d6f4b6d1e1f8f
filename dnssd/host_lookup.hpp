// dnssd/host_lookup.hpp: the addresses of a name, once (PRODUCT "A host lookup is done"): when one
// interface has given both families, each by a record or by a denial; 50 ms after the first
// address; or at the negative timeout. What is known already is told without asking. Else both
// families are asked, also for a caller that waits for one: its next call is for the other. What
// did not answer is remembered for 2 s with its queries open, so that a host which appears
// meanwhile is found.
#pragma once

#include "dnssd/activity.hpp"

namespace dnssd {

constexpr auto other_answers_wait = std::chrono::milliseconds(50);
constexpr auto miss_memory = std::chrono::seconds(2);
constexpr std::size_t max_misses = 256;  // remembered at a time; more are asked anew
constexpr std::size_t max_aliases = 8;   // CNAME records followed

class HostLookup final : public Activity {
public:
    HostLookup(Context& context, Handle handle, mdns::wire::Name name, Families families,
               const Scope& scope);
    void start(Instant now);

    void end(Instant now) override;
    bool cancellable() const override { return !done_; }
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_removed(Instant now, const mdns::engine::RecordRemoved& removed) override;
    void on_no_such(Instant now, const mdns::engine::NoSuchRecord& none) override;
    void on_time(Instant now) override;
    void report(Instant now) override;

private:
    struct Asked {  // the name, then where its CNAME leads
        mdns::wire::Name name;
        mdns::engine::QueryId a;
        mdns::engine::QueryId aaaa;
    };
    struct Answer {
        LinkId link;
        mdns::wire::Name name;
        HostAddress address;
    };
    using Denial = std::pair<int, mdns::engine::Family>;  // on this interface, of this family

    bool keep(const mdns::engine::RecordAdded& added);
    void ask(Instant now, const mdns::wire::Name& name);
    void follow(Instant now, const mdns::wire::Record& alias);
    void settle(Instant now);

    bool wants(mdns::engine::Family family) const;
    bool answered(mdns::engine::Family family) const;
    bool answered_as_wanted() const;
    bool known(int ifindex, mdns::engine::Family family) const;
    bool interface_is_complete(int ifindex) const;
    bool any_interface_is_complete() const;
    bool is_enough() const;

    bool is_known_already(Instant now);
    bool recall(Instant now, mdns::engine::Family family);
    bool remember(Instant now);
    HostResult result() const;

    const mdns::wire::Name name_;
    const Families families_;
    const Scope scope_;
    const Misses::Key key_;
    std::vector<Asked> asked_;
    std::vector<Answer> answers_;
    std::set<Denial> denials_;
    Instant give_up_at_{};
    bool waiting_ = false;  // the 50 ms are running
    bool waited_ = false;   // they are over
    bool timed_out_ = false;
    Misses::Families missed_;  // known from the memory of a miss
    bool done_ = false;        // the result is out
    bool remembered_ = false;  // in context_.misses, until the timer or an answer
};

}  // namespace dnssd
