#include "mdns/engine/observe.hpp"

#include <algorithm>

#include "mdns/constants.hpp"
#include "mdns/engine/ingress.hpp"

namespace mdns::engine {
namespace {

constexpr std::size_t max_observed = 64;  // records of one name: a hint is not worth a long search

bool should_answer(const CachedRecord& record, const wire::Question& question) {
    const bool type = question.type == record.type || question.type == wire::type::any;
    return type && record.type != wire::type::nsec &&
           (question.klass == record.klass || question.klass == wire::class_any);
}

bool lists(const wire::Message& query, const wire::Name& name, const CachedRecord& record) {
    return std::ranges::any_of(query.answers(), [&](const wire::RecordView& known) {
        return known.type == record.type && known.name.equals(name) &&
               known.rdata_equals(record.rdata);
    });
}

}  // namespace

void Observe::on_peer_question(Instant now, const Source& from, const wire::Message& query) {
    // More known answers are to come, or its answerer may be the one who probes.
    if (query.header().truncated || is_probe(query)) return;
    const std::uint64_t asker = digest(from.from.address);
    for (const auto& question : query.questions()) {
        if (question.unicast_response) continue;  // the answer need not reach us
        const std::uint64_t hash = wire::hash(question.name, room_.host.key);
        std::size_t observed = 0;
        for (const Cache::Place place : room_.cache.find(hash, question.name)) {
            if (++observed > max_observed) break;
            const CachedRecord& record = room_.cache[place];
            if (record.said_by(asker)) continue;  // hosts do not answer themselves
            if (should_answer(record, question) && !lists(query, room_.cache.name(place), record))
                expect_answer(now, place);
        }
    }
}

/// "After two or more of these queries, and seeing no multicast response containing the expected
/// answer within ten seconds". Of two in one second, one answer would do.
void Observe::expect_answer(Instant now, Cache::Place place) {
    CachedRecord& record = room_.cache[place];
    if (now - record.received < record_interval) return;  // its owner need not repeat it yet
    // Two answers that were lost, a while apart, are no sign of anything.
    const auto asked = record.asked_in_vain();
    if (!asked || now - *asked > reconfirm_time) {
        record.note_asked_in_vain(now);
    } else if (now - *asked >= record_interval) {
        room_.cache.end_by(now, place,
                           std::max<Instant>(*asked + reconfirm_time, now + reconfirm_interval));
    }
}

}  // namespace mdns::engine
