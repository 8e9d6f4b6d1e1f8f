#include "dnssd/resolve.hpp"

#include <algorithm>

#include "dnssd/address_record.hpp"

namespace dnssd {

using mdns::engine::QueryId;
using mdns::wire::Name;
using mdns::wire::Record;
namespace type = mdns::wire::type;

namespace {

Scope only(LinkId link) { return {link.ifindex, link.family}; }

bool same_content(const Resolved& left, const Resolved& right) {
    return left.host == right.host && left.port == right.port && left.priority == right.priority &&
           left.weight == right.weight && left.txt == right.txt &&
           left.addresses == right.addresses;
}

}  // namespace

std::size_t choose_by_weight(const std::vector<mdns::wire::Srv>& srvs, std::mt19937_64& random) {
    const auto best = std::min_element(srvs.begin(), srvs.end(), [](const auto& a, const auto& b) {
                          return a.priority < b.priority;
                      })->priority;
    std::uint32_t total = 0;
    std::size_t newest = 0;
    for (std::size_t i = 0; i < srvs.size(); ++i) {
        if (srvs[i].priority != best) continue;
        total += srvs[i].weight;
        newest = i;
    }
    if (total == 0) return newest;
    std::uint32_t drawn = std::uniform_int_distribution<std::uint32_t>(1, total)(random);
    for (std::size_t i = 0; i < srvs.size(); ++i) {
        if (srvs[i].priority != best) continue;
        if (drawn <= srvs[i].weight) return i;
        drawn -= srvs[i].weight;
    }
    return newest;
}

Resolve::Resolve(Context& context, Handle handle, Instant now, const ServiceName& name,
                 const Name& instance, const Scope& scope, const ResolveParts& parts)
    : Activity(context, handle),
      name_(name),
      srv_query_(context.ask(now, handle, {.name = instance, .type = type::srv, .scope = scope})),
      wants_addresses_(parts.addresses),
      fail_at_(now + context.config.resolve_timeout) {
    if (parts.txt)
        txt_query_ =
            context.ask(now, handle, {.name = instance, .type = type::txt, .scope = scope});
    arm(now);
}

void Resolve::end(Instant now) {
    context_.stop_asking(now, srv_query_);
    if (txt_query_) context_.stop_asking(now, *txt_query_);
    for (auto& entry : links_) drop_target(now, entry.second);
}

// ---- what arrives ----

void Resolve::on_added(Instant now, const mdns::engine::RecordAdded& added) {
    if (added.query == srv_query_) {
        if (added.record.type != type::srv || !mdns::wire::parse_srv(added.record.rdata)) return;
        links_[added.link].srvs.push_back(added);
        choose_srv(now, added.link);
    } else if (added.query == txt_query_) {
        if (added.record.type != type::txt) return;
        links_[added.link].txts.push_back(added.record);
    } else {
        add_address(now, added);
    }
    context_.report_later(handle_);
}

void Resolve::on_removed(Instant now, const mdns::engine::RecordRemoved& removed) {
    const auto found = links_.find(removed.link);
    if (found == links_.end()) return;
    if (removed.query == srv_query_) {
        std::erase_if(found->second.srvs,
                      [&](const auto& srv) { return srv.record.same_data(removed.record); });
        choose_srv(now, removed.link);
    } else if (removed.query == txt_query_) {
        std::erase_if(found->second.txts,
                      [&](const Record& txt) { return txt.same_data(removed.record); });
    } else {
        remove_address(removed);
    }
    context_.report_later(handle_);
}

void Resolve::on_no_such(Instant, const mdns::engine::NoSuchRecord& none) {
    if (none.query == txt_query_) {
        links_[none.link].no_txt = true;
    } else if (Family* family = asked_by(none.query).second) {
        family->denied = true;
    }
    context_.report_later(handle_);
}

void Resolve::on_time(Instant) { context_.report_later(handle_); }

// ---- the target and its addresses ----

void Resolve::choose_srv(Instant now, LinkId link) {
    OnLink& on_link = links_[link];
    if (on_link.srvs.empty()) {
        on_link.srv.reset();
        on_link.told.reset();
        return drop_target(now, on_link);
    }
    std::vector<mdns::wire::Srv> srvs;
    for (const auto& srv : on_link.srvs) srvs.push_back(*mdns::wire::parse_srv(srv.record.rdata));
    const std::size_t chosen = choose_by_weight(srvs, context_.random);
    if (!on_link.srv) on_link.srv_since = now;
    on_link.srv = on_link.srvs[chosen];
    if (!on_link.target || !(on_link.target->name == srvs[chosen].target)) {
        follow(now, link, srvs[chosen].target);
    }
}

void Resolve::follow(Instant now, LinkId link, const Name& host) {
    OnLink& on_link = links_[link];
    drop_target(now, on_link);
    if (!wants_addresses_) return;
    Target target{host, {}, {}, std::nullopt};
    target.ipv4.query =
        context_.ask(now, handle_, {.name = host, .type = type::a, .scope = only(link)});
    target.ipv6.query =
        context_.ask(now, handle_, {.name = host, .type = type::aaaa, .scope = only(link)});
    on_link.target = std::move(target);
}

void Resolve::drop_target(Instant now, OnLink& on_link) {
    if (!on_link.target) return;
    context_.stop_asking(now, on_link.target->ipv4.query);
    context_.stop_asking(now, on_link.target->ipv6.query);
    on_link.target.reset();
}

std::pair<Resolve::OnLink*, Resolve::Family*> Resolve::asked_by(QueryId query) {
    for (auto& entry : links_) {
        auto& target = entry.second.target;
        if (target && target->ipv4.query == query) return {&entry.second, &target->ipv4};
        if (target && target->ipv6.query == query) return {&entry.second, &target->ipv6};
    }
    return {nullptr, nullptr};
}

void Resolve::add_address(Instant now, const mdns::engine::RecordAdded& added) {
    const auto [on_link, family] = asked_by(added.query);
    const auto address = address_in(added.record);
    if (!family || !address) return;
    auto& known = family->addresses;
    if (std::find(known.begin(), known.end(), *address) == known.end()) known.push_back(*address);
    family->denied = false;
    if (!on_link->target->first_address) on_link->target->first_address = now;
}

void Resolve::remove_address(const mdns::engine::RecordRemoved& removed) {
    Family* family = asked_by(removed.query).second;
    const auto address = address_in(removed.record);
    if (family && address) std::erase(family->addresses, *address);
}

// ---- what is told ----

/// When this link can be told of; empty: something is missing that no waiting replaces.
std::optional<Instant> Resolve::ready_at(const OnLink& on_link) const {
    if (!on_link.srv) return std::nullopt;
    const bool misses_txt = txt_query_ && on_link.txts.empty() && !on_link.no_txt;
    if (!wants_addresses_)
        return misses_txt ? on_link.srv_since + missing_txt_wait : on_link.srv_since;
    if (!on_link.target || !on_link.target->first_address) return std::nullopt;
    const Target& target = *on_link.target;
    if (target.ipv4.addresses.empty() && target.ipv6.addresses.empty()) return std::nullopt;
    Instant at = on_link.srv_since;
    if (misses_txt) at += missing_txt_wait;
    if (target.ipv4.settled() && target.ipv6.settled()) return at;
    return std::max(at, *target.first_address + other_family_wait);
}

Resolved Resolve::describe(LinkId link, const OnLink& on_link) const {
    const auto srv = *mdns::wire::parse_srv(on_link.srv->record.rdata);
    Resolved resolved{.handle = handle_,
                      .link = link,
                      .name = name_,
                      .host = srv.target,
                      .port = srv.port,
                      .priority = srv.priority,
                      .weight = srv.weight,
                      .txt = {},
                      .addresses = {},
                      .local = on_link.srv->local};
    if (!on_link.txts.empty()) resolved.txt = mdns::wire::parse_txt(on_link.txts.back().rdata);
    if (!on_link.target) return resolved;
    resolved.addresses = on_link.target->ipv4.addresses;
    const auto& ipv6 = on_link.target->ipv6.addresses;
    resolved.addresses.insert(resolved.addresses.end(), ipv6.begin(), ipv6.end());
    return resolved;
}

void Resolve::report(Instant now) {
    for (auto& [link, on_link] : links_) {
        const auto ready = ready_at(on_link);
        if (!ready || *ready > now) continue;
        Resolved resolved = describe(link, on_link);
        fail_at_.reset();
        if (on_link.told && same_content(*on_link.told, resolved)) continue;
        on_link.told = resolved;
        context_.emit(std::move(resolved));
    }
    if (fail_at_ && now >= *fail_at_) {
        fail_at_.reset();
        context_.emit(ResolveFailed{handle_});
    }
    arm(now);
}

void Resolve::arm(Instant now) {
    std::optional<Instant> next = fail_at_;
    for (const auto& entry : links_) {
        const auto ready = ready_at(entry.second);
        if (ready && *ready > now && (!next || *ready < *next)) next = ready;
    }
    if (next) {
        context_.timers.set(handle_, *next);
    } else {
        context_.timers.clear(handle_);
    }
}

}  // namespace dnssd
