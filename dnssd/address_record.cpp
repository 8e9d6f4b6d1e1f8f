#include "dnssd/address_record.hpp"

#include "dnssd/reverse_name.hpp"
#include "mdns/constants.hpp"

namespace dnssd {

using mdns::engine::Address;
using mdns::engine::PublishedRecord;
using mdns::engine::Sharing;
using mdns::wire::Name;
namespace type = mdns::wire::type;

PublishedRecord address_record(const Name& name, const Address& address) {
    const bool v4 = address.is_v4();
    return {{name, v4 ? mdns::wire::type::a : mdns::wire::type::aaaa, mdns::wire::class_in,
             mdns::host_ttl,
             v4 ? mdns::wire::make_a(address.to_v4()) : mdns::wire::make_aaaa(address.to_v6())},
            Sharing::unique};
}

PublishedRecord reverse_record(const Name& name, const Address& address) {
    return {{reverse_name(address), mdns::wire::type::ptr, mdns::wire::class_in, mdns::host_ttl,
             mdns::wire::make_name(name)},
            Sharing::known_unique};
}

std::optional<Address> address_in(const mdns::wire::Record& record) {
    if (record.type == type::a) {
        if (const auto v4 = mdns::wire::parse_a(record.rdata)) return Address(*v4);
    } else if (record.type == type::aaaa) {
        if (const auto v6 = mdns::wire::parse_aaaa(record.rdata)) return Address(*v6);
    }
    return std::nullopt;
}

}  // namespace dnssd
