#include "mdns/engine/query.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

constexpr auto second_look_min = std::chrono::seconds(30);
constexpr auto second_look_max = std::chrono::seconds(60);

bool answers(std::uint16_t record_type, std::uint16_t asked) {  // §6: a CNAME answers any type
    return record_type == asked || record_type == wire::type::cname ||
           (asked == wire::type::any && record_type != wire::type::nsec);
}

}  // namespace

// ---- clients come and go ----

void Asking::subscribe(Instant now, QueryId id, const Query& query, bool replay) {
    const Index index = find_or_make(query);
    const bool fresh = questions_[index].subscribers.empty();
    questions_[index].subscribers.push_back(id);
    by_query_[static_cast<std::uint64_t>(id)] = index;
    for_each_known(now, questions_[index], [&](wire::Record record, bool local) {
        room_.host.outputs.event(RecordAdded{id, room_.id, std::move(record), local});
    });
    for (const Cache::Place place : room_.cache.find(questions_[index].hash, query.name)) {
        if (answers(room_.cache[place].type, query.type)) room_.cache.schedule(now, place, true);
    }
    Question& question = questions_[index];
    if (satisfied(now, question)) {
        if (question.denied || deny_if_known(now, question)) {
            room_.host.outputs.event(NoSuchRecord{id, room_.id});
            question.denied = true;
        }
        return;
    }
    // A running series is shared; but a program that waits gets its query now.
    const bool late = question.sent && now - *question.sent >= first_interval;
    if (!fresh && !(query.urgent && late)) return;
    question.unicast = replay && room_.may_ask_unicast();
    question.alone = query.urgent && !replay;
    question.interval = {};
    start(now, index,
          question.alone ? Duration::zero()
                         : room_.host.random.between(query_delay_min, query_delay_max));
}

void Asking::unsubscribe(QueryId id) {
    const auto found = by_query_.find(static_cast<std::uint64_t>(id));
    if (found == by_query_.end()) return;
    const Index index = found->second;
    by_query_.erase(found);
    std::erase(questions_[index].subscribers, id);
    if (questions_[index].subscribers.empty()) free_place(index);
}

