// dnssd/txt.hpp: the attributes of a TXT record (RFC 6763 §6). Strings stay as they are on the
// wire; nothing here encodes or decodes rdata (mdns/wire/rdata).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnssd {

/// With mDNS a packet of 9000 bytes bounds the record (§6.1).
constexpr std::size_t max_txt = 8900;

struct Attribute {
    std::string key;                   // as sent; compared without letter case (§6.4)
    std::optional<std::string> value;  // empty optional: "key" alone; empty text: "key="
};

/// \return empty when the key is absent; its first occurrence counts (§6.4)
std::optional<Attribute> find_attribute(const std::vector<std::string>& txt, std::string_view key);
/// In the order sent, without later occurrences of a key and strings that have none (§6.4).
std::vector<Attribute> attributes(const std::vector<std::string>& txt);

/// Size of the rdata that these strings make.
std::size_t txt_size(const std::vector<std::string>& txt);
/// Why strings cannot be published, for people: empty when they can.
std::optional<std::string> problem_with_txt(const std::vector<std::string>& txt);
/// What works but is not recommended (§6.2, §6.4): repeated or long keys, more than 1300 bytes.
std::vector<std::string> advice_on_txt(const std::vector<std::string>& txt);

}  // namespace dnssd
