#include "mdns/engine/zone.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

constexpr auto late_copy_time = std::chrono::seconds(10);
constexpr std::size_t max_withdrawn = 4096;

/// §17: what does not fit one packet of 9000 bytes, headers counted, could never be said.
bool fits_a_packet(const wire::Record& record) {
    return record.name.wire().size() + record.rdata.size() <= max_record;
}

std::optional<wire::Name> name_in(const wire::Record& record) {
    if (record.type == wire::type::ptr || record.type == wire::type::cname) {
        return wire::parse_name(record.rdata);
    }
    if (record.type == wire::type::srv) {
        if (const auto srv = wire::parse_srv(record.rdata)) return srv->target;
    }
    return {};
}

}  // namespace

std::optional<PublicationId> Zone::add(const Publication& publication) {
    if (!may_add(publication)) return {};
    const auto id = static_cast<PublicationId>(next_id_++);
    Entry entry{publication.scope, {}, false, true};
    entry.records.reserve(publication.records.size());
    for (const auto& wanted : publication.records) {
        const RecordIndex index = hold(id, wanted, publication.scope);
        if (std::ranges::find(entry.records, index) == entry.records.end())
            entry.records.push_back(index);
    }
    publications_[static_cast<std::uint64_t>(id)] = std::move(entry);
    return id;
}

bool Zone::may_add(const Publication& publication) const {
    const auto id = static_cast<PublicationId>(next_id_);
    return std::ranges::none_of(publication.records, [&](const PublishedRecord& wanted) {
        return collides(wanted, publication.scope, id);
    });
}

bool Zone::may_update(PublicationId id, const std::vector<PublishedRecord>& records) const {
    return std::ranges::none_of(records, [&](const PublishedRecord& wanted) {
        return collides(wanted, entry(id)->scope, id);
    });
}

Zone::Update Zone::update(PublicationId id, const std::vector<PublishedRecord>& records) {
    Entry* const found = entry(id);
    if (!found) return {};
    Update update;
    const std::vector<RecordIndex> before = found->records;
    std::vector<RecordIndex> after;
    for (const auto& wanted : records) {
        const RecordIndex index = hold(id, wanted, found->scope);
        if (std::ranges::find(after, index) != after.end()) continue;
        after.push_back(index);
        if (std::ranges::find(before, index) == before.end()) update.added.push_back(index);
    }
    std::ranges::copy_if(before, std::back_inserter(update.removed), [&](RecordIndex index) {
        return std::ranges::find(after, index) == after.end();
    });
    entry(id)->records = std::move(after);
    return update;
}

void Zone::drop(Instant now, PublicationId id, std::span<const RecordIndex> records) {
    for (const RecordIndex index : records) let_go(now, id, index);
}

void Zone::remove(Instant now, PublicationId id) {
    Entry* const found = entry(id);
    if (!found) return;
    const std::vector<RecordIndex> records = std::move(found->records);
    drop(now, id, records);
    publications_.reset(static_cast<std::uint64_t>(id));
}

const Zone::Entry* Zone::entry(PublicationId id) const {
    const Entry* const found = publications_.find(static_cast<std::uint64_t>(id));
    return found && found->exists ? found : nullptr;
}

Zone::Entry* Zone::entry(PublicationId id) {
    return const_cast<Entry*>(std::as_const(*this).entry(id));
}

wire::Record Zone::record(RecordIndex index) const {
    const ZoneRecord& found = records_[index];
    return {names_.name(found.owner), found.type, found.klass, found.ttl, found.rdata};
}

std::span<const RecordIndex> Zone::at(NamePlace place) const {
    if (place == no_name) return {};
    const auto& records = names_[place].records;
    return {records.data(), records.size()};
}

std::optional<RecordIndex> Zone::find(NamePlace place, const wire::RecordView& seen) const {
    if (place == no_name) return {};
    seen.canonical_rdata(seen_rdata_);
    return data_.find({place, seen.type, seen.klass, seen_rdata_});
}

bool Zone::is_ours(Instant now, const wire::RecordView& seen) const {
    const std::uint64_t hash = wire::hash(seen.name, key_);
    return find(names_.find(hash, seen.name), seen) || find_withdrawn(now, hash, seen);
}

bool Zone::was_said(Instant now, const wire::RecordView& seen) const {
    const std::uint64_t hash = wire::hash(seen.name, key_);
    if (const auto ours = find(names_.find(hash, seen.name), seen)) return records_[*ours].said;
    const Withdrawn* const late = find_withdrawn(now, hash, seen);
    return late && late->said;
}

const Zone::Withdrawn* Zone::find_withdrawn(Instant now, std::uint64_t hash,
                                            const wire::RecordView& seen) const {
    if (withdrawn_.empty() || now - withdrawn_.back().at > late_copy_time) return nullptr;
    const auto late = std::ranges::find_if(withdrawn_, [&](const Withdrawn& one) {
        return one.hash == hash && now - one.at <= late_copy_time && one.record.type == seen.type &&
               one.record.klass == seen.klass && seen.name.equals(one.record.name) &&
               seen.rdata_equals(one.record.rdata);
    });
    return late == withdrawn_.end() ? nullptr : &*late;
}

void Zone::note_lost(PublicationId id) {
    for (const RecordIndex index : entry(id)->records) {
        if (records_[index].holders.size() == 1) records_[index].said = false;
    }
}

