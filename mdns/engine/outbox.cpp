#include "mdns/engine/outbox.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

// A receiver's default socket buffer holds 92 full datagrams: at most about half of that within any
// 10 ms. Half of these may go in one burst, the others one by one.
constexpr std::size_t pace_packets = 48;
constexpr std::size_t pace_burst = pace_packets / 2;
constexpr auto pace_time = std::chrono::milliseconds(10);
constexpr auto pace_step =
    std::chrono::duration_cast<Duration>(pace_time) / pace_burst + Duration(1);
constexpr auto pace_rest = pace_time / 2;  // not a wake-up for each
// §6.4: an answer whose time has come waits this long for another that may go soon.
constexpr auto join_time = std::chrono::milliseconds(20);
constexpr std::size_t max_replies = 4096;
constexpr std::size_t max_askers = 4;
constexpr std::size_t kept_for_queries = 1024;

template <class Item>
void drop_front(std::vector<Item>& items, std::size_t count) {
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void Outbox::answer(Instant now, const Answer& item, Window window, const Address* asker,
                    Duration spacing, const Cause& why) {
    if (item.denied == Zone::no_name && twin_says_it(item.record)) return;
    const Instant last = last_sent(item);
    if (last != Instant{} && last + spacing > now) {
        window.earliest = std::max(window.earliest, last + spacing);
        window.due = std::max(window.due, last + spacing);
    }
    Pending* pending = find(item);
    if (pending) {
        pending->window.earliest = std::min(pending->window.earliest, window.earliest);
        pending->window.due = std::min(pending->window.due, window.due);
    } else {
        if (item.denied == Zone::no_name) {
            records_[item.record].pending = static_cast<std::uint32_t>(pending_.size());
        }
        pending_.push_back({item, window, {}, false, {}});
        pending = &pending_.back();
    }
    answers_due_ = std::min(answers_due_, window.due);
    pending->why.add(why);
    was_asked_ = was_asked_ || asker;
    if (!asker || pending->askers.size() == max_askers) {
        pending->for_all = true;
    } else if (std::ranges::find(pending->askers, *asker) == pending->askers.end()) {
        pending->askers.push_back(*asker);
    }
}

/// §6 counts per record; of a unique set the youngest counts for all, so that they stay together
/// (§10.2: the cache-flush bit speaks for the whole set).
Instant Outbox::last_sent(const Answer& item) const {
    if (item.denied != Zone::no_name) {
        const auto sent = denials_sent_.find(item.denied);
        return sent == denials_sent_.end() ? Instant{} : sent->second;
    }
    Instant last = records_.peek(item.record).last_multicast;
    const ZoneRecord& record = host_.zone[item.record];
    if (record.sharing == Sharing::shared && !record.has_twin) return last;
    for (const RecordIndex other : host_.zone.at(record.owner)) {
        const bool same = host_.zone.same_data(other, item.record);  // in another scope
        const bool same_set = record.sharing != Sharing::shared && records_.active(other) &&
                              host_.zone[other].type == record.type;
        if (!same && !same_set) continue;
        last = std::max(last, records_.peek(other).last_multicast);
    }
    return last;
}

/// The same data, published in another scope, is on its way already or will be.
bool Outbox::twin_says_it(RecordIndex record) const {
    if (!host_.zone[record].has_twin) return false;
    const auto& zone = host_.zone;
    return std::ranges::any_of(zone.at(zone[record].owner), [&](RecordIndex other) {
        const bool leaves = other < record
                                ? records_.active(other)
                                : records_.peek(other).pending != LinkRecord::not_pending;
        return other != record && leaves && zone.same_data(other, record);
    });
}

Outbox::Pending* Outbox::find(const Answer& item) {
    if (item.denied == Zone::no_name) {
        const std::uint32_t at = records_.peek(item.record).pending;
        return at == LinkRecord::not_pending ? nullptr : &pending_[at];
    }
    const auto found = std::ranges::find(pending_, item, &Pending::item);
    return found == pending_.end() ? nullptr : &*found;
}

void Outbox::erase(std::size_t index) {
    const auto unlink = [this](std::size_t at, std::uint32_t to) {
        if (pending_[at].item.denied == Zone::no_name)
            records_[pending_[at].item.record].pending = to;
    };
    unlink(index, LinkRecord::not_pending);
    if (index + 1 != pending_.size()) {
        pending_[index] = std::move(pending_.back());
        unlink(index, static_cast<std::uint32_t>(index));
    }
    pending_.pop_back();
}

void Outbox::known_to(const Address& asker, RecordIndex record) {
    std::erase_if(replies_, [&](const Reply& reply) {
        return reply.to.address == asker && reply.item == Answer{record};
    });
    const std::uint32_t at = records_.peek(record).pending;
    if (at == LinkRecord::not_pending) return;
    auto& askers = pending_[at].askers;
    const auto found = std::ranges::find(askers, asker);
    if (found == askers.end()) return;
    askers.erase(found);
    if (!askers.empty()) pending_[at].why.set_asker(askers.front());
    if (askers.empty() && !pending_[at].for_all) erase(at);
}

void Outbox::wait_for_more(const Address& asker, Window window) {
    for (Pending& pending : pending_) {
        if (!pending.for_all && pending.askers.size() == 1 && pending.askers.front() == asker) {
            pending.window = {std::max(pending.window.earliest, window.earliest),
                              std::max(pending.window.due, window.due)};
        }
    }
    for (Reply& reply : replies_) {
        if (reply.to.address == asker) reply.window = window;
    }
}

void Outbox::answered_by_peer(Instant now, RecordIndex record) {
    const std::uint32_t at = records_.peek(record).pending;
    if (at == LinkRecord::not_pending) return;
    records_[record].last_multicast = now;
    erase(at);
}

void Outbox::forget(RecordIndex record) {
    if (const auto at = records_.peek(record).pending; at != LinkRecord::not_pending) erase(at);
    std::erase_if(replies_, [&](const Reply& reply) { return reply.item == Answer{record}; });
}

void Outbox::forget_name(NamePlace name) {
    std::erase(probes_, name);
    std::erase_if(replies_, [&](const Reply& reply) { return reply.item.denied == name; });
    for (std::size_t at = pending_.size(); at-- > 0;) {
        if (pending_[at].item.denied == name) erase(at);
    }
    denials_sent_.erase(name);
}

void Outbox::unicast(const Endpoint& to, const Answer& item, Window window, Reason why) {
    if (replies_.size() >= max_replies) return;
    replies_.push_back({to, item, window, why});
    replies_due_ = std::min(replies_due_, window.due);
}

bool Outbox::empty() const {
    return pending_.empty() && replies_.empty() && goodbyes_.empty() && probes_.empty() &&
           asks_.empty();
}

void Outbox::flush(Instant now, bool unicast_probes) {
    flush_replies(now);
    std::size_t& left = budget(now);
    drop_front(goodbyes_, packer_.goodbyes(now, goodbyes_, left));
    std::ranges::sort(probes_);  // of several publications at one name: one question
    probes_.erase(std::unique(probes_.begin(), probes_.end()), probes_.end());
    drop_front(probes_, packer_.probes(now, probes_, unicast_probes, left));
    flush_questions(now);
    flush_answers(now);
    arm(now);
    give_back_memory();
}

/// What a link announces, it announces once: it keeps no memory for more of it. Of queries there
/// are more to come, and answering those is to allocate nothing.
void Outbox::give_back_memory() {
    const auto give_back = [](auto& items, std::size_t kept) {
        if (items.empty() && items.capacity() > kept) items.shrink_to_fit();
    };
    give_back(pending_, was_asked_ ? kept_for_queries : 0);
    give_back(replies_, kept_for_queries);
    give_back(asks_, kept_for_queries);
    give_back(probes_, 0);
    give_back(goodbyes_, 0);
    if (pending_.empty()) host_.scratch.give_back_memory();
}

std::size_t& Outbox::budget(Instant now) {
    const Duration passed = now - pace_began_;
    if (passed >= pace_time) {
        pace_began_ = now;
        pace_left_ = pace_burst;
    } else if (passed >= pace_step) {
        pace_left_ =
            std::min(pace_left_ + static_cast<std::size_t>(passed / pace_step), pace_burst);
        pace_began_ += passed / pace_step * pace_step;
    }
    return pace_left_;
}

void Outbox::flush_questions(Instant now) {
    if (asks_.empty()) return;
    std::stable_partition(asks_.begin(), asks_.end(),
                          [](const Ask& ask) { return ask.alone; });  // the urgent first
    drop_front(asks_, packer_.questions(now, asks_, budget(now)));
}

/// Unicast answers: per destination one message, as soon as one of them is due.
void Outbox::flush_replies(Instant now) {
    if (now < replies_due_) return;
    for (std::size_t at = 0; at < replies_.size();) {
        if (replies_[at].window.due > now) {
            ++at;
            continue;
        }
        const Endpoint to = replies_[at].to;
        host_.scratch.ready.clear();
        host_.scratch.causes.clear();
        std::erase_if(replies_, [&](const Reply& reply) {
            if (reply.to != to || reply.window.earliest > now) return false;
            host_.scratch.ready.push_back(reply.item);
            host_.scratch.causes.emplace_back(reply.why, to.address);
            return true;
        });
        std::size_t unpaced = pace_packets;
        packer_.answers(now, host_.scratch.ready, host_.scratch.causes, to, unpaced);
        at = 0;
    }
    replies_due_ = Instant::max();
    for (const Reply& reply : replies_) replies_due_ = std::min(replies_due_, reply.window.due);
}

void Outbox::flush_answers(Instant now) {
    if (now < answers_due_ || budget(now) == 0) return;
    const auto due = [now](const Pending& pending) { return pending.window.due <= now; };
    if (std::ranges::none_of(pending_, due)) return;
    // §6.4: if another answer may go within a moment, one packet will do for both.
    const bool urgent = std::ranges::any_of(pending_, [&](const Pending& pending) {
        return due(pending) && (pending.window.earliest == pending.window.due ||
                                pending.window.due + join_time <= now);
    });
    const bool company = std::ranges::any_of(pending_, [&](const Pending& pending) {
        return pending.window.earliest > now && pending.window.earliest <= now + join_time;
    });
    if (!urgent && company) return;

    host_.scratch.ready.clear();
    host_.scratch.causes.clear();
    const std::size_t allowed = thrift_.packets(now, packer_.size_limit());
    stinted_ = allowed != Thrift::unlimited;
    if (stinted_) {
        gather(now, true);  // first the few that most hosts wait for
        gather(now, false);
    } else {
        gather(now, {});
    }
    std::size_t& paced = budget(now);
    std::size_t left = std::min(paced, allowed);
    paced -= left;
    const std::uint64_t before = host_.counters.bytes_out;
    const std::size_t sent =
        packer_.answers(now, host_.scratch.ready, host_.scratch.causes, {}, left);
    thrift_.on_answers(now, host_.counters.bytes_out - before);
    paced += left;
    for (const Answer& item : std::span(host_.scratch.ready).first(sent)) {
        if (item.denied != Zone::no_name) denials_sent_[item.denied] = now;
        erase(static_cast<std::size_t>(find(item) - pending_.data()));
    }
    for (std::size_t at = pending_.size(); at-- > 0;) {  // said just now, as an additional record
        const Answer& item = pending_[at].item;
        const bool record = item.denied == Zone::no_name;
        if (record && records_.peek(item.record).last_multicast == now) erase(at);
    }
}

/// Answers that may leave now: all, or addresses only, or the others only.
void Outbox::gather(Instant now, std::optional<bool> addresses) {
    const auto is_address = [this](const Answer& item) {
        if (item.denied != Zone::no_name) return true;
        const std::uint16_t type = host_.zone[item.record].type;
        return type == wire::type::a || type == wire::type::aaaa;
    };
    for (const Pending& pending : pending_) {
        if (pending.window.earliest > now) continue;
        if (addresses && *addresses != is_address(pending.item)) continue;
        host_.scratch.ready.push_back(pending.item);
        host_.scratch.causes.push_back(pending.why);
    }
}

/// When answers that have not left have to be looked at next.
Instant Outbox::next_answer(Instant now) const {
    const bool held = std::ranges::any_of(
        pending_, [now](const Pending& pending) { return pending.window.due <= now; });
    Instant next = Instant::max();
    for (const Pending& pending : pending_) {
        if (pending.window.due > now) next = std::min(next, pending.window.due);
        if (held && pending.window.earliest > now) next = std::min(next, pending.window.earliest);
    }
    if (held && stinted_) next = std::min(next, now + pace_time);
    return next;
}

void Outbox::arm(Instant now) {
    if (pending_.empty()) answers_due_ = Instant::max();
    if (replies_.empty()) replies_due_ = Instant::max();
    if (answers_due_ <= now) {
        answers_due_ = pace_left_ == 0 ? pace_began_ + pace_rest : next_answer(now);
    }
    Instant next = std::min(answers_due_, replies_due_);
    const bool waiting = !goodbyes_.empty() || !probes_.empty() || !asks_.empty();
    if (waiting && pace_left_ == 0) next = std::min(next, pace_began_ + pace_rest);
    if (next != Instant::max()) {
        timers_.arm(timer_, Timer::outbox, 0, next);
    } else {
        timers_.disarm(timer_);
    }
}

}  // namespace mdns::engine
