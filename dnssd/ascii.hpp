// dnssd/ascii.hpp: letter case of US-ASCII, whatever the locale (RFC 6762 §16, RFC 6763 §6.4).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dnssd {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = lower(c);
    return result;
}

inline bool equal_fold(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace dnssd
