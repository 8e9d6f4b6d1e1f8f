#include "dnssd/group.hpp"

#include <algorithm>

#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::engine::PublicationState;
using mdns::engine::PublishedRecord;

// ---- entries ----

bool Group::can_have(const GroupRecord& wanted) const {
    return !context_.reserved.collides(wanted) &&
           context_.engine.may_publish({wanted.scope, {wanted.published}});
}

Errc Group::add(Instant now, std::vector<GroupRecord> records) {
    if (!std::ranges::all_of(records, [this](const auto& record) { return can_have(record); }))
        return Errc::collision;
    const std::size_t before = parts_.size();
    for (GroupRecord& record : records) {
        const auto first = parts_.begin() + (committed() ? static_cast<std::ptrdiff_t>(before) : 0);
        auto part = std::find_if(first, parts_.end(),
                                 [&](const Part& other) { return other.scope == record.scope; });
        if (part == parts_.end()) part = parts_.insert(part, Part{record.scope, {}, {}});
        context_.reserved.add(handle_, record);
        part->records.push_back(std::move(record));
    }
    if (committed()) publish(now);
    return Errc::ok;
}

/// One with the same data is that one; else any of the name and type.
std::pair<Group::Part*, std::size_t> Group::find(const GroupRecord& wanted) {
    std::pair<Part*, std::size_t> found{nullptr, 0};
    for (Part& part : parts_) {
        if (part.scope != wanted.scope) continue;
        for (std::size_t i = 0; i < part.records.size(); ++i) {
            const auto& ours = part.records[i].published.record;
            const auto& theirs = wanted.published.record;
            if (ours.type != theirs.type || !(ours.name == theirs.name)) continue;
            if (ours.same_data(theirs)) return {&part, i};
            if (!found.first) found = {&part, i};
        }
    }
    return found;
}

Errc Group::update(Instant now, const std::vector<GroupRecord>& records) {
    std::vector<Part> before = parts_;
    for (const GroupRecord& record : records) {
        const auto [part, place] = find(record);
        if (!part) {
            parts_ = std::move(before);
            return Errc::not_found;
        }
        part->records[place] = record;
    }
    reserve();
    for (std::size_t i = 0; i < parts_.size() && !waits_for_host(); ++i) {
        const Part& part = parts_[i];
        if (part.publication) context_.engine.update(now, *part.publication, published(part));
    }
    return Errc::ok;
}

void Group::reserve() {
    context_.reserved.remove(handle_);
    for (const Part& part : parts_)
        for (const GroupRecord& record : part.records) context_.reserved.add(handle_, record);
}

// ---- publishing ----

Errc Group::commit(Instant now) {
    if (committed()) return Errc::bad_state;
    if (empty()) return Errc::empty;
    change(GroupState::registering);
    publish(now);
    return Errc::ok;
}

bool Group::follows_host(const Part& part) {
    return std::ranges::any_of(part.records,
                               [](const auto& record) { return record.to_host.has_value(); });
}

bool Group::waits_for_host() const {
    if (context_.host) return false;
    return std::ranges::any_of(parts_, follows_host);
}

std::vector<PublishedRecord> Group::published(const Part& part) const {
    std::vector<PublishedRecord> records;
    for (const GroupRecord& record : part.records) {
        records.push_back(record.published);
        if (!record.to_host) continue;
        auto srv = *record.to_host;
        srv.target = *context_.host;
        records.back().record.rdata = mdns::wire::make_srv(srv);
    }
    return records;
}

void Group::publish(Instant now) {
    if (waits_for_host()) return;
    for (Part& part : parts_) {
        if (part.publication) continue;
        part.publication = context_.publish(now, handle_, {part.scope, published(part)});
        if (part.publication) continue;
        // Somebody here was faster, after the entry was added.
        return lose(now, part.records.front().published.record.name, {}, {});
    }
}

void Group::withdraw(Instant now) {
    for (Part& part : parts_) {
        if (part.publication) context_.withdraw(now, *part.publication);
        part.publication.reset();
    }
}

void Group::reset(Instant now) {
    withdraw(now);
    parts_.clear();
    context_.reserved.remove(handle_);
    if (state_ != GroupState::uncommitted) change(GroupState::uncommitted);
}

void Group::end(Instant now) {
    withdraw(now);
    context_.reserved.remove(handle_);
}

void Group::change(GroupState state) {
    state_ = state;
    context_.emit(GroupChanged{.handle = handle_, .state = state});
}

// ---- what happens ----

void Group::on_established(Instant) {
    if (state_ != GroupState::registering) return;
    const bool all = std::ranges::all_of(parts_, [this](const Part& part) {
        const auto state = part.publication ? context_.engine.state(*part.publication)
                                            : std::optional<PublicationState>();
        return state == PublicationState::announcing || state == PublicationState::established;
    });
    if (all) change(GroupState::established);
}

void Group::on_conflict(Instant now, const mdns::engine::Conflict& conflict) {
    if (committed()) lose(now, conflict.name, conflict.peer, conflict.link);
}

/// Its entries are forgotten, as avahi-daemon does: programs add others without a reset.
void Group::lose(Instant now, mdns::wire::Name name, const Endpoint& peer, LinkId link) {
    end(now);
    parts_.clear();
    state_ = GroupState::collision;
    context_.emit(GroupChanged{handle_, state_, std::move(name), peer, link});
}

void Group::on_host_name(Instant now) {
    if (!committed()) return;
    publish(now);  // what waited for a name
    for (const Part& part : parts_) {
        if (part.publication && follows_host(part))
            context_.engine.update(now, *part.publication, published(part));
    }
}

}  // namespace dnssd
