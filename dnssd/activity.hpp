// dnssd/activity.hpp: one thing a client asked for, and what all of them share.
// An Activity is told only of its own queries and publications. It emits events, or marks itself to
// report: reports are written when the engine has been drained, so that the answers of one packet
// come as one result. Activities never call each other.
#pragma once

#include <deque>
#include <map>
#include <random>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "dnssd/catalogue.hpp"

namespace dnssd {

/// One wake-up per handle.
class Timers {
public:
    void set(Handle handle, Instant at);
    void clear(Handle handle);
    std::optional<Instant> next() const;
    std::optional<Handle> pop_due(Instant now);

private:
    std::unordered_map<Handle, Instant> at_;
    std::set<std::pair<Instant, Handle>> order_;
};

/// Instance names published by this daemon: an instance is unique under its type, whatever its
/// subtypes, port or text (§7.1), so the same name twice is a collision even with equal records.
class LocalNames {
public:
    bool taken(const mdns::wire::Name& name, const Scope& scope) const;
    void add(Handle handle, const mdns::wire::Name& name, const Scope& scope);
    void remove(Handle handle);  // each has one name at most

private:
    std::multimap<std::string, Scope> names_;
    std::unordered_map<Handle, std::multimap<std::string, Scope>::iterator> by_handle_;
};

/// Records of groups, committed or not: what cannot be had is refused when it is asked for.
class Reserved {
public:
    bool collides(const GroupRecord& wanted) const;
    void add(Handle group, const GroupRecord& record);
    void remove(Handle group);

private:
    using Records = std::multimap<std::string, GroupRecord>;  // by folded name
    struct Place {
        Records& records;
        Records::iterator at;
    };
    bool collides_with(const Records& records, const std::string& name,
                       const GroupRecord& wanted) const;

    // Apart: a shared name, such as a type's, has as many records as there are services.
    Records unique_;
    Records shared_;
    std::unordered_map<Handle, std::vector<Place>> places_;
};

/// Host names that were asked for in vain a moment ago, and which families did not answer.
struct Misses {
    struct Families {
        bool ipv4 = false;
        bool ipv6 = false;
    };
    using Key = std::tuple<std::string, std::optional<int>, std::optional<mdns::engine::Family>>;
    std::map<Key, Families> by_name;
};

class Context {
public:
    Context(mdns::engine::Engine& engine_in, const Config& config_in)
        : engine(engine_in), config(config_in), random(config_in.seed) {}

    mdns::engine::Engine& engine;
    Config config;
    std::mt19937_64 random;
    std::optional<mdns::wire::Name> host;          // of this machine, once known
    std::vector<mdns::wire::Name> browse_domains;  // configured
    Timers timers;
    LocalNames local_names;
    Reserved reserved;
    Misses misses;

    /// Is there any link to ask on?
    bool reachable(const Scope& scope) const;
    mdns::engine::QueryId ask(Instant now, Handle handle, const mdns::engine::Query& query);
    void stop_asking(Instant now, mdns::engine::QueryId id);
    std::optional<mdns::engine::PublicationId> publish(Instant now, Handle handle,
                                                       mdns::engine::Publication publication);
    void withdraw(Instant now, mdns::engine::PublicationId id);

    void emit(Event event) { events.push_back(std::move(event)); }
    /// Calls report() of this handle when the engine has nothing more to say.
    void report_later(Handle handle);
    /// Ends the activity once control is back in the catalogue.
    void finish(Handle handle) { finished.push_back(handle); }

    // ---- for the catalogue ----
    std::unordered_map<mdns::engine::QueryId, Handle> queries;
    std::unordered_map<mdns::engine::PublicationId, Handle> publications;
    std::deque<Event> events;
    std::deque<Handle> reports;
    std::unordered_set<Handle> reporting;  // those in reports
    std::vector<Handle> finished;
};

class Activity {
public:
    Activity(Context& context, Handle handle) : context_(context), handle_(handle) {}
    virtual ~Activity() = default;
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    /// Cancels queries, withdraws publications. The last call.
    virtual void end(Instant now) = 0;
    /// False when its result is out: it then belongs to the catalogue, not to the client.
    virtual bool cancellable() const { return true; }

    virtual void on_added(Instant, const mdns::engine::RecordAdded&) {}
    virtual void on_removed(Instant, const mdns::engine::RecordRemoved&) {}
    virtual void on_no_such(Instant, const mdns::engine::NoSuchRecord&) {}
    virtual void on_established(Instant) {}
    virtual void on_conflict(Instant, const mdns::engine::Conflict&) {}
    virtual void on_host_name(Instant) {}
    virtual void on_browse_domains(Instant) {}
    virtual void on_time(Instant) {}
    virtual void report(Instant) {}
    virtual void on_cache_exhausted() {}
    virtual void on_all_for_now() {}

protected:
    Context& context_;
    const Handle handle_;
};

}  // namespace dnssd
