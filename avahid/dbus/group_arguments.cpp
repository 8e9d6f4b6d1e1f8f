#include "avahid/dbus/group_arguments.hpp"

#include "dnssd/ascii.hpp"
#include "dnssd/reverse_name.hpp"

namespace avahid::dbus {

using mdns::wire::Name;
namespace type = mdns::wire::type;
namespace flag = avahi::publish;

avahi::EntryGroupState state_of(dnssd::GroupState state) {
    switch (state) {
        case dnssd::GroupState::uncommitted:
            return avahi::EntryGroupState::uncommitted;
        case dnssd::GroupState::registering:
            return avahi::EntryGroupState::registering;
        case dnssd::GroupState::established:
            return avahi::EntryGroupState::established;
        case dnssd::GroupState::collision:
            return avahi::EntryGroupState::collision;
    }
    return avahi::EntryGroupState::failure;
}

Error GroupArguments::check(avahi::Flags allowed, dnssd::Scope& scope) const {
    if (interface < avahi::any_interface) return Error::invalid_interface;
    if (protocol < avahi::any_protocol || protocol > avahi::ipv6) return Error::invalid_protocol;
    constexpr avahi::Flags both = flag::use_wide_area | flag::use_multicast;
    if ((flags & ~(allowed | both)) != 0 || (flags & both) == both) return Error::invalid_flags;
    if (interface != avahi::any_interface) scope.ifindex = interface;
    if (protocol == avahi::ipv4) scope.family = mdns::engine::Family::ipv4;
    if (protocol == avahi::ipv6) scope.family = mdns::engine::Family::ipv6;
    return Error::success;
}

Error check_domain(const Name& name, avahi::Flags flags) {
    const bool multicast = dnssd::is_local(name) || dnssd::is_reverse(name);
    if (!multicast || (flags & flag::use_wide_area) != 0) return Error::not_supported;
    return Error::success;
}

Error check_service(dnssd::ServiceName& name, avahi::Flags flags) {
    if (dnssd::problem_with_instance(name.instance)) return Error::invalid_service_name;
    if (dnssd::problem_with_type(name.type, dnssd::NameRules::lenient))
        return Error::invalid_service_type;
    if (name.domain.empty()) name.domain = "local";
    const auto domain = Name::from_text(name.domain);
    if (!domain) return Error::invalid_domain_name;
    name.type = Name::from_text(name.type)->to_text();  // without a final dot
    name.domain = domain->to_text();
    return check_domain(*domain, flags);
}

Error read_host(const std::string& text, std::optional<Name>& host) {
    const auto name = Name::from_text(text);
    if (!name || name->label_count() < 2) return Error::invalid_host_name;
    host = *name;
    return Error::success;
}

Error read_address(const std::string& text, dnssd::Address& address) {
    boost::system::error_code error;
    address = boost::asio::ip::make_address(text, error);
    const bool zoned = text.find('%') != std::string::npos;
    return error || zoned ? Error::invalid_address : Error::success;
}

Error read_subtype(const std::string& text, dnssd::ServiceSubtype& item) {
    const auto name = Name::from_text(text);
    if (!name || name->label_count() != 4 || !dnssd::equal_fold(name->label(1), "_sub"))
        return Error::invalid_service_subtype;
    if (!(name->parent().parent() == *Name::from_text(item.name.type)))
        return Error::invalid_service_subtype;
    item.subtype = std::string(name->label(0));
    return Error::success;
}

std::vector<std::string> texts_of(const Strings& txt) {
    std::vector<std::string> texts;
    for (const auto& string : txt) texts.emplace_back(string.begin(), string.end());
    return texts;
}

Error RecordArguments::check_rdata() const {
    if (!Name::from_text(name)) return Error::invalid_domain_name;
    return dnssd::fits(type, rdata) ? Error::success : Error::invalid_rdata;
}

Error RecordArguments::read(avahi::Flags flags, dnssd::OwnRecord& item) const {
    if (ttl == 0) return Error::invalid_ttl;
    if (klass == mdns::wire::class_any || type == type::any) return Error::is_pattern;
    if (klass != mdns::wire::class_in) return Error::invalid_dns_class;
    const bool meta = type == 0 || type == type::opt || (type >= type::tkey && type < type::any);
    // NSEC: what types there are at a name is said by us (RFC 6762 §6.1).
    if (meta || type == type::nsec) return Error::invalid_dns_type;
    const Name owner = *Name::from_text(name);
    if (const Error error = check_domain(owner, flags); error != Error::success) return error;

    using mdns::engine::Company;
    using mdns::engine::Sharing;
    auto& [record, sharing, company, announce] = item.record;
    record = {owner, type, klass, ttl, rdata};
    if ((flags & flag::unique) != 0)
        sharing = (flags & flag::no_probe) != 0 ? Sharing::known_unique : Sharing::unique;
    company = (flags & flag::allow_multiple) != 0 ? Company::any : Company::same_data;
    announce = (flags & flag::no_announce) == 0;
    return Error::success;
}

}  // namespace avahid::dbus
