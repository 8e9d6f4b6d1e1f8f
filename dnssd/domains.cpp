#include "dnssd/domains.hpp"

#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::wire::Name;

namespace {

constexpr const char* label_of(DomainKind kind) {
    switch (kind) {
        case DomainKind::browse:
            return "b";
        case DomainKind::browse_default:
            return "db";
        case DomainKind::registration:
            return "r";
        case DomainKind::registration_default:
            return "dr";
        case DomainKind::automatic:
            return "lb";
    }
    return "b";
}

std::optional<Name> named_in(const mdns::wire::Record& record) {
    if (record.type != mdns::wire::type::ptr) return std::nullopt;
    const auto target = mdns::wire::parse_name(record.rdata);
    return target && !target->is_root() ? std::optional(*target) : std::nullopt;
}

}  // namespace

std::optional<Name> domain_enumeration_name(DomainKind kind, std::string_view domain) {
    return type_name(std::string(label_of(kind)) + "._dns-sd._udp", domain);
}

Domains::Domains(Context& context, Handle handle, Instant now, const Name& name, DomainKind kind,
                 const Scope& scope)
    : Activity(context, handle), kind_(kind) {
    on_browse_domains(now);
    query_ =
        context.ask(now, handle,
                    {.name = name, .type = mdns::wire::type::ptr, .scope = scope, .urgent = false});
}

void Domains::end(Instant now) { context_.stop_asking(now, query_); }

/// §11: the results of all sources are one list: what is configured is not told once more.
void Domains::on_added(Instant, const mdns::engine::RecordAdded& added) {
    const auto domain = named_in(added.record);
    if (!domain || !seen_.add(added.link, folded(*domain))) return;
    const auto [found, fresh] = on_links_.insert_or_assign({added.link, folded(*domain)},
                                                           OnLink{domain->to_text(), added.local});
    if (!is_configured(found->first.second)) tell_found(added.link, found->second);
}

void Domains::on_removed(Instant, const mdns::engine::RecordRemoved& removed) {
    const auto domain = named_in(removed.record);
    if (!domain || !seen_.remove(removed.link, folded(*domain))) return;
    const auto gone = on_links_.extract({removed.link, folded(*domain)});
    if (!is_configured(gone.key().second)) tell_lost(removed.link, gone.mapped());
}

void Domains::on_browse_domains(Instant) {
    if (kind_ != DomainKind::browse) return;
    std::map<std::string, std::string> wanted;
    for (const Name& domain : context_.browse_domains)
        wanted.emplace(folded(domain), domain.to_text());
    const auto before = std::exchange(configured_, wanted);
    for (const auto& [key, text] : before) {
        if (is_configured(key)) continue;
        context_.emit(DomainLost{handle_, {}, text, true});
        for (const auto& [place, found] : on_links_)
            if (place.second == key) tell_found(place.first, found);
    }
    for (const Name& domain : context_.browse_domains) {  // in the order configured
        const auto fresh = wanted.extract(folded(domain));
        if (fresh.empty() || before.contains(fresh.key())) continue;
        for (const auto& [place, found] : on_links_)
            if (place.second == fresh.key()) tell_lost(place.first, found);
        context_.emit(DomainFound{handle_, {}, fresh.mapped(), false, true});
    }
}

void Domains::tell_found(LinkId link, const OnLink& found) {
    context_.emit(DomainFound{handle_, link, found.domain, found.local});
}

void Domains::tell_lost(LinkId link, const OnLink& lost) {
    context_.emit(DomainLost{handle_, link, lost.domain});
}

}  // namespace dnssd
