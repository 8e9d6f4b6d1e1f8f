#include "dnssd/enumerate.hpp"

#include "dnssd/ascii.hpp"
#include "dnssd/service_name.hpp"

namespace dnssd {

std::optional<mdns::wire::Name> enumeration_name(std::string_view domain) {
    return type_name("_services._dns-sd._udp", domain);
}

Enumerate::Enumerate(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
                     const Scope& scope)
    : Activity(context, handle),
      domain_(name.parent().parent().parent().to_text()),
      query_(context.ask(
          now, handle,
          {.name = name, .type = mdns::wire::type::ptr, .scope = scope, .urgent = false})) {}

void Enumerate::end(Instant now) { context_.stop_asking(now, query_); }

/// §9: only the first two labels matter; the domain is the one that was asked.
std::optional<std::string> Enumerate::type_in(const mdns::wire::Record& record) const {
    if (record.type != mdns::wire::type::ptr) return std::nullopt;
    const auto target = mdns::wire::parse_name(record.rdata);
    auto name = target ? split_type(*target) : std::nullopt;
    return name ? std::optional(std::move(name->type)) : std::nullopt;
}

void Enumerate::on_added(Instant, const mdns::engine::RecordAdded& added) {
    const auto type = type_in(added.record);
    if (!type || !seen_.add(added.link, lower(*type))) return;
    context_.emit(TypeFound{handle_, added.link, *type, domain_, added.local});
}

void Enumerate::on_removed(Instant, const mdns::engine::RecordRemoved& removed) {
    const auto type = type_in(removed.record);
    if (!type || !seen_.remove(removed.link, lower(*type))) return;
    context_.emit(TypeLost{handle_, removed.link, *type, domain_});
}

}  // namespace dnssd
