#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "mdns/wire/fold.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

namespace {

struct TypeName {
    std::uint16_t type;
    std::string_view name;
};

constexpr TypeName type_names[] = {
    {type::a, "A"},
    {type::ns, "NS"},
    {type::cname, "CNAME"},
    {type::soa, "SOA"},
    {type::ptr, "PTR"},
    {type::hinfo, "HINFO"},
    {type::mx, "MX"},
    {type::txt, "TXT"},
    {type::rp, "RP"},
    {type::afsdb, "AFSDB"},
    {type::rt, "RT"},
    {type::sig, "SIG"},
    {25, "KEY"},
    {type::px, "PX"},
    {type::aaaa, "AAAA"},
    {29, "LOC"},
    {type::srv, "SRV"},
    {type::naptr, "NAPTR"},
    {type::kx, "KX"},
    {37, "CERT"},
    {type::dname, "DNAME"},
    {type::opt, "OPT"},
    {43, "DS"},
    {44, "SSHFP"},
    {46, "RRSIG"},
    {type::nsec, "NSEC"},
    {48, "DNSKEY"},
    {50, "NSEC3"},
    {52, "TLSA"},
    {61, "OPENPGPKEY"},
    {64, "SVCB"},
    {65, "HTTPS"},
    {99, "SPF"},
    {type::tkey, "TKEY"},
    {type::tsig, "TSIG"},
    {type::any, "ANY"},
    {256, "URI"},
    {type::caa, "CAA"},
};

bool same_text(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char l, char r) {
        return fold(static_cast<std::uint8_t>(l)) == fold(static_cast<std::uint8_t>(r));
    });
}

}  // namespace

std::string type_name(std::uint16_t type) {
    const auto* known = std::ranges::find(type_names, type, &TypeName::type);
    if (known != std::end(type_names)) return std::string(known->name);
    return fmt::format("TYPE{}", type);
}

std::optional<std::uint16_t> type_from_name(std::string_view text) {
    for (const TypeName& known : type_names) {
        if (same_text(text, known.name)) return known.type;
    }
    if (same_text(text.substr(0, 4), "TYPE")) text.remove_prefix(4);
    std::uint16_t type = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, type);
    if (error != std::errc() || stop != end) return std::nullopt;
    return type;
}

}  // namespace mdns::wire
