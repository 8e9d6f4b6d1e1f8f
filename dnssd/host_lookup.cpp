#include "dnssd/host_lookup.hpp"

#include <algorithm>

#include "dnssd/address_record.hpp"
#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::engine::Family;
using mdns::wire::Name;
namespace type = mdns::wire::type;

namespace {

Family family_of(const Address& address) { return address.is_v4() ? Family::ipv4 : Family::ipv6; }

/// fe80::1 on two interfaces may be two hosts; any other address is one wherever it was heard.
bool same_for_caller(const HostAddress& left, const HostAddress& right) {
    const bool per_interface = left.address.is_v6() && left.address.to_v6().is_link_local();
    return left.address == right.address && (!per_interface || left.ifindex == right.ifindex);
}

}  // namespace

HostLookup::HostLookup(Context& context, Handle handle, Name name, Families families,
                       const Scope& scope)
    : Activity(context, handle),
      name_(std::move(name)),
      families_(families),
      scope_(scope),
      key_(folded(name_), scope.ifindex, scope.family) {}

void HostLookup::start(Instant now) {
    if (!is_local(name_) || !context_.reachable(scope_) || is_known_already(now)) {
        context_.report_later(handle_);
        return;
    }
    ask(now, name_);
    give_up_at_ = now + context_.config.negative_timeout;
    context_.timers.set(handle_, give_up_at_);
}

void HostLookup::end(Instant now) {
    for (const auto& asked : asked_) {
        context_.stop_asking(now, asked.a);
        context_.stop_asking(now, asked.aaaa);
    }
    asked_.clear();
    if (std::exchange(remembered_, false)) context_.misses.by_name.erase(key_);
}

// ---- what arrives ----

void HostLookup::on_added(Instant now, const mdns::engine::RecordAdded& added) {
    if (done_) return context_.finish(handle_);  // the remembered miss is none any more
    if (added.record.type == type::cname) return follow(now, added.record);
    if (keep(added)) settle(now);
}

/// \return false: it is no address
bool HostLookup::keep(const mdns::engine::RecordAdded& added) {
    const auto address = address_in(added.record);
    if (!address) return false;
    answers_.push_back(
        {added.link,
         added.record.name,
         {added.link.ifindex, *address, added.record.ttl, added.link.family, added.local}});
    return true;
}

void HostLookup::on_removed(Instant, const mdns::engine::RecordRemoved& removed) {
    const auto address = address_in(removed.record);
    const auto same = [&](const Answer& answer) {
        return answer.link == removed.link && answer.address.address == *address;
    };
    if (address) std::erase_if(answers_, same);
}

void HostLookup::on_no_such(Instant now, const mdns::engine::NoSuchRecord& none) {
    if (done_ || asked_.empty()) return;
    const Asked& last = asked_.back();  // a name with a CNAME has no addresses of its own
    if (last.a == none.query) denials_.emplace(none.link.ifindex, Family::ipv4);
    if (last.aaaa == none.query) denials_.emplace(none.link.ifindex, Family::ipv6);
    settle(now);
}

void HostLookup::on_time(Instant now) {
    if (done_) return context_.finish(handle_);
    timed_out_ = now >= give_up_at_;
    waited_ = waiting_ && answered_as_wanted();
    waiting_ = false;
    if (timed_out_ || waited_) return context_.report_later(handle_);
    context_.timers.set(handle_, give_up_at_);  // what had come is gone again
}

void HostLookup::ask(Instant now, const Name& name) {
    const auto a = context_.ask(now, handle_, {.name = name, .type = type::a, .scope = scope_});
    const auto aaaa =
        context_.ask(now, handle_, {.name = name, .type = type::aaaa, .scope = scope_});
    asked_.push_back({name, a, aaaa});
}

void HostLookup::follow(Instant now, const mdns::wire::Record& alias) {
    const auto target = mdns::wire::parse_name(alias.rdata);
    if (!target || asked_.size() > max_aliases) return;
    const bool loop = std::any_of(asked_.begin(), asked_.end(),
                                  [&](const Asked& asked) { return asked.name == *target; });
    if (loop) return;  // or the same alias, in answer to the other family
    denials_.clear();
    ask(now, *target);
}

void HostLookup::settle(Instant now) {
    if (is_enough()) return context_.report_later(handle_);
    if (!answered_as_wanted() || std::exchange(waiting_, true)) return;
    context_.timers.set(handle_, std::min(give_up_at_, now + other_answers_wait));
}

// ---- when it is enough ----

bool HostLookup::wants(Family family) const {
    return families_ == Families::both || (families_ == Families::ipv4) == (family == Family::ipv4);
}

