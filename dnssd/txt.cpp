#include "dnssd/txt.hpp"

#include <algorithm>
#include <set>

#include "dnssd/ascii.hpp"

namespace dnssd {
namespace {

constexpr std::size_t max_string = 255;
constexpr std::size_t max_recommended_key = 9;     // §6.4
constexpr std::size_t max_recommended_txt = 1300;  // §6.2

std::string_view key_of(std::string_view string) { return string.substr(0, string.find('=')); }

Attribute split(std::string_view string) {
    const auto equals = string.find('=');
    if (equals == std::string_view::npos) return {std::string(string), std::nullopt};
    return {std::string(string.substr(0, equals)), std::string(string.substr(equals + 1))};
}

std::optional<std::string> problem_with_string(std::string_view string) {
    if (string.size() > max_string) return "a TXT string has at most 255 bytes";
    if (string.empty()) return std::nullopt;  // left out (§6.1)
    const std::string_view key = key_of(string);
    if (key.empty()) return "a TXT key has at least one character before the \"=\"";
    if (!std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c <= 0x7e; })) {
        return "a TXT key has only printable US-ASCII characters";
    }
    return std::nullopt;
}

}  // namespace

std::optional<Attribute> find_attribute(const std::vector<std::string>& txt, std::string_view key) {
    const std::string wanted = lower(key);
    for (const auto& string : txt) {
        if (!wanted.empty() && lower(key_of(string)) == wanted) return split(string);
    }
    return std::nullopt;
}

std::vector<Attribute> attributes(const std::vector<std::string>& txt) {
    std::vector<Attribute> result;
    std::set<std::string> seen;
    for (const auto& string : txt) {
        std::string key = lower(key_of(string));
        if (key.empty()) continue;  // §6.4: "MUST be silently ignored"
        if (seen.insert(std::move(key)).second) result.push_back(split(string));
    }
    return result;
}

std::size_t txt_size(const std::vector<std::string>& txt) {
    std::size_t size = 0;
    for (const auto& string : txt) size += string.empty() ? 0 : string.size() + 1;
    return std::max<std::size_t>(size, 1);  // §6.1: never empty, a single zero byte instead
}

std::optional<std::string> problem_with_txt(const std::vector<std::string>& txt) {
    for (const auto& string : txt) {
        if (auto problem = problem_with_string(string)) return problem;
    }
    if (txt_size(txt) > max_txt) return "a TXT record has at most 8900 bytes";
    return std::nullopt;
}

std::vector<std::string> advice_on_txt(const std::vector<std::string>& txt) {
    std::vector<std::string> advice;
    std::set<std::string> seen;
    for (const auto& string : txt) {
        const std::string key(key_of(string));
        if (key.empty()) continue;
        if (!seen.insert(lower(key)).second) {
            advice.push_back("TXT key \"" + key + "\" is there twice: only the first counts");
        } else if (key.size() > max_recommended_key) {
            advice.push_back("TXT key \"" + key + "\" has more than nine characters");
        }
    }
    if (txt_size(txt) > max_recommended_txt) {
        advice.push_back("a TXT record of more than 1300 bytes does not fit one Ethernet packet");
    }
    return advice;
}

}  // namespace dnssd
