#include "dnssd/record_query.hpp"

#include "dnssd/reverse_name.hpp"
#include "dnssd/service_name.hpp"

namespace dnssd {

RecordQuery::RecordQuery(Context& context, Handle handle, Instant now, const mdns::wire::Name& name,
                         std::uint16_t type, const Scope& scope)
    : Activity(context, handle) {
    if (is_local(name) || is_reverse(name)) {
        query_ = context.ask(now, handle, {.name = name, .type = type, .scope = scope});
        return;
    }
    on_cache_exhausted();
    on_all_for_now();
}

void RecordQuery::end(Instant now) {
    if (query_) context_.stop_asking(now, *query_);
}

void RecordQuery::on_added(Instant, const mdns::engine::RecordAdded& added) {
    context_.emit(RecordChange{handle_, added.link, added.record, true, added.local});
}

void RecordQuery::on_removed(Instant, const mdns::engine::RecordRemoved& removed) {
    context_.emit(RecordChange{handle_, removed.link, removed.record, false, removed.local});
}

}  // namespace dnssd