bool HostLookup::answered(Family family) const {
    return std::any_of(answers_.begin(), answers_.end(), [&](const Answer& answer) {
        return family_of(answer.address.address) == family;
    });
}

bool HostLookup::answered_as_wanted() const {
    return (wants(Family::ipv4) && answered(Family::ipv4)) ||
           (wants(Family::ipv6) && answered(Family::ipv6));
}

bool HostLookup::known(int ifindex, Family family) const {
    return (family == Family::ipv4 ? missed_.ipv4 : missed_.ipv6) ||
           denials_.contains({ifindex, family}) ||
           std::any_of(answers_.begin(), answers_.end(), [&](const Answer& answer) {
               return answer.link.ifindex == ifindex && family_of(answer.address.address) == family;
           });
}

bool HostLookup::interface_is_complete(int ifindex) const {
    return (!wants(Family::ipv4) || known(ifindex, Family::ipv4)) &&
           (!wants(Family::ipv6) || known(ifindex, Family::ipv6));
}

bool HostLookup::any_interface_is_complete() const {
    return std::any_of(
               answers_.begin(), answers_.end(),
               [&](const Answer& answer) { return interface_is_complete(answer.link.ifindex); }) ||
           std::any_of(denials_.begin(), denials_.end(),
                       [&](const Denial& denial) { return interface_is_complete(denial.first); });
}

bool HostLookup::is_enough() const {
    return asked_.empty() || timed_out_ || waited_ || any_interface_is_complete();
}

// ---- the result ----

void HostLookup::report(Instant now) {
    if (done_ || !is_enough()) return;  // an alias may have come after a denial, in one packet
    done_ = true;
    context_.timers.clear(handle_);
    context_.emit(result());
    if (!remember(now)) context_.finish(handle_);
}

HostResult HostLookup::result() const {
    HostResult result{handle_, HostResult::Outcome::found, name_, {}};
    for (const auto& answer : answers_) {
        const HostAddress& address = answer.address;
        if (!wants(family_of(address.address))) continue;
        if (result.addresses.empty()) result.name = answer.name;
        const auto same = [&](const HostAddress& other) { return same_for_caller(other, address); };
        if (std::none_of(result.addresses.begin(), result.addresses.end(), same)) {
            result.addresses.push_back(address);
        }
    }
    if (!result.addresses.empty()) return result;
    const bool other_exists = (missed_.ipv4 || missed_.ipv6) && (!missed_.ipv4 || !missed_.ipv6);
    const bool exists = !answers_.empty() || !denials_.empty() || other_exists;
    result.outcome =
        exists ? HostResult::Outcome::no_such_family : HostResult::Outcome::no_such_name;
    return result;
}

// ---- what needs no asking: the cache, and the memory of misses ----

bool HostLookup::is_known_already(Instant now) {
    const auto missed = context_.misses.by_name.find(key_);
    if (missed != context_.misses.by_name.end()) missed_ = missed->second;
    const bool all = (!wants(Family::ipv4) || missed_.ipv4 || recall(now, Family::ipv4)) &&
                     (!wants(Family::ipv6) || missed_.ipv6 || recall(now, Family::ipv6));
    const bool nothing = answers_.empty() && denials_.empty();  // so all of it was missed
    if (all && (nothing || any_interface_is_complete())) return true;
    answers_.clear();
    denials_.clear();
    missed_ = {};
    return false;
}

/// \return false: it has to be asked for
bool HostLookup::recall(Instant now, Family family) {
    bool alias = false;
    const bool complete = context_.engine.recall(
        now,
        {.name = name_, .type = family == Family::ipv4 ? type::a : type::aaaa, .scope = scope_},
        [&](const mdns::engine::Output& known) {
            if (const auto* added = std::get_if<mdns::engine::RecordAdded>(&known)) {
                alias |= added->record.type == type::cname;
                keep(*added);
            } else if (const auto* none = std::get_if<mdns::engine::NoSuchRecord>(&known)) {
                denials_.emplace(none->link.ifindex, family);
            }
        });
    return complete && !alias;
}

/// Denials need no memory here: the cache has them.
bool HostLookup::remember(Instant now) {
    auto& by_name = context_.misses.by_name;
    if (!(timed_out_ || waited_) || asked_.empty() || by_name.size() >= max_misses) return false;
    const Misses::Families missed{!answered(Family::ipv4), !answered(Family::ipv6)};
    if (!missed.ipv4 && !missed.ipv6) return false;
    remembered_ = by_name.emplace(key_, missed).second;
    if (remembered_) context_.timers.set(handle_, now + miss_memory);
    return remembered_;
}

}  // namespace dnssd
