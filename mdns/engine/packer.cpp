#include "mdns/engine/packer.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

using wire::Section;

const wire::Header response_header{.response = true, .authoritative = true};
const wire::Header query_header{};

std::size_t overhead(Family family) {
    return family == Family::ipv4 ? ipv4_overhead : ipv6_overhead;
}

}  // namespace

std::size_t Packer::size_limit() const {  // §17
    return std::clamp<std::size_t>(info_.mtu, 576, max_packet) - overhead(link_.family);
}

// ---- responses ----

std::size_t Packer::answers(Instant now, std::span<const Answer> items,
                            std::span<const Cause> causes, const std::optional<Endpoint>& to,
                            std::size_t& budget) {
    std::size_t done = 0;
    while (done < items.size() && budget > 0) {
        begin_packet();
        host_.writer.begin(response_header, size_limit());
        const std::size_t first = done;
        while (done < items.size() && put(items[done], Section::answer)) ++done;
        if (done == first) {  // too big for one packet: alone, in fragments (§17)
            host_.writer.set_limit(max_packet - overhead(link_.family));
            put(items[done++], Section::answer);
        } else if (done == items.size()) {
            put_additionals(now, items.subspan(first, done - first), !to);
        }
        if (!to) {
            for (const Answer& item : items.subspan(first, done - first)) {
                if (item.denied == Zone::no_name) records_[item.record].last_multicast = now;
            }
        }
        if (host_.writer.empty())
            continue;  // beyond even 9000 bytes: publish() refuses such records
        Cause why;
        for (const Cause& cause : causes.subspan(first, done - first)) why.add(cause);
        emit(now, to, why);
        --budget;
    }
    return done;
}

std::size_t Packer::goodbyes(Instant now, std::span<const wire::Record> records,
                             std::size_t& budget) {
    std::size_t done = 0;
    while (done < records.size() && budget > 0) {
        host_.writer.begin(response_header, size_limit());
        const std::size_t first = done;
        const auto put_goodbye = [&](const wire::Record& record) {
            // No cache-flush bit: whoever else has records in this set keeps them (§10.1).
            return host_.writer.record(Section::answer, record.name, record.type, record.klass, 0,
                                       record.rdata);
        };
        while (done < records.size() && put_goodbye(records[done])) ++done;
        if (done == first) {
            host_.writer.set_limit(max_packet - overhead(link_.family));
            put_goodbye(records[done++]);
        }
        emit(now, {}, Reason::goodbye);
        --budget;
    }
    return done;
}

void Packer::legacy_reply(Instant now, const Endpoint& to, const wire::Message& query,
                          std::span<const Answer> items) {
    wire::Header header = response_header;
    header.id = query.header().id;
    header.recursion_desired = query.header().recursion_desired;
    const std::size_t asked = query.edns_size().value_or(legacy_max_size);
    host_.writer.begin(header, std::clamp(asked, legacy_max_size, size_limit()),
                       wire::Writer::Dialect::legacy);
    begin_packet();
    legacy_ = true;
    for (const auto& question : query.questions()) {
        host_.writer.question(question.name, question.type, question.klass);
    }
    const bool complete =
        std::ranges::all_of(items, [&](const Answer& item) { return put(item, Section::answer); });
    if (complete) {
        put_additionals(now, items, false);
    } else {
        host_.writer.set_truncated();
    }
    legacy_ = false;
    emit(now, to, {Reason::legacy_answer, to.address});
}

void Packer::begin_packet() {
    host_.packed.begin();
    host_.scratch.denials.clear();
}

bool Packer::put(const Answer& item, Section section) {
    if (item.denied != Zone::no_name) return put_denial(item.denied, item.denied_ttl, section);
    return put_record(item.record, section);
}

bool Packer::put_record(RecordIndex index, Section section) {
    if (host_.packed.has(index)) return true;  // it is in there already
    const ZoneRecord& record = host_.zone[index];
    // §10.2: the bit on every member of a unique set, never on shared records or in legacy replies
    const bool flush = record.sharing != Sharing::shared && !legacy_;
    const std::uint16_t klass = flush ? record.klass | wire::top_bit : record.klass;
    const std::uint32_t ttl = legacy_ ? std::min(record.ttl, legacy_max_ttl) : record.ttl;
    if (!host_.writer.record(section, host_.zone.name(record.owner), record.type, klass, ttl,
                             record.rdata)) {
        return false;
    }
    host_.packed.set(index);
    return true;
}