Asking::Index Asking::find_or_make(const Query& query) {
    const std::uint64_t hash = wire::hash(query.name, room_.host.key);
    const auto place = names_.intern(hash, query.name);
    for (const Index index : names_[place]) {
        if (questions_[index].type == query.type && questions_[index].klass == query.klass)
            return index;
    }
    Index index;
    if (free_.empty()) {
        index = static_cast<Index>(questions_.size());
        questions_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    questions_[index].name = query.name;
    questions_[index].hash = hash;
    questions_[index].type = query.type;
    questions_[index].klass = query.klass;
    names_[place].push_back(index);
    return index;
}

void Asking::free_place(Index index) {
    Question& question = questions_[index];
    room_.timers.disarm(question.timer);
    const auto place = names_.find(question.hash, question.name);
    std::erase(names_[place], index);
    if (names_[place].empty()) names_.erase(place);
    question = Question{};
    free_.push_back(index);
}

template <class Visit>
void Asking::for_each_known(Instant now, const Question& question, Visit&& visit) const {
    for (const Cache::Place place : room_.cache.find(question.hash, question.name)) {
        const CachedRecord& known = room_.cache[place];
        if (known.expires > now && answers(known.type, question.type)) {
            visit(room_.cache.record(place), false);
        }
    }
    for (const RecordIndex own :
         room_.host.zone.at(room_.host.zone.find(question.hash, question.name))) {
        if (room_.records.active(own) && answers(room_.host.zone[own].type, question.type)) {
            visit(room_.host.zone.record(own), true);
        }
    }
}

bool Asking::recall(Instant now, const Query& query, const Recalled& tell) const {
    Question question;
    question.name = query.name;
    question.hash = wire::hash(query.name, room_.host.key);
    question.type = query.type;
    for_each_known(now, question, [&](wire::Record record, bool local) {
        tell(RecordAdded{{}, room_.id, std::move(record), local});
    });
    if (!satisfied(now, question)) return false;
    if (deny_if_known(now, question)) tell(NoSuchRecord{{}, room_.id});
    return true;
}

void Asking::tell_all_gone() {
    for (const Question& question : questions_) {
        if (question.subscribers.empty()) continue;
        for (const Cache::Place place : room_.cache.find(question.hash, question.name)) {
            const CachedRecord& known = room_.cache[place];
            if (answers(known.type, question.type)) {
                tell(question, room_.cache.record(place), false, false);
            }
        }
        for (const RecordIndex own :
             room_.host.zone.at(room_.host.zone.find(question.hash, question.name))) {
            if (room_.records.active(own) && answers(room_.host.zone[own].type, question.type)) {
                tell(question, room_.host.zone.record(own), false, true);
            }
        }
    }
}

// ---- the series (§5.2) ----

void Asking::start(Instant now, Index index, Duration delay) {
    room_.timers.arm(questions_[index].timer, Timer::ask, index, now + delay);
}

void Asking::on_series_timer(Instant now, std::uint64_t index) {
    Question& question = questions_[index];
    question.timer = Scheduler::none;
    if (satisfied(now, question)) return;
    const Instant sent = asked_for_us(now, question).value_or(now);
    if (sent == now) {
        room_.outbox.ask({question.name, question.type, question.klass, question.unicast,
                          question.alone, Reason::query});
        if (question.unicast) room_.host.asked_unicast.note(now, room_.id, question.hash);
    }
    question.unicast = false;  // §5.4: retransmissions are QM
    question.alone = false;
    question.sent = sent;
    question.asked_by_peer.reset();
    question.interval = question.interval == Duration::zero()
                            ? Duration(first_interval)
                            : std::min<Duration>(question.interval * 2, max_interval);
    // Whoever let the same peer ask would else ask together with us next time.
    const Duration spread = sent == now ? Duration::zero() : question.interval / 8;
    start(now, static_cast<Index>(index),
          sent + question.interval - now + room_.host.random.between({}, spread));
}

/// §7.3: a peer's query of late counts as this one: within half of the interval, so that on a busy
/// link our own series goes on, and slows down no faster than if we were alone.
std::optional<Instant> Asking::asked_for_us(Instant now, const Question& question) const {
    const Duration recent = std::max<Duration>(question.interval / 2, query_delay_max);
    const bool counts = question.asked_by_peer && now - *question.asked_by_peer <= recent &&
                        *question.asked_by_peer < now;
    return counts ? question.asked_by_peer : std::nullopt;
}

/// Nothing on the wire could add to what is known: a unique answer (§5.2), a denial (§6.1), or the
/// name is our own.
bool Asking::satisfied(Instant now, const Question& question) const {
    if (room_.records.owns(room_.host.zone.find(question.hash, question.name))) return true;
    for (const Cache::Place place : room_.cache.find(question.hash, question.name)) {
        const CachedRecord& known = room_.cache[place];
        const bool exact = known.type == question.type || known.type == wire::type::cname;
        if (known.unique && exact && known.expires > now) return true;
    }
    return room_.cache.denied(now, question.hash, question.name, question.type);
}

bool Asking::deny_if_known(Instant now, const Question& question) const {
    const Zone& zone = room_.host.zone;
    const NamePlace own = zone.find(question.hash, question.name);
    if (room_.records.owns(own)) {
        return std::ranges::none_of(zone.at(own), [&](RecordIndex index) {
            return room_.records.active(index) && answers(zone[index].type, question.type);
        });
    }
    return room_.cache.denied(now, question.hash, question.name, question.type);
}

void Asking::resume_if_open(Instant now, Index index) {
    Question& question = questions_[index];
    question.denied = false;
    if (question.timer != Scheduler::none || satisfied(now, question)) return;
    // What ended here has ended on many hosts at this very moment (§5.2).
    const Duration wait = room_.host.random.between(query_delay_min, query_delay_max);
    const Instant soonest = question.sent ? *question.sent + first_interval : now;
    question.interval = {};
    start(now, index, std::max<Duration>(soonest - now, wait));
}

/// §10.5: its owner seems to have failed. We do not ask after it, but should that have been an
/// error, nor do we wait for the next query of an old series.
void Asking::look_again_later(Instant now, Index index) {
    Question& question = questions_[index];
    question.denied = false;
    if (satisfied(now, question)) return;
    const Instant later = now + room_.host.random.between(second_look_min, second_look_max);
    const bool soon = question.timer != Scheduler::none && question.sent &&
                      *question.sent + question.interval <= later;
    if (soon) return;
    question.asked_by_peer.reset();  // in vain
    room_.timers.arm(question.timer, Timer::ask, index, later);
}

void Asking::on_peer_question(Instant now, const wire::Message& query) {
    if (query.header().truncated) return;  // its known answers are not complete yet
    for (const auto& asked : query.questions()) {
        if (asked.unicast_response) continue;  // its answers would not reach us
        const auto place = names_.find(wire::hash(asked.name, room_.host.key), asked.name);
        if (place == names_.none) continue;
        for (const Index index : names_[place]) {
            Question& ours = questions_[index];
            if (ours.type != asked.type || ours.klass != asked.klass ||
                ours.timer == Scheduler::none)
                continue;
            if (!lists_only_what_we_know(now, query, ours)) continue;
            ours.asked_by_peer = now;
        }
    }
}

bool Asking::lists_only_what_we_know(Instant now, const wire::Message& query,
                                     const Question& question) const {
    wire::Rdata& rdata = room_.host.scratch.rdata;
    return std::ranges::all_of(query.answers(), [&](const wire::RecordView& listed) {
        if (!listed.name.equals(question.name)) return true;
        if (room_.records.find_active(room_.host.zone.find(question.hash, question.name), listed))
            return true;
        listed.canonical_rdata(rdata);
        const auto known = room_.cache.find(question.hash, question.name, listed.type, rdata);
        if (!known) return false;
        const CachedRecord& have = room_.cache[*known];
        return have.remaining(now) >= have.ttl / 2;
    });
}

// ---- what changes (§10) ----

template <class AnyName, class Visit>
void Asking::for_each_question(std::uint64_t hash, const AnyName& name, std::uint16_t record_type,
                               Visit&& visit) {
    const auto place = names_.find(hash, name);
    if (place == names_.none) return;
    for (const Index index : names_[place]) {
        if (answers(record_type, questions_[index].type)) visit(index);
    }
}

void Asking::on_change(Instant now, const Cache::Change& change) {
    const CachedRecord& record = room_.cache[change.place];
    const std::uint64_t hash = room_.cache.name_hash(change.place);
    const wire::Name& name = room_.cache.name(change.place);
    for_each_question(hash, name, record.type, [&](Index index) {
        Question& question = questions_[index];
        question.denied = false;
        if (change.kind == Cache::Change::Kind::added)
            tell(question, room_.cache.record(change.place), true, false);
        // What is shared settles nothing: of a popular type thousands come, one by one.
        if (record.unique && satisfied(now, question)) room_.timers.disarm(question.timer);
    });
    if (record.type != wire::type::nsec) return;
    const auto place = names_.find(hash, name);
    if (place == names_.none) return;
    for (const Index index : names_[place]) {
        Question& question = questions_[index];
        if (question.denied || !room_.cache.denied(now, hash, name, question.type)) continue;
        question.denied = true;
        room_.timers.disarm(question.timer);
        for (const QueryId id : question.subscribers)
            room_.host.outputs.event(NoSuchRecord{id, room_.id});
    }
}

void Asking::on_own_record(Instant now, RecordIndex own, bool added) {
    const Zone& zone = room_.host.zone;
    const wire::Name& name = zone.owner_name(own);
    for_each_question(wire::hash(name, room_.host.key), name, zone[own].type, [&](Index index) {
        tell(questions_[index], zone.record(own), added, true);
        if (added) questions_[index].denied = false;
    });
    const auto place = names_.find(wire::hash(name, room_.host.key), name);
    if (added || place == names_.none) return;
    // Of any type: what we denied as the name's owner may now be a peer's.
    for (const Index index : names_[place]) resume_if_open(now, index);
}

void Asking::on_record_timer(Instant now, Cache::Place place) {
    CachedRecord& record = room_.cache[place];
    record.timer = Scheduler::none;
    const std::uint64_t hash = room_.cache.name_hash(place);
    const wire::Name name = room_.cache.name(place);
    bool asked_for = false;
    if (record.expires > now) {  // §5.2 refresh, or §10.4 the second query
        for_each_question(hash, name, record.type, [&](Index) { asked_for = true; });
        if (asked_for || record.reconfirming) ask_again(now, place, record.reconfirming);
        ++record.refreshes;
        room_.cache.schedule(now, place, asked_for);
        return;
    }
    const wire::Record gone = room_.cache.record(place);
    const bool in_vain = record.asked_in_vain().has_value();
    room_.cache.remove(place);
    for_each_question(hash, name, gone.type, [&](Index index) {
        tell(questions_[index], gone, false, false);
        if (in_vain) {
            look_again_later(now, index);
        } else {
            resume_if_open(now, index);
        }
    });
    if (gone.type != wire::type::nsec) return;
    if (const auto at = names_.find(hash, name); at != names_.none) {
        for (const Index index : names_[at]) resume_if_open(now, index);
    }
}

void Asking::ask_again(Instant now, Cache::Place place, bool at_any_rate) {
    const CachedRecord& record = room_.cache[place];
    const auto at = names_.find(room_.cache.name_hash(place), room_.cache.name(place));
    if (at != names_.none) {
        for (const Index index : names_[at]) {
            Question& question = questions_[index];
            if (question.type != record.type) continue;
            const bool just_asked = question.sent && now - *question.sent < first_interval;
            if (just_asked && !at_any_rate) return;  // many records, one question
            question.sent = now;
            // It is the series' next query too: together they ask once an hour (§10), not twice.
            if (question.timer != Scheduler::none && question.interval > Duration::zero())
                start(now, index, question.interval);
        }
    }
    room_.outbox.ask({room_.cache.name(place), record.type, record.klass, false, false,
                      at_any_rate ? Reason::reconfirmation : Reason::refresh});
}

void Asking::reconfirm(Instant now, const wire::Record& record) {
    const std::uint64_t hash = wire::hash(record.name, room_.host.key);
    for (const Cache::Place place : room_.cache.find(hash, record.name)) {
        const CachedRecord& known = room_.cache[place];
        if (known.type != record.type || !wire::same_rdata(known.type, known.rdata, record.rdata))
            continue;
        if (known.reconfirming) return;
        room_.cache.doubt(now, place);
        ask_again(now, place, true);
        return;
    }
}

void Asking::forget_cache(Instant now) {
    for (const Cache::Place place : room_.cache.all()) {
        room_.timers.arm(room_.cache[place].timer, Timer::record, place, now);
        room_.cache[place].expires = now;
    }
    for (Index index = 0; index < questions_.size(); ++index) {  // and ask anew, as if just begun
        if (questions_[index].subscribers.empty()) continue;
        questions_[index].interval = {};
        start(now, index, room_.host.random.between(query_delay_min, query_delay_max));
    }
}

void Asking::begin_again(Instant now) {
    for (Index index = 0; index < questions_.size(); ++index) {
        Question& question = questions_[index];
        if (question.subscribers.empty() || satisfied(now, question)) continue;
        room_.timers.disarm(question.timer);
        resume_if_open(now, index);
    }
}

bool Asking::wanted_at(NamePlace place, std::uint16_t type) const {
    return place != names_.none && std::ranges::any_of(names_[place], [&](Index index) {
               return answers(type, questions_[index].type);
           });
}

void Asking::tell(const Question& question, const wire::Record& record, bool added, bool local) {
    for (const QueryId id : question.subscribers) {
        if (added) {
            room_.host.outputs.event(RecordAdded{id, room_.id, record, local});
        } else {
            room_.host.outputs.event(RecordRemoved{id, room_.id, record, local});
        }
    }
}

}  // namespace mdns::engine
