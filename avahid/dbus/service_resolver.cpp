#include "avahid/dbus/service_resolver.hpp"

#include <algorithm>

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

session::Result<Handle> ServiceQuestion::ask(session::Session& session, session::ClientId client,
                                             Instant now) const {
    if (wants_wide_area(flags)) return session::Errc::not_supported;
    return session.resolve(now, client, service(), where.scope(), parts());
}

// ---- the answer ----

const Arguments& ServiceQuestion::values() {
    static const Arguments values{"iissssisqaayu",
                                  {"interface", "protocol", "name", "type", "domain", "host",
                                   "aprotocol", "address", "port", "txt", "flags"}};
    return values;
}

Outcome<ServiceQuestion::Values> ServiceAnswers::on_event(const dnssd::Event& event,
                                                          const Client& client) {
    const auto* resolved = std::get_if<dnssd::Resolved>(&event);
    const auto answer = resolved != nullptr ? on_resolved(*resolved) : std::nullopt;
    if (!answer) return {};
    const bool our_own = answer->local && client.publishes(answer->name);
    return ServiceQuestion::Values{
        answer->link.ifindex,
        protocol_of(answer->link.family),
        answer->name.instance,
        escape(answer->name.type),
        escape(answer->name.domain),
        escape(answer->host),
        answer->address ? protocol_of(*answer->address) : avahi::any_protocol,
        answer->address ? text_of(*answer->address) : std::string(),
        answer->port,
        answer->txt,
        flags_of({.local = answer->local, .our_own = our_own})};
}

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

}  // namespace avahid::dbus
