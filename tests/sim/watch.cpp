#include "tests/sim/watch.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

#include "mdns/constants.hpp"
#include "tests/sim/network.hpp"

namespace sim {
namespace {

namespace wire = mdns::wire;

// The RFC's numbers once more, on purpose: a wrong one in the engine must show here.
constexpr auto record_interval = 1s;
constexpr auto defence_interval = 250ms;
constexpr auto probe_interval = 250ms;
constexpr int probe_count = 3;
constexpr auto tie_break_wait = 1s;
constexpr auto first_interval = 1s;
constexpr auto max_interval = 3600s;
constexpr int refresh_percents[] = {80, 85, 90, 95};
constexpr int refresh_jitter_percent = 2;

template <class... Parts>
std::uint64_t key_of(const Parts&... parts) {
    std::size_t seed = 0;
    (boost::hash_combine(seed, parts), ...);
    return seed;
}

std::uint64_t key_of_name(const wire::NameView& name) { return wire::hash(name, {1, 2}); }

std::string milliseconds(Duration time) { return std::to_string(time / 1ms) + " ms"; }

bool is_reverse(const wire::NameView& name) {  // known to be ours without probing (§8.1)
    return name.to_name().to_text().ends_with(".arpa");
}

}  // namespace

void Watch::on_packet(const Packet& packet) {
    if (traffic_.size() <= static_cast<std::size_t>(packet.host))
        traffic_.resize(static_cast<std::size_t>(packet.host) + 1);
    Traffic& traffic = traffic_[static_cast<std::size_t>(packet.host)];
    ++traffic.packets;
    traffic.bytes += packet.bytes->size();
    if (message_.decode(*packet.bytes) != wire::Errc::ok || message_.bad_records() > 0)
        return trouble(packet, "a malformed packet");
    if (message_.header().response) {
        traffic.answers += message_.answers().size();
        on_response(packet);
    } else {
        ++traffic.queries;
        traffic.questions += message_.questions().size();
        traffic.probes += message_.authorities().empty() ? 0 : 1;
        on_query(packet);
    }
}

// ---- questions ----

void Watch::on_query(const Packet& packet) {
    for (const auto& question : message_.questions()) {
        const bool probe = std::ranges::any_of(message_.authorities(), [&](const auto& record) {
            return question.name.equals(record.name);
        });
        if (probe) {
            on_probe(packet, question.name);
        } else {
            on_question(packet, question);
        }
    }
}

/// §8.1: three probes 250 ms apart; then the name is ours, until somebody claims it, too (§9); or a
/// tie-break was lost: one second of silence.
void Watch::on_probe(const Packet& packet, const wire::NameView& name) {
    const Key name_key = key_of_name(name);
    challenged_[key_of(name_key, packet.link.family)] = packet.at;
    probing_[key_of(link_key(packet), name_key)].ever += 1;
    Probing& probing = probing_[key_of(link_key(packet), name_key, packet.actions)];
    const Duration gap = packet.at - probing.last;
    if (gap < probe_interval) {
        trouble(packet, "probes " + name.to_name().to_text() + " again after " + milliseconds(gap));
    }
    const auto claimed = claimed_.find(key_of(name_key, packet.link.family));
    const bool contested = claimed != claimed_.end() && probing.in_a_row == probe_count &&
                           claimed->second >= probing.last - network_.reach();
    if (contested) probing.in_a_row = 0;
    probing.in_a_row = gap >= tie_break_wait ? 1 : probing.in_a_row + 1;
    probing.last = packet.at;
    if (probing.in_a_row > probe_count) {
        trouble(packet,
                "probe " + std::to_string(probing.in_a_row) + " of " + name.to_name().to_text());
    }
}

/// §5.2: a second after the first, then each interval at least twice the one before, up to an hour;
/// beside that only refreshes of what is about to expire.
void Watch::on_question(const Packet& packet, const wire::Question& question) {
    if (refreshes(packet, question)) return;
    Series& series = series_[key_of(link_key(packet), packet.actions, key_of_name(question.name),
                                    question.type)];
    // A unique answer, or that there is none, ends a series; when it expires another one begins.
    const auto settled = settled_.find(key_of(key_of_name(question.name), packet.link.family));
    const bool ended =
        (question.type != wire::type::ptr && seen_since(packet, question, series.last)) ||
        (settled != settled_.end() && settled->second >= series.last - network_.reach());
    if (ended) series = {};
    if (series.sent > 0) {
        const Duration least = std::min<Duration>(
            first_interval * (1 << (std::min(series.sent, 13) - 1)), max_interval);
        const Duration gap = packet.at - series.last;
        if (gap < least) {
            trouble(packet, "asks for " + question.name.to_name().to_text() + " " +
                                wire::type_name(question.type) + " the " +
                                std::to_string(series.sent + 1) + ". time after " +
                                milliseconds(gap));
        }
    }
    ++series.sent;
    series.last = packet.at;
}

/// §5.2: at 80, 85, 90 and 95 % of the life of something that was heard, and up to 2 % later.
bool Watch::refreshes(const Packet& packet, const wire::Question& question) const {
    const auto* const all = sightings(packet, key_of_name(question.name), question.type);
    if (!all) return false;
    return std::ranges::any_of(*all, [&](const Sighting& seen) {
        const Duration late = network_.reach() + network_.weather.late_max;
        const Duration age = packet.at - seen.at;
        return std::ranges::any_of(refresh_percents, [&](int percent) {
            return age >= seen.ttl / 100 * percent &&
                   age <= seen.ttl / 100 * (percent + refresh_jitter_percent) + late;
        });
    });
}

bool Watch::seen_since(const Packet& packet, const wire::Question& question, Instant at) const {
    for (const std::uint16_t type : {question.type, wire::type::nsec}) {
        const auto* const all = sightings(packet, key_of_name(question.name), type);
        if (all && !all->empty() && all->back().at >= at - network_.reach()) return true;
    }
    return false;
}

const std::deque<Watch::Sighting>* Watch::sightings(const Packet& packet, Key name,
                                                    std::uint16_t type) const {
    const auto found = sightings_.find(key_of(packet.link.family, name, type));
    return found == sightings_.end() ? nullptr : &found->second;
}

// ---- answers ----

void Watch::on_response(const Packet& packet) {
    const bool legacy = packet.to && packet.to->port != mdns::port;  // §6.7
    if (!message_.questions().empty() && !legacy) trouble(packet, "a response with a question");
    if (message_.header().rcode != 0) trouble(packet, "a response with an error");
    for (const auto& record : message_.records()) on_record(packet, record);
}

void Watch::on_record(const Packet& packet, const wire::RecordView& record) {
    on_claim(packet.at, packet.link.family, record);
    if (packet.to) return;
    note_announced(packet, record);
    check_spacing(packet, record);
    if (record.ttl > 0) check_probed(packet, record);
}

void Watch::on_claim(Instant now, Family family, const wire::RecordView& record) {
    const Key name = key_of_name(record.name);
    auto& seen = sightings_[key_of(family, name, record.type)];
    const std::chrono::seconds ttl(record.ttl);
    while (!seen.empty() && now - seen.front().at > ttl + 1min) seen.pop_front();
    if (seen.empty() || seen.back().at != now || seen.back().ttl != ttl) seen.push_back({now, ttl});
    claimed_[key_of(name, family)] = now;
}

void Watch::on_stranger(Instant now, Family family, const Octets& bytes) {
    if (message_.decode(bytes) != wire::Errc::ok) return;
    if (message_.header().response) {
        for (const auto& record : message_.records()) {
            on_claim(now, family, record);
            strange_.insert(record.name.to_text());
            if (record.cache_flush || record.type == wire::type::nsec)
                settled_[key_of(key_of_name(record.name), family)] = now;
        }
    } else {
        for (const auto& record : message_.authorities()) {
            challenged_[key_of(key_of_name(record.name), family)] = now;
            strange_.insert(record.name.to_text());
        }
    }
}

/// §10.1; what a unique set said later does not hold any more needs no goodbye (§10.2).
void Watch::note_announced(const Packet& packet, const wire::RecordView& record) {
    if (record.type == wire::type::nsec) return;
    record.canonical_rdata(rdata_);
    const auto text = wire::rdata_to_text(record.type, rdata_);
    Announced& set = announced_[key_of(link_key(packet), key_of_name(record.name), record.type)];
    if (record.ttl == 0) {
        set.rdata.erase(text);
        return;
    }
    if (record.cache_flush && set.at != packet.at) set.rdata.clear();
    set.owner = record.name.to_text();
    set.host = packet.host;
    set.link = packet.link;
    set.times_up = packet.times_up;
    set.at = packet.at;
    set.rdata.insert(text);
}

std::vector<std::string> Watch::without_goodbye() const {
    std::vector<std::string> all;
    for (const auto& [key, set] : announced_) {
        if (set.rdata.empty() || strange_.contains(set.owner)) continue;
        const Host& host = network_.host(set.host);
        if (!host.links.contains(set.link) || host.times_up(set.link.ifindex) != set.times_up)
            continue;
        for (const std::string& rdata : set.rdata) {
            if (!strange_.contains(rdata)) all.push_back(set.owner + " " + rdata);
        }
    }
    return all;
}

/// §6: once a second; 250 ms when it defends a name against a probe.
void Watch::check_spacing(const Packet& packet, const wire::RecordView& record) {
    if (record.type == wire::type::nsec) return;
    record.canonical_rdata(rdata_);
    const Key name = key_of_name(record.name);
    const Key key = key_of(link_key(packet), name, record.type, rdata_);
    if (record.ttl == 0) {  // withdrawn: what comes after is another publication
        multicast_.erase(key);
        return;
    }
    const auto [last, first] = multicast_.try_emplace(key, packet.at);
    if (first) return;
    const auto probe = challenged_.find(key_of(name, packet.link.family));
    const bool defence = probe != challenged_.end() &&
                         packet.at - probe->second <=
                             network_.reach() + network_.weather.late_max + defence_interval;
    const Duration least = defence ? Duration(defence_interval) : Duration(record_interval);
    const Duration gap = packet.at - last->second;
    if (gap < least) {
        trouble(packet, record.name.to_name().to_text() + " " + wire::type_name(record.type) + " " +
                            wire::rdata_to_text(record.type, rdata_) + " again after " +
                            milliseconds(gap));
    }
    last->second = packet.at;
}

/// §8.1: for every record wanted unique, three probes first, on this link, since it is up.
void Watch::check_probed(const Packet& packet, const wire::RecordView& record) {
    if (!record.cache_flush) return;
    const Key name = key_of_name(record.name);
    probing_[key_of(link_key(packet), name, packet.actions)].in_a_row = 0;
    Probing& probing = probing_[key_of(link_key(packet), name)];
    if (probing.ever >= probe_count) return;
    if (is_reverse(record.name)) {
        probing.ever = probe_count;
        return;
    }
    trouble(packet, record.name.to_name().to_text() + " is said after " +
                        std::to_string(probing.ever) + " probes");
}

// ---- the rest ----

/// What has been unplugged has said nothing yet when it comes back.
Watch::Key Watch::link_key(const Packet& packet) const {
    return key_of(packet.host, packet.link.ifindex, packet.link.family, packet.times_up);
}

void Watch::trouble(const Packet& packet, const std::string& what) {
    if (troubles.size() > 20) return;
    const auto at = network_.since_start() / 1us;
    troubles.push_back(std::to_string(static_cast<double>(at) / 1e6) + " s host" +
                       std::to_string(packet.host) + " if" + std::to_string(packet.link.ifindex) +
                       (packet.link.family == Family::ipv4 ? " v4: " : " v6: ") + what);
}

Traffic Watch::traffic(int host) const {
    const auto at = static_cast<std::size_t>(host);
    return at < traffic_.size() ? traffic_[at] : Traffic{};
}

Traffic Watch::total() const {
    Traffic sum;
    for (const Traffic& one : traffic_) {
        sum.packets += one.packets;
        sum.bytes += one.bytes;
        sum.queries += one.queries;
        sum.questions += one.questions;
        sum.probes += one.probes;
        sum.answers += one.answers;
    }
    return sum;
}

}  // namespace sim
