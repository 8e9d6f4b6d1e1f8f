#include "dnssd/browse.hpp"

#include "dnssd/service_name.hpp"

namespace dnssd {
namespace {

struct Instance {
    ServiceName name;
    std::string key;
};

/// The full name comes from the rdata: its type or domain may differ from what was asked (§4.2).
std::optional<Instance> named_in(const mdns::wire::Record& record) {
    if (record.type != mdns::wire::type::ptr) return std::nullopt;
    const auto target = mdns::wire::parse_name(record.rdata);
    if (!target) return std::nullopt;
    auto name = split_instance(*target);
    if (!name) return std::nullopt;
    return Instance{std::move(*name), folded(*target)};
}

}  // namespace

Browse::Browse(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
               const Scope& scope)
    : Activity(context, handle),
      query_(context.ask(
          now, handle,
          {.name = name, .type = mdns::wire::type::ptr, .scope = scope, .urgent = false})) {}

void Browse::end(Instant now) { context_.stop_asking(now, query_); }

void Browse::on_added(Instant, const mdns::engine::RecordAdded& added) {
    auto instance = named_in(added.record);
    if (!instance || !seen_.add(added.link, instance->key)) return;
    context_.emit(Found{handle_, added.link, std::move(instance->name), added.local});
}

void Browse::on_removed(Instant, const mdns::engine::RecordRemoved& removed) {
    auto instance = named_in(removed.record);
    if (!instance || !seen_.remove(removed.link, instance->key)) return;
    context_.emit(Lost{handle_, removed.link, std::move(instance->name)});
}

}  // namespace dnssd
