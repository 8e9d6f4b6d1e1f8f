// mdns/wire/rdata.hpp: record types and the canonical form of their rdata.
// Canonical rdata is what RFC 6762 §8.2 compares: names inside it uncompressed. Records of ours and
// records in the cache hold it; Message::decode gives it, Writer::record compresses it again where
// §18.14 says so. A table in rdata.cpp says where the names are, for all three.
#pragma once

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdns/wire/name.hpp"

namespace mdns::wire {

using Ipv4 = boost::asio::ip::address_v4;
using Ipv6 = boost::asio::ip::address_v6;
using Rdata = std::vector<std::uint8_t>;

namespace type {
constexpr std::uint16_t a = 1, ns = 2, cname = 5, soa = 6, ptr = 12, hinfo = 13, mx = 15, txt = 16,
                        rp = 17, afsdb = 18, sig = 24, px = 26, aaaa = 28, srv = 33, kx = 36,
                        dname = 39, opt = 41, nsec = 47, any = 255;
constexpr std::uint16_t rt = 21, naptr = 35, tkey = 249, tsig = 250, caa = 257;
}  // namespace type

constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t class_any = 255;
constexpr std::uint16_t top_bit =
    0x8000;  // QU in a question, cache-flush in a record: §18.12, §18.13

/// A record as a value. The cache-flush bit is no part of it: who sends it decides.
struct Record {
    Name name;
    std::uint16_t type = 0;
    std::uint16_t klass = class_in;
    std::uint32_t ttl = 0;  // seconds
    Rdata rdata;            // canonical

    /// Same name, type, class and rdata, whatever the TTL; names in rdata without letter case.
    bool same_data(const Record& other) const;
};

struct Srv {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    Name target;
};

Rdata make_a(const Ipv4& address);
Rdata make_aaaa(const Ipv6& address);
Rdata make_name(const Name& name);  // PTR, CNAME, NS, DNAME
Rdata make_srv(const Srv& srv);
/// No strings gives one zero byte (RFC 6763 §6.1). Each string must be at most 255 bytes; what is
/// more is cut off.
Rdata make_txt(const std::vector<std::string>& strings);
Rdata make_hinfo(std::string_view cpu, std::string_view os);
/// The restricted form of §6.1: one block, types 1-255; the NSEC bit itself is never set. It cannot
/// say that a type above 255 exists: for a name that has one it must not be sent (§6.1).
Rdata make_nsec(const Name& owner, const std::vector<std::uint16_t>& types);
/// The same, into memory that is used again.
void make_nsec(Rdata& rdata, const Name& owner, std::span<const std::uint16_t> types);

std::optional<Ipv4> parse_a(Bytes rdata);
std::optional<Ipv6> parse_aaaa(Bytes rdata);
std::optional<Name> parse_name(Bytes rdata);
std::optional<Srv> parse_srv(Bytes rdata);
/// Strings of a TXT record; a broken last string is left out, empty strings too (RFC 6763 §6.1).
std::vector<std::string> parse_txt(Bytes rdata);
/// Does the bitmap of this NSEC have the type? Empty: the rdata cannot be understood.
std::optional<bool> nsec_has(Bytes rdata, std::uint16_t type);

/// Does canonical rdata fit its type? To be asked of rdata that a program hands us.
/// \return Errc::ok, else why not; unknown types fit always
Errc check_rdata(std::uint16_t type, Bytes rdata);

/// Same canonical rdata: bytes equal, names inside without letter case (§7.1, §16).
bool same_rdata(std::uint16_t type, Bytes left, Bytes right);
/// The order of §8.2 on two canonical rdata: unsigned bytes, the longer one later.
int compare_rdata(Bytes left, Bytes right);
/// The order of §8.2 on two records of one name: class, then type, then rdata.
int compare_records(const Record& left, const Record& right);

/// "A", "TXT", "TYPE65280"; and back, letter case ignored, "ANY" and numbers understood.
std::string type_name(std::uint16_t type);
std::optional<std::uint16_t> type_from_name(std::string_view text);
/// Master-file text for people: "0 0 80 beta.local", "\"a=1\" \"b=2\"", unknown types as \# hex.
std::string rdata_to_text(std::uint16_t type, Bytes rdata);

}  // namespace mdns::wire