bool Packer::put_denial(NamePlace name, std::uint32_t ttl, Section section) {
    const auto types = types_at(name);
    if (types.empty() || !records_.owns(name)) return true;
    auto& denials = host_.scratch.denials;
    if (std::ranges::find(denials, name) != denials.end()) return true;  // it is in there already
    const std::uint16_t klass = legacy_ ? wire::class_in : wire::class_in | wire::top_bit;
    wire::make_nsec(host_.scratch.rdata, host_.zone.name(name), types);
    const bool fits =
        host_.writer.record(section, host_.zone.name(name), wire::type::nsec, klass,
                            legacy_ ? std::min(ttl, legacy_max_ttl) : ttl, host_.scratch.rdata);
    if (fits) denials.push_back(name);
    return fits;
}

std::span<const std::uint16_t> Packer::types_at(NamePlace name) const {
    auto& types = host_.scratch.types;
    types.clear();
    for (const RecordIndex index : host_.zone.at(name)) {
        const ZoneRecord& record = host_.zone[index];
        // Of the whole interface: its IPv4 and IPv6 link must not deny each other's records (§6.2).
        if (record.scope.ifindex && *record.scope.ifindex != link_.ifindex) continue;
        if (record.type > 255) return {};
        types.push_back(record.type);
    }
    return types;
}

// ---- the Additional section ----

void Packer::put_additionals(Instant now, std::span<const Answer> items, bool multicast) {
    for (const Answer& item : items) {
        if (item.denied != Zone::no_name) continue;
        const ZoneRecord& record = host_.zone[item.record];
        if (record.type == wire::type::ptr && record.target != Zone::no_name) {  // RFC 6763 §12.1
            put_additional_set(now, record.target, wire::type::srv, multicast);
            put_additional_set(now, record.target, wire::type::txt, multicast);
            for (const RecordIndex index : host_.zone.at(record.target)) {
                if (host_.zone[index].type == wire::type::srv && records_.active(index)) {
                    put_addresses(now, host_.zone[index].target, multicast);
                }
            }
        } else if (record.type == wire::type::srv) {  // RFC 6763 §12.2
            put_addresses(now, record.target, multicast);
        } else if (record.type == wire::type::a || record.type == wire::type::aaaa) {  // §6.2
            put_addresses(now, record.owner, multicast);
        }
    }
}

void Packer::put_addresses(Instant now, NamePlace host, bool multicast) {
    if (host == Zone::no_name) return;
    put_additional_set(now, host, wire::type::a, multicast);
    put_additional_set(now, host, wire::type::aaaa, multicast);
    if (!records_.owns(host)) return;
    const auto types = types_at(host);
    const auto has = [&](std::uint16_t type) {
        return std::ranges::find(types, type) != types.end();
    };
    if (has(wire::type::a) != has(wire::type::aaaa))
        put_denial(host, host_ttl, Section::additional);  // §6.2
}

void Packer::put_additional_set(Instant now, NamePlace name, std::uint16_t type, bool multicast) {
    std::size_t needed = 0;
    for (const RecordIndex index : host_.zone.at(name)) {
        if (host_.zone[index].type != type || !records_.active(index)) continue;
        if (records_.has_earlier_twin(index)) continue;
        if (host_.packed.has(index)) return;
        if (multicast && records_.sent_within(index, now, record_interval)) return;  // §6
        needed += estimate(index);
    }
    if (needed == 0 || host_.writer.size() + needed > size_limit())
        return;  // the whole set or none (§10.2)
    for (const RecordIndex index : host_.zone.at(name)) {
        if (host_.zone[index].type != type || !records_.active(index)) continue;
        if (records_.has_earlier_twin(index)) continue;
        if (put_record(index, Section::additional) && multicast)
            records_[index].last_multicast = now;
    }
}

std::size_t Packer::estimate(RecordIndex index) const {
    const ZoneRecord& record = host_.zone[index];
    return host_.zone.name(record.owner).wire().size() + 10 + record.rdata.size();
}

// ---- queries ----

