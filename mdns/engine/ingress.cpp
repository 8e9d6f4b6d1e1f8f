#include "mdns/engine/ingress.hpp"

#include <algorithm>

#include "mdns/constants.hpp"

namespace mdns::engine {
namespace {

bool same_prefix(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right,
                 unsigned length) {
    for (std::size_t at = 0; at < left.size() && length > 0; ++at) {
        const unsigned bits = std::min(length, 8u);
        const auto mask = static_cast<std::uint8_t>(0xff00u >> bits);
        if ((left[at] & mask) != (right[at] & mask)) return false;
        length -= bits;
    }
    return true;
}

bool in_prefix(const Prefix& prefix, const Address& address) {
    if (prefix.address.is_v4() != address.is_v4()) return false;
    if (address.is_v4()) {
        return same_prefix(prefix.address.to_v4().to_bytes(), address.to_v4().to_bytes(),
                           prefix.length);
    }
    return same_prefix(prefix.address.to_v6().to_bytes(), address.to_v6().to_bytes(),
                       prefix.length);
}

bool link_local(const Address& address) {
    if (address.is_v6()) return address.to_v6().is_link_local();
    return (address.to_v4().to_uint() >> 16) == 0xa9fe;
}

}  // namespace

bool on_link(const LinkInfo& info, const Address& address) {
    return link_local(address) || std::ranges::any_of(info.prefixes, [&](const Prefix& prefix) {
               return in_prefix(prefix, address);
           });
}

bool own_address(const LinkInfo& info, const Address& address) {
    // By bytes: the scope id of an fe80 address differs between how it is given and how it is
    // heard.
    return std::ranges::any_of(info.prefixes, [&](const Prefix& prefix) {
        if (!prefix.ours || prefix.address.is_v4() != address.is_v4()) return false;
        return address.is_v4() ? prefix.address.to_v4() == address.to_v4()
                               : prefix.address.to_v6().to_bytes() == address.to_v6().to_bytes();
    });
}

Kind classify(const Room& room, Instant now, const Source& source, const wire::Message& message) {
    const wire::Header& header = message.header();
    if (header.opcode != 0 || header.rcode != 0)
        return Kind::bad_header;  // §18.3, §18.11 "silently ignored"
    if (source.from.port == 0) return Kind::bad_port;
    const bool near = on_link(room.info, source.from.address);
    if (header.response) {
        if (source.from.port != port) return Kind::bad_port;  // §6 "MUST silently ignore"
        if (source.to_group) return Kind::response;           // §11: then it is from this link
        const bool asked = std::ranges::any_of(message.answers(), [&](const auto& seen) {
            return room.host.asked_unicast.recently(now, room.id,
                                                    wire::hash(seen.name, room.host.key));
        });
        if (!near) return Kind::off_link;
        return asked ? Kind::response : Kind::unsolicited;
    }
    if (!source.to_group && !near) return Kind::off_link;  // §5.5
    if (source.from.port == port) return Kind::query;
    return near ? Kind::legacy : Kind::off_link;  // a reply to a forged address would only do harm
}

bool is_probe(const wire::Message& query, const wire::Question& question) {
    return std::ranges::any_of(query.authorities(), [&](const wire::RecordView& record) {
        const bool type = question.type == wire::type::any || question.type == record.type;
        return type && question.name.equals(record.name);
    });
}

bool is_probe(const wire::Message& query) {
    return std::ranges::any_of(query.questions(), [&](const wire::Question& question) {
        return is_probe(query, question);
    });
}

}  // namespace mdns::engine
