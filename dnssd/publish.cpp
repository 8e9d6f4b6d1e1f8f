#include "dnssd/publish.hpp"

#include <algorithm>

#include "dnssd/enumerate.hpp"
#include "dnssd/rename.hpp"
#include "dnssd/service_name.hpp"
#include "dnssd/txt.hpp"
#include "mdns/constants.hpp"

namespace dnssd {

using mdns::engine::PublishedRecord;
using mdns::engine::Sharing;
using mdns::wire::Name;
namespace type = mdns::wire::type;

namespace {

constexpr int max_tries = 1000;  // of names on this very machine, before giving up

PublishedRecord pointer(const Name& from, const Name& to) {
    return {{from, type::ptr, mdns::wire::class_in, mdns::other_ttl, mdns::wire::make_name(to)},
            Sharing::shared};
}

PublishedRecord srv_record(const Name& instance, const Service& service, const Name& host) {
    return {{instance, type::srv, mdns::wire::class_in, mdns::host_ttl,
             mdns::wire::make_srv({service.priority, service.weight, service.port, host})},
            Sharing::unique};
}

Errc normalise_host(std::optional<Name>& host) {
    if (!host) return Errc::ok;
    host = to_nfc(*host);
    return host && !host->is_root() ? Errc::ok : Errc::bad_host;  // §8: never the root
}

Errc check_txt(const std::vector<std::string>& txt, TxtRules rules) {
    if (rules == TxtRules::strict) return problem_with_txt(txt) ? Errc::bad_txt : Errc::ok;
    const bool fits = std::ranges::all_of(txt, [](const auto& s) { return s.size() <= 255; });
    return fits && txt_size(txt) <= max_txt ? Errc::ok : Errc::bad_txt;
}

Errc check_subtypes(const Service& service) {
    for (const auto& subtype : service.subtypes) {
        if (!subtype_name(subtype, service.name.type, service.name.domain)) return Errc::bad_type;
    }
    return Errc::ok;
}

Errc normalise_instance(ServiceName& name) {
    if (name.instance.empty()) return Errc::ok;  // takes the host's, once known
    auto composed = to_nfc(name.instance);
    if (!composed || problem_with_instance(*composed)) return Errc::bad_name;
    name.instance = std::move(*composed);
    return instance_name(name) ? Errc::ok : Errc::bad_name;
}

/// RFC 6762 §17: one record in one packet, also under the name that a conflict may lead to.
bool txt_fits(const Service& service) {
    ServiceName longest = service.name;
    if (longest.instance.empty()) longest.instance.assign(mdns::wire::max_label, 'x');
    const auto name = instance_name(longest);
    const std::size_t room_to_rename = mdns::wire::max_label - longest.instance.size();
    return name &&
           name->wire().size() + std::min<std::size_t>(room_to_rename, 8) + txt_size(service.txt) <=
               mdns::max_record;
}

}  // namespace

PublishedRecord txt_record(const Name& instance, std::vector<std::string> txt) {
    std::erase(txt, "");  // §6.1: empty strings say nothing; none at all is one zero byte
    return {{instance, type::txt, mdns::wire::class_in, mdns::other_ttl, mdns::wire::make_txt(txt)},
            Sharing::unique};
}

Errc normalise_domain(std::string& domain) {
    if (domain.empty()) domain = "local";
    const auto name = Name::from_text(domain);
    const auto composed = name ? to_nfc(*name) : std::nullopt;
    if (!composed || !is_local(*composed)) return Errc::bad_domain;
    domain = composed->to_text();
    return Errc::ok;
}

std::optional<PublishedRecord> subtype_record(const ServiceName& name, const std::string& subtype) {
    const auto instance = instance_name(name);
    const auto subtype_at = subtype_name(subtype, name.type, name.domain);
    if (!instance || !subtype_at) return std::nullopt;
    return pointer(*subtype_at, *instance);
}

Errc normalise(Service& service, TxtRules rules) {
    if (problem_with_type(service.name.type, NameRules::lenient)) return Errc::bad_type;
    service.name.type = Name::from_text(service.name.type)->to_text();  // without a final dot
    for (const Errc errc : {check_txt(service.txt, rules), normalise_domain(service.name.domain),
                            normalise_host(service.host), normalise_instance(service.name),
                            check_subtypes(service)}) {
        if (errc != Errc::ok) return errc;
    }
    return txt_fits(service) ? Errc::ok : Errc::bad_txt;
}

std::optional<std::vector<PublishedRecord>> service_records(const Service& service,
                                                            const Name& host) {
    const auto& [instance, type, domain] = service.name;
    const auto name = instance_name(service.name);
    const auto type_at = type_name(type, domain);
    const auto types_at = enumeration_name(domain);
    if (!name || !type_at || !types_at) return std::nullopt;

    std::vector<PublishedRecord> records{srv_record(*name, service, host)};
    if (service.placeholder) return records;  // §8: no PTR, so nothing that a TXT could describe
    records.push_back(txt_record(*name, service.txt));
    records.push_back(pointer(*type_at, *name));
    for (const auto& subtype : service.subtypes) {
        auto record = subtype_record(service.name, subtype);
        if (!record) return std::nullopt;
        records.push_back(std::move(*record));
    }
    records.push_back(pointer(*types_at, *type_at));
    return records;
}

ServicePublication::ServicePublication(Context& context, Handle handle, Service service)
    : Activity(context, handle), service_(std::move(service)) {
    if (!service_.placeholder) return;
    service_.port = service_.priority = service_.weight = 0;  // §8
}

const Name& ServicePublication::host() const {
    return service_.host ? *service_.host : *context_.host;
}

Errc ServicePublication::start(Instant now) {
    waiting_for_host_ = !context_.host && (!service_.host || service_.name.instance.empty());
    if (waiting_for_host_) return Errc::ok;
    if (service_.name.instance.empty()) service_.name.instance = context_.host->label(0);
    return claim(now);
}

Errc ServicePublication::claim(Instant now) {
    for (int tries = 0; tries < max_tries; ++tries) {
        if (!instance_name(service_.name)) return Errc::bad_name;
        if (try_name(now)) return Errc::ok;
        if (!service_.rename_on_conflict) break;
        service_.name.instance = next_service_name(service_.name.instance);
    }
    return Errc::collision;
}

bool ServicePublication::try_name(Instant now) {
    const auto name = instance_name(service_.name);
    auto records = service_records(service_, host());
    if (!name || !records || context_.local_names.taken(*name, service_.scope)) return false;
    publication_ = context_.publish(now, handle_, {service_.scope, std::move(*records)});
    if (publication_) context_.local_names.add(handle_, *name, service_.scope);
    return publication_.has_value();
}

Errc ServicePublication::set_txt(Instant now, const std::vector<std::string>& txt) {
    if (problem_with_txt(txt)) return Errc::bad_txt;
    Service changed = service_;
    changed.txt = txt;
    if (!txt_fits(changed)) return Errc::bad_txt;
    service_.txt = txt;
    update(now);
    return Errc::ok;
}

Errc ServicePublication::set_subtypes(Instant now, const std::vector<std::string>& subtypes) {
    Service changed = service_;
    changed.subtypes = subtypes;
    if (const Errc errc = check_subtypes(changed); errc != Errc::ok) return errc;
    service_.subtypes = subtypes;
    update(now);
    return Errc::ok;
}

void ServicePublication::update(Instant now) {
    if (!publication_) return;
    if (auto records = service_records(service_, host()))
        context_.engine.update(now, *publication_, std::move(*records));
}

void ServicePublication::end(Instant now) {
    if (publication_) context_.withdraw(now, *publication_);
    context_.local_names.remove(handle_);
    publication_.reset();
    waiting_for_host_ = false;
}

void ServicePublication::on_established(Instant) {
    search_.found();
    if (std::exchange(told_, true)) return;
    context_.emit(Published{handle_, service_.name});
}

void ServicePublication::on_conflict(Instant now, const mdns::engine::Conflict& conflict) {
    end(now);
    if (!service_.rename_on_conflict) return give_up(now, conflict.peer, conflict.link);
    const std::string from = service_.name.instance;
    service_.name.instance = next_service_name(from);
    told_ = false;
    if (claim(now) != Errc::ok) return give_up(now, conflict.peer, conflict.link);
    context_.emit(Renamed{handle_, from, service_.name.instance, conflict.peer, conflict.link,
                          search_.failed(now)});
}

void ServicePublication::give_up(Instant now, const Endpoint& peer, LinkId link) {
    end(now);
    context_.emit(NameLost{handle_, peer, link});
}

void ServicePublication::on_host_name(Instant now) {
    if (waiting_for_host_) {
        if (start(now) != Errc::ok) give_up(now, {}, {});
    } else if (!service_.host) {
        update(now);
    }
}

}  // namespace dnssd