std::size_t Packer::probes(Instant now, std::span<const NamePlace> names, bool unicast,
                           std::size_t& budget) {
    std::size_t done = 0;
    while (done < names.size() && budget > 0) {
        // How many names fit with all their proposed records (§8.2)? Owner names shrink to a
        // pointer.
        std::size_t size = 12;
        std::size_t count = 0;
        for (const NamePlace name : names.subspan(done)) {
            size += host_.zone.name(name).wire().size() + 4;
            for (const RecordIndex index : host_.zone.at(name))
                size += 12 + host_.zone[index].rdata.size();
            if (count > 0 && size > size_limit()) break;
            ++count;
        }
        const auto group = names.subspan(done, count);
        host_.writer.begin(query_header, size_limit());
        const std::uint16_t klass =
            unicast ? wire::class_in | wire::top_bit : wire::class_in;  // §8.1: QU
        for (const NamePlace name : group)
            host_.writer.question(host_.zone.name(name), wire::type::any, klass);
        for (const NamePlace name : group) {
            for (const RecordIndex index : host_.zone.at(name)) {
                const ZoneRecord& record = host_.zone[index];
                if (record.sharing == Sharing::shared || !record.scope.contains(link_)) continue;
                // A TXT too big for the packet stays out: fragments must hold one record only
                // (§17).
                host_.writer.record(Section::authority, host_.zone.name(name), record.type,
                                    record.klass, record.ttl, record.rdata);
            }
        }
        done += count;
        emit(now, {}, Reason::probe);
        --budget;
    }
    return done;
}

std::size_t Packer::questions(Instant now, std::span<const Ask> asks, std::size_t& budget) {
    const auto put_question = [&](const Ask& ask) {
        const std::uint16_t klass = ask.unicast ? ask.klass | wire::top_bit : ask.klass;
        return host_.writer.question(ask.name, ask.type, klass);
    };
    std::size_t done = 0;
    while (done < asks.size() && budget > 0) {
        host_.writer.begin(query_header, size_limit());
        const std::size_t first = done;
        do {
            if (!put_question(asks[done])) break;
            ++done;
        } while (done < asks.size() && !asks[first].alone && !asks[done].alone);
        Cause why;
        for (const Ask& ask : asks.subspan(first, done - first)) why.add(ask.why);
        for (const Ask& ask : asks.subspan(first, done - first)) put_known_answers(now, ask, why);
        emit(now, {}, why);
        --budget;
    }
    return done;
}

void Packer::put_known_answers(Instant now, const Ask& ask, Cause& why) {
    const auto put = [&](std::uint16_t type, std::uint16_t klass, std::uint32_t ttl,
                         wire::Bytes rdata) {
        const auto fits = [&] {
            return host_.writer.record(Section::answer, ask.name, type, klass, ttl, rdata);
        };
        if (fits()) return;
        // §7.2: TC, and at once a packet without questions that holds the rest.
        host_.writer.set_truncated();
        emit(now, {}, why);
        why = Reason::known_answers;
        host_.writer.begin(query_header, size_limit());
        fits();
    };
    const std::uint64_t hash = wire::hash(ask.name, host_.key);
    // Ours too: we do not answer ourselves, and others must not take that for a failure (§10.5).
    for (const RecordIndex index : host_.zone.at(host_.zone.find(hash, ask.name))) {
        const ZoneRecord& own = host_.zone[index];
        const bool asked = own.type == ask.type || ask.type == wire::type::any;
        const bool listed = asked && own.sharing == Sharing::shared && records_.active(index) &&
                            !records_.has_earlier_twin(index);
        if (listed) put(own.type, own.klass, own.ttl, own.rdata);
    }
    for (const Cache::Place place : cache_.find(hash, ask.name)) {
        const CachedRecord& known = cache_[place];
        if (known.type != ask.type && ask.type != wire::type::any) continue;
        if (known.unique)
            continue;  // §7.1: shared ones; a unique answer makes the question needless
        const std::uint32_t remaining = known.remaining(now);
        if (remaining < (known.ttl + 1) / 2) continue;  // §7.1
        put(known.type, known.klass, remaining, known.rdata);
    }
}

void Packer::emit(Instant now, const std::optional<Endpoint>& to, const Cause& why) {
    const auto bytes = host_.writer.finish();
    if (!to) echoes_.on_sent(now, bytes);
    host_.outputs.datagram(link_, to, bytes, why);
    ++packets_out_;
    ++host_.counters.packets_out;
    host_.counters.bytes_out += bytes.size();
}

}  // namespace mdns::engine