NamePlace Zone::refer(const wire::Name& name) {
    const NamePlace place = names_.intern(wire::hash(name, key_), name);
    ++names_[place].references;
    return place;
}

void Zone::release(NamePlace place) {
    if (place != no_name && --names_[place].references == 0) names_.erase(place);
}

bool Zone::collides(const PublishedRecord& wanted, const Scope& scope, PublicationId self) const {
    if (!fits_a_packet(wanted.record)) return true;
    const NamePlace place = find(wanted.record.name);
    // All publishers of a type share its name: what they say there is not looked through.
    if (wanted.sharing == Sharing::shared && !has_unique(place)) return false;
    for (const RecordIndex index : at(place)) {
        const ZoneRecord& other = records_[index];
        if (other.type != wanted.record.type || other.klass != wanted.record.klass) continue;
        if (wanted.sharing == Sharing::shared && other.sharing == Sharing::shared) continue;
        if (other.holders.contains(self)) continue;
        if (!other.scope.overlaps(scope)) continue;
        // Two owners on one host would go separate ways at the next update, so that even the same
        // data is refused unless they are told to expect it; shared data beside the same unique
        // data does no harm.
        const bool both_unique =
            wanted.sharing != Sharing::shared && other.sharing != Sharing::shared;
        const Company company = std::min(wanted.company, other.company);
        if (both_unique && company == Company::any) continue;
        if ((both_unique && company == Company::none) ||
            !wire::same_rdata(other.type, other.rdata, wanted.record.rdata))
            return true;
    }
    return false;
}

std::optional<RecordIndex> Zone::find_equal(const wire::Record& record, const Scope& scope) const {
    const NamePlace place = find(record.name);
    if (place == no_name || !data_.find({place, record.type, record.klass, record.rdata}))
        return {};
    for (const RecordIndex index : at(place)) {
        const ZoneRecord& other = records_[index];
        if (other.type == record.type && other.klass == record.klass && other.scope == scope &&
            other.ttl == record.ttl && other.rdata == record.rdata) {
            return index;
        }
    }
    return {};
}

DataKey Zone::data_key(RecordIndex index) const {
    const ZoneRecord& record = records_[index];
    return {record.owner, record.type, record.klass, record.rdata};
}

bool Zone::same_data(RecordIndex left, RecordIndex right) const {
    const ZoneRecord& one = records_[left];
    const ZoneRecord& other = records_[right];
    return one.owner == other.owner && one.type == other.type && one.klass == other.klass &&
           one.rdata == other.rdata;
}

RecordIndex Zone::hold(PublicationId id, const PublishedRecord& wanted, const Scope& scope) {
    if (const auto same = find_equal(wanted.record, scope)) {
        records_[*same].holders.add(id);
        return *same;
    }
    RecordIndex index;
    if (free_.empty()) {
        index = static_cast<RecordIndex>(records_.size());
        records_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    const auto target = name_in(wanted.record);
    ZoneRecord& fresh = records_[index];
    fresh.owner = refer(wanted.record.name);
    fresh.target = target ? refer(*target) : no_name;
    fresh.type = wanted.record.type;
    fresh.klass = wanted.record.klass;
    fresh.ttl = wanted.record.ttl;
    fresh.sharing = wanted.sharing;
    fresh.company = wanted.company;
    fresh.announce = wanted.announce;
    fresh.scope = scope;
    fresh.rdata = wanted.record.rdata;
    fresh.holders.add(id);
    note_twins(index);
    data_.insert(index);
    Node& owner = names_[fresh.owner];
    fresh.at = static_cast<std::uint32_t>(owner.records.size());
    owner.records.push_back(index);
    if (fresh.sharing != Sharing::shared) ++owner.unique;
    return index;
}

void Zone::note_twins(RecordIndex index) {
    const DataKey data = data_key(index);
    if (!data_.find(data)) return;
    for (const RecordIndex other : at(data.owner)) {
        if (same(data_key(other), data)) records_[index].has_twin = records_[other].has_twin = true;
    }
}

/// Of the name's records and of the index: there, a twin may have to stand for it from now on.
void Zone::take_out(RecordIndex index) {
    const ZoneRecord& record = records_[index];
    Node& owner = names_[record.owner];
    if (record.sharing != Sharing::shared) --owner.unique;
    const RecordIndex last = owner.records.back();
    owner.records[record.at] = last;
    records_[last].at = record.at;
    owner.records.pop_back();
    if (!data_.erase(index) || !record.has_twin) return;
    const auto twin = std::ranges::find_if(
        owner.records, [&](RecordIndex other) { return same(data_key(other), data_key(index)); });
    if (twin != owner.records.end()) data_.insert(*twin);
}

void Zone::let_go(Instant now, PublicationId id, RecordIndex index) {
    ZoneRecord& record = records_[index];
    if (!record.holders.contains(id)) return;
    record.holders.remove(id);
    if (!record.holders.empty()) return;

    while (!withdrawn_.empty() &&
           (now - withdrawn_.front().at > late_copy_time || withdrawn_.size() >= max_withdrawn)) {
        withdrawn_.pop_front();
    }
    withdrawn_.push_back({now, names_.hash(record.owner), this->record(index), record.said});
    take_out(index);
    release(record.target);
    release(record.owner);
    record = ZoneRecord{};
    free_.push_back(index);
}

}  // namespace mdns::engine
