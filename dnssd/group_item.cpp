#include "dnssd/group_item.hpp"

#include "dnssd/address_record.hpp"
#include "dnssd/publish.hpp"
#include "dnssd/reverse_name.hpp"

namespace dnssd {

using mdns::engine::Company;
using mdns::engine::PublishedRecord;
using mdns::engine::Sharing;
using mdns::wire::Name;
using Records = Result<std::vector<GroupRecord>>;

namespace {

/// Instance, type and domain of a service that is there already.
Errc normalise(ServiceName& name) {
    Service service{.name = name};
    if (name.instance.empty()) return Errc::bad_name;
    const Errc errc = dnssd::normalise(service, TxtRules::lenient);
    name = std::move(service.name);
    return errc;
}

struct Maker {
    const std::optional<Name>& host;

    Records operator()(const Service& item) const {
        Service service = item;
        if (service.name.instance.empty()) return Errc::bad_name;
        if (const Errc errc = dnssd::normalise(service, TxtRules::lenient); errc != Errc::ok)
            return errc;
        const bool follows = !service.host;
        // Without a name yet, any will do: it is put in when there is one.
        const auto records = service_records(service, service.host.value_or(host.value_or(Name())));
        if (!records) return Errc::bad_name;
        std::vector<GroupRecord> made;
        for (const PublishedRecord& record : *records) {
            made.push_back({record, service.scope, {}});
            made.back().published.company = Company::same_data;
            if (follows && record.record.type == mdns::wire::type::srv)
                made.back().to_host = mdns::wire::parse_srv(record.record.rdata);
        }
        return made;
    }

    Records operator()(const ServiceSubtype& item) const {
        ServiceName name = item.name;
        if (const Errc errc = normalise(name); errc != Errc::ok) return errc;
        const auto record = subtype_record(name, item.subtype);
        if (!record) return Errc::bad_subtype;
        return std::vector<GroupRecord>{{*record, item.scope, {}}};
    }

    Records operator()(const ServiceText& item) const {
        Service service{.name = item.name, .txt = item.txt};
        if (item.name.instance.empty()) return Errc::bad_name;
        if (const Errc errc = dnssd::normalise(service, TxtRules::lenient); errc != Errc::ok)
            return errc;
        const auto name = instance_name(service.name);
        if (!name) return Errc::bad_name;
        GroupRecord record{txt_record(*name, service.txt), item.scope, {}};
        record.published.company = Company::same_data;
        return std::vector{std::move(record)};
    }

    Records operator()(const NamedAddress& item) const {
        const auto given = item.name ? item.name : host;
        const auto name = given ? to_nfc(*given) : std::nullopt;
        if (!name || name->label_count() < 2) return Errc::bad_host;
        if (!is_local(*name)) return Errc::bad_domain;
        if (item.address.is_unspecified() || item.address.is_multicast()) return Errc::bad_address;
        std::vector<PublishedRecord> records{address_record(*name, item.address)};
        if (item.reverse) records.push_back(reverse_record(*name, item.address));
        std::vector<GroupRecord> made;
        for (PublishedRecord& record : records) {
            // Another host may have the address, and its name at the reverse name: ask.
            record.sharing = item.probe ? Sharing::unique : Sharing::known_unique;
            record.announce = item.announce;
            const bool more = record.record.type != mdns::wire::type::ptr;
            record.company = more ? Company::any : Company::same_data;
            made.push_back({std::move(record), item.scope, {}});
        }
        return made;
    }

    Records operator()(const OwnRecord& item) const {
        PublishedRecord published = item.record;
        const auto name = to_nfc(published.record.name);
        if (!name || name->is_root()) return Errc::bad_host;
        if (!is_local(*name) && !is_reverse(*name)) return Errc::bad_domain;
        published.record.name = *name;
        const mdns::wire::Record& record = published.record;
        if (record.klass != mdns::wire::class_in || record.ttl == 0 ||
            !fits(record.type, record.rdata))
            return Errc::bad_record;
        return std::vector<GroupRecord>{{std::move(published), item.scope, {}}};
    }
};

}  // namespace

bool fits(std::uint16_t type, mdns::wire::Bytes rdata) {
    if (rdata.empty() || mdns::wire::check_rdata(type, rdata) != mdns::wire::Errc::ok) return false;
    if (type != mdns::wire::type::txt) return true;
    std::size_t at = 0;  // RFC 6763 §6.1: strings, each after its length, without padding
    while (at < rdata.size()) at += std::size_t{1} + rdata[at];
    return at == rdata.size();
}

Records records_of(const GroupItem& item, const std::optional<Name>& host) {
    return std::visit(Maker{host}, item);
}

}  // namespace dnssd
