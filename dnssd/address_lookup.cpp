#include "dnssd/address_lookup.hpp"

#include "dnssd/reverse_name.hpp"

namespace dnssd {
namespace {

/// fe80::1%3 exists on link 3 only.
Scope narrowed(Scope scope, const Address& address) {
    if (address.is_v6() && address.to_v6().scope_id() != 0 && !scope.ifindex) {
        scope.ifindex = static_cast<int>(address.to_v6().scope_id());
    }
    return scope;
}

}  // namespace

AddressLookup::AddressLookup(Context& context, Handle handle, Instant now, const Address& address,
                             const Scope& scope)
    : Activity(context, handle), result_{.handle = handle, .name = {}} {
    if (!context.reachable(scope)) {
        context.report_later(handle);
        return;
    }
    query_ = context.ask(now, handle,
                         {.name = reverse_name(address),
                          .type = mdns::wire::type::ptr,
                          .scope = narrowed(scope, address)});
    context.timers.set(handle, now + context.config.negative_timeout);
}

void AddressLookup::end(Instant now) {
    if (query_) context_.stop_asking(now, *query_);
    query_.reset();
}

void AddressLookup::on_added(Instant, const mdns::engine::RecordAdded& added) {
    if (result_.found || added.record.type != mdns::wire::type::ptr) return;
    const auto name = mdns::wire::parse_name(added.record.rdata);
    if (!name) return;
    result_.found = true;
    result_.ifindex = added.link.ifindex;
    result_.name = *name;
    result_.family = added.link.family;
    result_.local = added.local;
    context_.report_later(handle_);
}

void AddressLookup::on_no_such(Instant, const mdns::engine::NoSuchRecord&) {
    context_.report_later(handle_);
}

void AddressLookup::on_time(Instant) { context_.report_later(handle_); }

void AddressLookup::report(Instant) {
    if (done_) return;
    done_ = true;
    context_.emit(result_);
    context_.finish(handle_);
}

}  // namespace dnssd
