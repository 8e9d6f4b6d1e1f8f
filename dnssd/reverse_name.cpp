#include "dnssd/reverse_name.hpp"

#include <string>

#include "dnssd/ascii.hpp"

namespace dnssd {
namespace {

std::string ipv4_text(const boost::asio::ip::address_v4& address) {
    const auto bytes = address.to_bytes();
    std::string text;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
        text += std::to_string(unsigned{*byte}) + ".";
    }
    return text + "in-addr.arpa";
}

std::string ipv6_text(const boost::asio::ip::address_v6& address) {
    static constexpr char digits[] = "0123456789abcdef";
    const auto bytes = address.to_bytes();
    std::string text;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
        text += {digits[*byte & 15], '.', digits[*byte >> 4], '.'};
    }
    return text + "ip6.arpa";
}

}  // namespace

mdns::wire::Name reverse_name(const boost::asio::ip::address& address) {
    const auto name = mdns::wire::Name::from_text(address.is_v4() ? ipv4_text(address.to_v4())
                                                                  : ipv6_text(address.to_v6()));
    return name ? *name : mdns::wire::Name();  // digits and dots: always a name
}

bool is_reverse(const mdns::wire::Name& name) {
    const std::size_t labels = name.label_count();
    if (labels < 2 || !equal_fold(name.label(labels - 1), "arpa")) return false;
    const auto zone = name.label(labels - 2);
    return equal_fold(zone, "in-addr") || equal_fold(zone, "ip6");
}

}  // namespace dnssd
