#include "mdns/engine/engine.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "mdns/engine/link.hpp"
#include "mdns/engine/update_limit.hpp"

namespace mdns::engine {
namespace {

constexpr auto settle_time = std::chrono::seconds(1);  // until AllForNow

/// A LinkId as a number, and back.
std::uint64_t number(LinkId id) {
    return static_cast<std::uint64_t>(id.ifindex) * 2 + static_cast<std::uint64_t>(id.family);
}
LinkId to_link(std::uint64_t number) {
    return {static_cast<int>(number / 2), static_cast<Family>(number % 2)};
}

PublicationState published_state(ClaimState state) {
    switch (state) {
        case ClaimState::waiting:
        case ClaimState::probing:
            return PublicationState::probing;
        case ClaimState::announcing:
            return PublicationState::announcing;
        case ClaimState::established:
            return PublicationState::established;
        case ClaimState::lost:
            return PublicationState::conflict;
    }
    return PublicationState::probing;
}

bool is_address(const PublishedRecord& published) {
    return published.sharing == Sharing::known_unique || published.record.type == wire::type::a ||
           published.record.type == wire::type::aaaa;
}

}  // namespace

struct Engine::Impl {
    explicit Impl(const Config& config) : host(config) {}

    struct Asked {
        Query query;
        Scheduler::Slot settled = Scheduler::none;
    };

    /// Those of one interface are beside each other: with hundreds of links, few are looked at.
    template <class Visit>
    void for_links(const Scope& scope, Visit&& visit) {
        auto at = scope.ifindex ? links.lower_bound({*scope.ifindex, Family::ipv4}) : links.begin();
        for (; at != links.end() && (!scope.ifindex || at->first.ifindex == *scope.ifindex); ++at) {
            if (scope.contains(at->first)) visit(at->second);
        }
    }
    /// After anything was done with the link.
    void rearm(Link& link) {
        const auto& timers_there = link.room().timers;
        const auto at = timers_there.next();
        if (!at) return wake_ups.disarm(link.wake_up());
        wake_ups.arm(link.wake_up(), *timers_there.next_timer(), number(link.room().id), *at);
    }
    void on_time(Instant now, Link& link) {
        link.on_time(now);
        rearm(link);
    }

    /// The updates of one publication, and the one that waits (§8.4).
    struct Updates {
        UpdateLimit limit;
        std::vector<PublishedRecord> next;
        Scheduler::Slot timer = Scheduler::none;
    };

    /// After every input: lets the links send, and tells of publications that got further.
    void settle(Instant now, const Scope& touched) {
        for_links(touched, [&](Link& link) { on_time(now, link); });
        settle_publications();
    }
    void settle_publications();
    void tell_sibling(Instant now, const Source& source, Link& sibling);
    void update(Instant now, PublicationId id, const std::vector<PublishedRecord>& records);
    void forget_updates(PublicationId id);
    std::optional<PublicationState> state(PublicationId id);

