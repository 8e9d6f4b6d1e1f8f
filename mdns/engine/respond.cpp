#include "mdns/engine/respond.hpp"

#include <algorithm>

#include "mdns/constants.hpp"
#include "mdns/engine/ingress.hpp"

namespace mdns::engine {
namespace {

bool type_matches(std::uint16_t wanted, std::uint16_t type) {  // §6
    return wanted == type || wanted == wire::type::any || type == wire::type::cname;
}

std::uint32_t ttl_of_missing(std::uint16_t type) {  // §6.1: the TTL the record would have had (§10)
    switch (type) {
        case wire::type::a:
        case wire::type::aaaa:
        case wire::type::srv:
        case wire::type::hinfo:
            return host_ttl;
        default:
            return other_ttl;
    }
}

}  // namespace

void Respond::on_query(Instant now, const Source& from, const wire::Message& query) {
    // §7.2: known answers of a host whose question came before. Matched by source address.
    if (query.questions().empty()) {
        for (const auto& known : query.answers()) {
            const auto ours = room_.records.find_active(room_.host.zone.find(known.name), known);
            if (ours && known.ttl >= (room_.host.zone[*ours].ttl + 1) / 2) {
                room_.outbox.known_to(from.from.address, *ours);
            }
        }
    }
    if (query.header().truncated) {
        room_.outbox.wait_for_more(
            from.from.address,
            {now + truncated_delay_min,
             now + room_.host.random.between(truncated_delay_min, truncated_delay_max)});
    }
    match(query, is_probe(query));
    if (matches_.empty()) return;
    suppress_known(query);
    const Window planned = window(now, query);
    for (const Match& found : matches_) {
        if (!found.known) plan(now, from, found, planned);
    }
}

void Respond::on_legacy_query(Instant now, const Source& from, const wire::Message& query) {
    match(query, false);
    suppress_known(query);
    std::vector<Answer>& items = room_.host.scratch.items;
    items.clear();
    for (const Match& found : matches_) {
        if (!found.known) items.push_back(found.item);
    }
    if (!items.empty()) room_.packer.legacy_reply(now, from.from, query, items);
}

void Respond::match(const wire::Message& query, bool probe) {
    matches_.clear();
    room_.host.matched.begin();  // a record once a query, however often it is asked for
    for (const auto& question : query.questions()) {
        const bool defends = probe && is_probe(query, question);
        match_question(question, question.unicast_response, defends);
    }
}

void Respond::match_question(const wire::Question& question, bool unicast, bool defends) {
    const Zone& zone = room_.host.zone;
    const NamePlace name = zone.find(question.name);
    if (name == Zone::no_name) return;
    if (question.klass != wire::class_in && question.klass != wire::class_any) return;
    bool positive = false;
    for (const RecordIndex index : zone.at(name)) {
        if (!room_.records.active(index) || !type_matches(question.type, zone[index].type))
            continue;
        positive = true;
        if (room_.host.matched.has(index) || room_.records.has_earlier_twin(index)) continue;
        room_.host.matched.set(index);
        matches_.push_back({{index}, unicast, defends});
    }
    if (positive || !room_.records.owns(name)) return;
    // §6.1: the name is ours alone, so we know that there is no such record.
    const auto types = room_.packer.types_at(name);
    if (types.empty() || std::ranges::find(types, question.type) != types.end()) return;
    const Answer denial{0, name, ttl_of_missing(question.type)};
    const bool again = !matches_.empty() && matches_.back().item == denial;
    if (!again) matches_.push_back({denial, unicast, defends});
}

void Respond::suppress_known(const wire::Message& query) {
    if (query.answers().empty()) return;
    const Zone& zone = room_.host.zone;
    room_.host.known.begin();
    for (const auto& known : query.answers()) {
        const auto ours = room_.records.find_active(zone.find(known.name), known);
        // §7.1: "at least half the correct value"
        if (!ours || known.ttl < (zone[*ours].ttl + 1) / 2) continue;
        room_.host.known.set(*ours);
        if (!zone[*ours].has_twin) continue;
        for (const RecordIndex twin : zone.at(zone[*ours].owner)) {
            if (zone.same_data(twin, *ours)) room_.host.known.set(twin);
        }
    }
    for (Match& found : matches_) {
        found.known = found.item.denied == Zone::no_name && room_.host.known.has(found.item.record);
    }
    spare_whole_sets();
}

/// §10.2: a response with some members of a unique set must have them all, or the cache-flush bit
/// would make the querier forget the ones it listed.
void Respond::spare_whole_sets() {
    const Zone& zone = room_.host.zone;
    for (Match& listed : matches_) {
        if (!listed.known || zone[listed.item.record].sharing == Sharing::shared) continue;
        const ZoneRecord& ours = zone[listed.item.record];
        listed.known = std::ranges::none_of(matches_, [&](const Match& other) {
            return !other.known && other.item.denied == Zone::no_name &&
                   zone[other.item.record].owner == ours.owner &&
                   zone[other.item.record].type == ours.type;
        });
    }
}

Window Respond::window(Instant now, const wire::Message& query) const {
    Random& random = room_.host.random;
    if (query.header().truncated) {  // §7.2
        return {now + truncated_delay_min,
                now + random.between(truncated_delay_min, truncated_delay_max)};
    }
    const bool shared = std::ranges::any_of(matches_, [&](const Match& found) {
        return found.item.denied == Zone::no_name &&
               room_.host.zone[found.item.record].sharing == Sharing::shared;
    });
    if (shared || query.questions().size() > 1) {  // §6, §6.3
        return {now + response_delay_min,
                now + random.between(response_delay_min, response_delay_max)};
    }
    return {now, now};
}

void Respond::plan(Instant now, const Source& from, const Match& match, Window window) {
    if (match.defends) window = {now, now};  // §6, §6.3: the prober waits 250 ms only
    const Reason why = match.defends ? Reason::defence : Reason::answer;
    const bool near = on_link(room_.info, from.from.address);
    const bool by_unicast = (match.unicast || !from.to_group) && near;  // §5.4, §5.5, §11
    if (by_unicast && (match.defends || multicast_lately(now, match.item))) {
        room_.outbox.unicast(from.from, match.item, window, why);
        return;
    }
    room_.outbox.answer(now, match.item, window, match.defends ? nullptr : &from.from.address,
                        match.defends ? Duration(defence_interval) : Duration(record_interval),
                        {why, from.from.address});
}

/// §5.4: peers that heard it within the last quarter of its TTL need no multicast.
bool Respond::multicast_lately(Instant now, const Answer& item) const {
    if (item.denied != Zone::no_name) return true;  // nobody else keeps what we do not have
    const std::chrono::seconds ttl(room_.host.zone[item.record].ttl);
    return room_.records.sent_within(item.record, now, ttl / unicast_ttl_fraction);
}

void Respond::on_peer_answer(Instant now, const Source& from, const wire::Message& response) {
    const Zone& zone = room_.host.zone;
    for (const auto& seen : response.answers()) {
        const auto ours = room_.records.find_active(zone.find(seen.name), seen);
        if (!ours) continue;
        if (seen.ttl >= zone[*ours].ttl) {
            room_.outbox.answered_by_peer(now, *ours);
        } else if (seen.ttl <
                   (zone[*ours].ttl + 1) / 2) {  // §6.6: "MUST mark its record for multicast"
            room_.outbox.answer(now, {*ours}, {now, now}, nullptr, record_interval,
                                {Reason::correction, from.from.address});
        }
    }
}

}  // namespace mdns::engine
