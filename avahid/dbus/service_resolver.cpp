#include "avahid/dbus/service_resolver.hpp"

#include <algorithm>
#include <utility>

#include "avahid/dbus/text.hpp"

namespace avahid::dbus {
namespace {

/// Whatever fits a label: what is published out there can be resolved.
Error check_name(const std::string& name) {
    return name.size() <= mdns::wire::max_label ? Error::success : Error::invalid_service_name;
}

/// The last string first: so Avahi hands them out, and its tools print them in the order they are
/// given. Programs that compare what they print see no difference.
std::vector<std::vector<std::uint8_t>> bytes_of(const std::vector<std::string>& txt) {
    std::vector<std::vector<std::uint8_t>> strings;
    for (const std::string& one : txt) strings.emplace_back(one.begin(), one.end());
    std::ranges::reverse(strings);
    return strings;
}

/// Calls `send` with the values of Found, which are those that ResolveService returns.
template <class Send>
void with_values(const ServiceAnswer& answer, const Client& client, Send&& send) {
    const bool our_own = answer.local && client.publishes(answer.name);
    send(std::int32_t{answer.link.ifindex}, protocol_of(answer.link.family), answer.name.instance,
         escape(answer.name.type), escape(answer.name.domain), escape(answer.host),
         answer.address ? protocol_of(*answer.address) : avahi::any_protocol,
         answer.address ? text_of(*answer.address) : std::string(), answer.port, answer.txt,
         flags_of({.local = answer.local, .our_own = our_own}));
}

}  // namespace

// ---- the question ----

const Arguments& ServiceQuestion::arguments() {
    static const Arguments arguments{
        "iisssiu", {"interface", "protocol", "name", "type", "domain", "aprotocol", "flags"}};
    return arguments;
}

void ServiceQuestion::read(Call& call) {
    call.read(where.interface, where.protocol, name, type, domain, address_protocol, flags);
}

Error ServiceQuestion::check() const {
    return first_of({dbus::check(where),
                     is_protocol(address_protocol) ? Error::success : Error::invalid_protocol,
                     check_domain(domain), check_name(name),
                     is_service_type(type) ? Error::success : Error::invalid_service_type,
                     check_flags(flags, avahi::lookup::no_txt | avahi::lookup::no_address)});
}

dnssd::ResolveParts ServiceQuestion::parts() const {
    return {.txt = (flags & avahi::lookup::no_txt) == 0,
            .addresses = (flags & avahi::lookup::no_address) == 0};
}

// ---- the answer ----

std::optional<ServiceAnswer> ServiceAnswers::on_resolved(const dnssd::Resolved& resolved) {
    if (told_ && told_->link != resolved.link) return {};
    ServiceAnswer answer{.link = resolved.link,
                         .name = resolved.name,
                         .host = resolved.host,
                         .address = {},
                         .port = resolved.port,
                         .txt = bytes_of(resolved.txt),
                         .local = resolved.local};
    if ((flags_ & avahi::lookup::no_txt) != 0) answer.txt.clear();
    if ((flags_ & avahi::lookup::no_address) == 0) {
        const auto of_kind = [&](avahi::Protocol wanted) {
            return std::ranges::find_if(resolved.addresses, [&](const auto& address) {
                return matches(address_protocol_, address) && matches(wanted, address);
            });
        };
        auto found = of_kind(protocol_of(resolved.link.family));
        if (found == resolved.addresses.end()) found = of_kind(avahi::any_protocol);
        if (found == resolved.addresses.end()) return {};
        answer.address = *found;
    }
    if (told_ == answer) return {};
    told_ = answer;
    return answer;
}

// ---- the object ----

const Interface& ServiceResolver::interface() {
    static const Interface table{avahi::service_resolver,
                                 {{"Free", {}, {}, method<&ServiceResolver::free_method>},
                                  {"Start", {}, {}, method<&ServiceResolver::start_method>}},
                                 {{"Found",
                                   {"iissssisqaayu",
                                    {"interface", "protocol", "name", "type", "domain", "host",
                                     "aprotocol", "address", "port", "txt", "flags"}}},
                                  {"Failure", {"s", {"error"}}}}};
    return table;
}

ServiceResolver::ServiceResolver(Client& client, Request request)
    : Object(client, "ServiceResolver", interface()),
      request_(std::move(request)),
      answers_(request_.address_protocol, request_.flags),
      timeout_(context().io) {}

void ServiceResolver::start() {
    if (wants_wide_area(request_.flags)) return fail(Error::not_supported);
    const auto handle = session().resolve(now(), client_id(), request_.service(),
                                          request_.where.scope(), request_.parts());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
    timeout_.set(resolve_timeout, [this] {
        if (!answers_.any()) fail(Error::timeout);
        context().soon();
    });
}

void ServiceResolver::on_event(Instant, const dnssd::Event& event) {
    const auto* resolved = std::get_if<dnssd::Resolved>(&event);
    if (resolved == nullptr) return;
    const auto answer = answers_.on_resolved(*resolved);
    if (!answer) return;
    with_values(*answer, client(), [this](const auto&... values) { emit("Found", values...); });
}

void ServiceResolver::fail(Error error) { emit("Failure", std::string(name_of(error))); }

// ---- the call ----

ResolveService::ResolveService(Client& client, const Call& call, Request request)
    : Activity(client),
      call_(call),
      request_(std::move(request)),
      answers_(request_.address_protocol, request_.flags),
      timeout_(context().io) {}

void ResolveService::start() {
    if (wants_wide_area(request_.flags)) return fail(Error::not_supported);
    const auto handle = session().resolve(now(), client_id(), request_.service(),
                                          request_.where.scope(), request_.parts());
    if (!handle) return fail(error_of_lookup(handle.error()));
    own(*handle);
    timeout_.set(resolve_timeout, [this] {
        context().soon();
        fail(Error::timeout);
    });
}

void ResolveService::on_event(Instant, const dnssd::Event& event) {
    const auto* resolved = std::get_if<dnssd::Resolved>(&event);
    if (resolved == nullptr) return;
    const auto answer = answers_.on_resolved(*resolved);
    if (!answer) return;
    with_values(*answer, client(), [this](const auto&... values) { call_.reply(values...); });
    end();
}

void ResolveService::fail(Error error) {
    call_.fail(error);
    end();
}

}  // namespace avahid::dbus