    Context host;
    std::map<LinkId, Link> links;
    Scheduler wake_ups;       // of the links: the first timer of each
    std::vector<LinkId> due;  // scratch of on_time
    std::unordered_map<QueryId, Asked> queries;
    std::unordered_map<PublicationId, Updates> updates;
    Scheduler timers;
    std::uint64_t next_query = 1;
};

Engine::Engine(const Config& config) : impl_(std::make_unique<Impl>(config)) {}
Engine::~Engine() = default;

// ---- links ----

void Engine::on_link(Instant now, LinkId id, const LinkInfo& info) {
    impl_->host.outputs.recycle();
    if (const auto found = impl_->links.find(id); found != impl_->links.end()) {
        if (found->second.room().info.publish == info.publish) return found->second.on_info(info);
        on_link_gone(now, id);  // trusted or not any more: as if plugged anew
    }
    Link& link = impl_->links.try_emplace(id, impl_->host, id, info).first->second;
    impl_->host.zone.for_each_publication([&](std::uint64_t publication, const Zone::Entry& entry) {
        if (entry.scope.contains(id)) link.publish(now, static_cast<PublicationId>(publication));
    });
    for (const auto& [query, asked] : impl_->queries) {
        if (asked.query.scope.contains(id)) link.subscribe(now, query, asked.query, true);
    }
    impl_->settle(now, {id.ifindex, id.family});
}

void Engine::on_link_gone(Instant, LinkId id) {
    impl_->host.outputs.recycle();
    const auto found = impl_->links.find(id);
    if (found == impl_->links.end()) return;
    found->second.on_gone();
    impl_->wake_ups.disarm(found->second.wake_up());
    impl_->links.erase(found);
    impl_->host.zone.for_each_publication([&](std::uint64_t publication, const Zone::Entry& entry) {
        if (entry.scope.contains(id))
            impl_->host.progressed.push_back(static_cast<PublicationId>(publication));
    });
    impl_->settle_publications();
}

void Engine::on_datagram(Instant now, LinkId id, const Source& source,
                         std::span<const std::uint8_t> bytes) {
    impl_->host.outputs.recycle();
    ++impl_->host.counters.packets_in;
    impl_->host.counters.bytes_in += bytes.size();
    const auto found = impl_->links.find(id);
    if (found == impl_->links.end()) {
        ++impl_->host.counters.no_link;
        return;
    }
    impl_->host.heard_goodbye = false;
    impl_->host.contradicted.clear();
    found->second.on_datagram(now, source, bytes);
    impl_->on_time(now, found->second);
    const Family other = id.family == Family::ipv4 ? Family::ipv6 : Family::ipv4;
    if (const auto sibling = impl_->links.find({id.ifindex, other}); sibling != impl_->links.end())
        impl_->tell_sibling(now, source, sibling->second);
    impl_->settle_publications();
}

/// What IPv4 and IPv6 of one interface hold is of the same physical link.
void Engine::Impl::tell_sibling(Instant now, const Source& source, Link& sibling) {
    if (host.heard_goodbye) sibling.on_sibling_goodbyes(now, source, host.message);
    if (!host.contradicted.empty()) {
        sibling.on_sibling_contradicted(now, std::exchange(host.contradicted, {}));
        sibling.on_time(now);
    }
    rearm(sibling);
}

void Engine::on_time(Instant now) {
    impl_->host.outputs.recycle();
    impl_->host.asked_unicast.forget_old(now);
    while (const auto due = impl_->timers.pop_due(now)) {
        if (due->timer == Timer::update) {
            const auto id = static_cast<PublicationId>(due->id);
            impl_->updates.at(id).timer = Scheduler::none;
            impl_->update(now, id, std::exchange(impl_->updates.at(id).next, {}));
            continue;
        }
        const auto id = static_cast<QueryId>(due->id);
        impl_->queries.at(id).settled = Scheduler::none;
        impl_->host.outputs.event(AllForNow{id});
    }
    // Each once: what it arms for this very moment is for the next call.
    while (const auto due = impl_->wake_ups.pop_due(now)) {
        impl_->links.at(to_link(due->id)).wake_up() = Scheduler::none;
        impl_->due.push_back(to_link(due->id));
    }
    for (const LinkId id : impl_->due) impl_->on_time(now, impl_->links.at(id));
    impl_->due.clear();
    impl_->settle_publications();
}

// ---- publications ----

std::optional<PublicationId> Engine::publish(Instant now, Publication publication) {
    impl_->host.outputs.recycle();
    const auto id = impl_->host.zone.add(publication);
    if (!id) return {};
    impl_->for_links(publication.scope, [&](Link& link) { link.publish(now, *id); });
    impl_->host.progressed.push_back(*id);
    impl_->settle(now, publication.scope);
    return id;
}

bool Engine::may_publish(const Publication& publication) const {
    return impl_->host.zone.may_add(publication);
}

bool Engine::update(Instant now, PublicationId id, std::vector<PublishedRecord> records) {
    impl_->host.outputs.recycle();
    if (!impl_->host.zone.entry(id)) return true;
    if (!impl_->host.zone.may_update(id, records)) return false;
    if (std::ranges::all_of(records, is_address)) {
        impl_->update(now, id, records);
        return true;
    }
    Impl::Updates& updates = impl_->updates[id];
    const Instant next = updates.limit.next();
    if (next <= now) {
        impl_->update(now, id, records);
    } else {
        updates.next = std::move(records);
        impl_->timers.arm(updates.timer, Timer::update, static_cast<std::uint64_t>(id), next);
    }
    return true;
}

void Engine::Impl::update(Instant now, PublicationId id,
                          const std::vector<PublishedRecord>& records) {
    // Asked for again after a wait: another publication may have been faster.
    if (!host.zone.may_update(id, records)) return;
    const Scope scope = host.zone.entry(id)->scope;
    const Zone::Update update = host.zone.update(id, records);
    if (update.added.empty() && update.removed.empty()) return;
    if (const auto found = updates.find(id); found != updates.end()) found->second.limit.note(now);
    for_links(scope, [&](Link& link) { link.update(now, id, update); });
    host.zone.drop(now, id, update.removed);
    settle(now, scope);
}

void Engine::Impl::forget_updates(PublicationId id) {
    const auto found = updates.find(id);
    if (found == updates.end()) return;
    timers.disarm(found->second.timer);
    updates.erase(found);
}

void Engine::withdraw(Instant now, PublicationId id) {
    impl_->host.outputs.recycle();
    const Zone::Entry* const entry = impl_->host.zone.entry(id);
    if (!entry) return;
    const Scope scope = entry->scope;
    impl_->forget_updates(id);
    impl_->for_links(scope, [&](Link& link) { link.withdraw(now, id); });
    impl_->host.zone.remove(now, id);
    impl_->settle(now, scope);
}

void Engine::stop(Instant now) {
    impl_->host.outputs.recycle();
    std::vector<PublicationId> all;
    impl_->host.zone.for_each_publication([&](std::uint64_t id, const Zone::Entry&) {
        all.push_back(static_cast<PublicationId>(id));
    });
    for (const PublicationId id : all) {
        impl_->forget_updates(id);
        for (auto& [link_id, link] : impl_->links) link.withdraw(now, id);
        impl_->host.zone.remove(now, id);
    }
    impl_->settle(now, {});
}

bool Engine::idle() const {
    return std::ranges::all_of(
        impl_->links, [](const auto& entry) { return entry.second.room().outbox.empty(); });
}

void Engine::Impl::settle_publications() {
    for (const PublicationId id : std::exchange(host.progressed, {})) {
        Zone::Entry* const entry = host.zone.entry(id);
        if (!entry) continue;
        const auto now_is = state(id);
        const bool established =
            now_is == PublicationState::announcing || now_is == PublicationState::established;
        if (established && !entry->told_established) host.outputs.event(Established{id});
        entry->told_established = established;
    }
}

std::optional<PublicationState> Engine::Impl::state(PublicationId id) {
    const Zone::Entry* const entry = host.zone.entry(id);
    if (!entry) return {};
    bool conflict = false;
    PublicationState least = PublicationState::established;
    for_links(entry->scope, [&](const Link& link) {
        const Claim* const claim = link.room().claims.find(id);
        if (!claim) return;
        const PublicationState here = published_state(claim->state);
        if (here == PublicationState::conflict) {
            conflict = true;
        } else {
            least = std::min(least, here);
        }
    });
    return conflict ? PublicationState::conflict : least;
}

// ---- queries ----

QueryId Engine::query(Instant now, const Query& query) {
    impl_->host.outputs.recycle();
    const auto id = static_cast<QueryId>(impl_->next_query++);
    Impl::Asked& asked = impl_->queries.emplace(id, Impl::Asked{query}).first->second;
    impl_->for_links(query.scope, [&](Link& link) { link.subscribe(now, id, query, false); });
    impl_->host.outputs.event(CacheExhausted{id});
    impl_->timers.arm(asked.settled, Timer::settled, static_cast<std::uint64_t>(id),
                      now + settle_time);
    impl_->settle(now, query.scope);
    return id;
}

void Engine::cancel(Instant now, QueryId id) {
    impl_->host.outputs.recycle();
    const auto found = impl_->queries.find(id);
    if (found == impl_->queries.end()) return;
    impl_->for_links(found->second.query.scope, [&](Link& link) {
        link.unsubscribe(id);
        impl_->rearm(link);
    });
    impl_->timers.disarm(found->second.settled);
    impl_->queries.erase(found);
    (void)now;
}

bool Engine::recall(Instant now, const Query& query, const Recalled& tell) const {
    bool complete = false;
    impl_->for_links(query.scope,
                     [&](const Link& link) { complete |= link.recall(now, query, tell); });
    return complete;
}

void Engine::reconfirm(Instant now, const wire::Record& record, const Scope& scope) {
    impl_->host.outputs.recycle();
    impl_->for_links(scope, [&](Link& link) { link.reconfirm(now, record); });
    impl_->settle(now, scope);
}

void Engine::set_cache_memory_max(std::size_t bytes) {
    impl_->host.config.cache_memory_max = bytes;
}

void Engine::flush_cache(Instant now) {
    impl_->host.outputs.recycle();
    for (auto& [id, link] : impl_->links) link.flush_cache(now);
    impl_->settle(now, {});
}

void Engine::requery(Instant now, const Scope& scope) {
    impl_->host.outputs.recycle();
    impl_->for_links(scope, [now](Link& link) { link.requery(now); });
    impl_->settle(now, scope);
}

// ---- outputs and questions ----

std::optional<Output> Engine::poll() { return impl_->host.outputs.poll(); }

std::optional<Deadline> Engine::deadline() const {
    std::optional<Deadline> first;
    if (const auto at = impl_->timers.next())
        first = Deadline{*at, {}, to_string(*impl_->timers.next_timer())};
    const auto at = impl_->wake_ups.next();
    if (at && (!first || *at < first->at)) {
        first = Deadline{*at, to_link(impl_->wake_ups.next_id()),
                         to_string(*impl_->wake_ups.next_timer())};
    }
    return first;
}

std::optional<PublicationState> Engine::state(PublicationId id) const { return impl_->state(id); }
const Counters& Engine::counters() const { return impl_->host.counters; }

std::vector<LinkStatus> Engine::links() const {
    std::vector<LinkStatus> all;
    for (const auto& [id, link] : impl_->links) {
        all.push_back(
            {id, link.room().cache.size(), link.packets_in(), link.room().packer.packets_out()});
    }
    return all;
}

std::vector<CachedRecordInfo> Engine::cache(Instant now) const {
    std::vector<CachedRecordInfo> all;
    for (const auto& [id, link] : impl_->links) {
        const Cache& cache = link.room().cache;
        for (const Cache::Place place : cache.all()) {
            all.push_back({id, cache.record(place), cache[place].remaining(now)});
        }
    }
    return all;
}

}  // namespace mdns::engine
