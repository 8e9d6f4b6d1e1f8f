#include "mdns/wire/rdata.hpp"

#include <algorithm>
#include <compare>

#include "mdns/wire/fields.hpp"

namespace mdns::wire {

namespace {

void append_u16(Rdata& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_string(Rdata& out, std::string_view string) {
    const std::string_view kept = string.substr(0, 255);
    out.push_back(static_cast<std::uint8_t>(kept.size()));
    out.insert(out.end(), kept.begin(), kept.end());
}

}  // namespace

Rdata make_a(const Ipv4& address) {
    const auto bytes = address.to_bytes();
    return {bytes.begin(), bytes.end()};
}

Rdata make_aaaa(const Ipv6& address) {
    const auto bytes = address.to_bytes();
    return {bytes.begin(), bytes.end()};
}

Rdata make_name(const Name& name) {
    const Bytes wire = name.wire();
    return {wire.begin(), wire.end()};
}

Rdata make_srv(const Srv& srv) {
    Rdata rdata;
    append_u16(rdata, srv.priority);
    append_u16(rdata, srv.weight);
    append_u16(rdata, srv.port);
    const Bytes target = srv.target.wire();
    rdata.insert(rdata.end(), target.begin(), target.end());
    return rdata;
}

Rdata make_txt(const std::vector<std::string>& strings) {
    Rdata rdata;
    for (const std::string& string : strings) append_string(rdata, string);
    if (rdata.empty())
        append_string(rdata, "");  // RFC 6763 §6.1: "MUST NOT be an empty TXT record"
    return rdata;
}

Rdata make_hinfo(std::string_view cpu, std::string_view os) {
    Rdata rdata;
    append_string(rdata, cpu);
    append_string(rdata, os);
    return rdata;
}

std::optional<Ipv4> parse_a(Bytes rdata) {
    Ipv4::bytes_type bytes;
    if (rdata.size() != bytes.size()) return std::nullopt;
    std::copy(rdata.begin(), rdata.end(), bytes.begin());
    return Ipv4(bytes);
}

std::optional<Ipv6> parse_aaaa(Bytes rdata) {
    Ipv6::bytes_type bytes;
    if (rdata.size() != bytes.size()) return std::nullopt;
    std::copy(rdata.begin(), rdata.end(), bytes.begin());
    return Ipv6(bytes);
}

std::optional<Name> parse_name(Bytes rdata) {
    Result<Name> name = Name::from_wire(rdata);
    if (!name) return std::nullopt;
    return std::move(*name);
}

std::optional<Srv> parse_srv(Bytes rdata) {
    Reader in(rdata, 0, rdata.size(), Reader::Pointers::refused);
    Srv srv;
    srv.priority = in.u16();
    srv.weight = in.u16();
    srv.port = in.u16();
    const NameView target = in.name();
    if (in.errc() != Errc::ok || !in.at_end()) return std::nullopt;
    srv.target = target.to_name();
    return srv;
}

std::vector<std::string> parse_txt(Bytes rdata) {
    std::vector<std::string> strings;
    Reader in(rdata);
    while (!in.at_end()) {
        const Bytes string = in.string();
        if (in.errc() != Errc::ok) break;
        if (string.size() > 1) strings.emplace_back(string.begin() + 1, string.end());
    }
    return strings;
}

Errc check_rdata(std::uint16_t type, Bytes rdata) { return check(Fields::canonical(type, rdata)); }

bool same_rdata(std::uint16_t type, Bytes left, Bytes right) {
    if (std::ranges::equal(left, right)) return true;
    // Names may differ in case, so in this bit of a byte; whatever differs more is found out
    // cheaply.
    const auto alike = [](std::uint8_t one, std::uint8_t other) {
        return one == other || (one ^ other) == 0x20;
    };
    if (!std::ranges::equal(left, right, alike)) return false;
    return equal(Fields::canonical(type, left), Fields::canonical(type, right));
}

int compare_rdata(Bytes left, Bytes right) {
    const auto order = std::lexicographical_compare_three_way(left.begin(), left.end(),
                                                              right.begin(), right.end());
    return std::is_lt(order) ? -1 : std::is_gt(order) ? 1 : 0;
}

int compare_records(const Record& left, const Record& right) {
    if (left.klass != right.klass) return left.klass < right.klass ? -1 : 1;
    if (left.type != right.type) return left.type < right.type ? -1 : 1;
    return compare_rdata(left.rdata, right.rdata);
}

bool Record::same_data(const Record& other) const {
    return type == other.type && klass == other.klass && name == other.name &&
           same_rdata(type, rdata, other.rdata);
}

}  // namespace mdns::wire
