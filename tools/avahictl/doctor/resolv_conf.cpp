#include "tools/avahictl/doctor/resolv_conf.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace avahictl::doctor {

namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint16_t type_soa = 6;
// "local", as a DNS name, then type SOA, class IN.
constexpr std::array<std::uint8_t, 11> question = {5, 'l', 'o', 'c', 'a', 'l', 0, 0, 6, 0, 1};

std::uint16_t number16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

}  // namespace

ResolvConf parse_resolv_conf(std::string_view text) {
    ResolvConf conf;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string keyword;
        words >> keyword;
        if (keyword == "search" || keyword == "domain") conf.search.clear();  // the last one counts
        for (std::string word; words >> word;) {
            if (keyword == "nameserver") conf.servers.push_back(word);
            if (keyword == "search" || keyword == "domain") conf.search.push_back(word);
        }
    }
    return conf;
}

bool is_local_domain(std::string_view domain) {
    std::string name(domain);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name.ends_with('.')) name.pop_back();
    return name == "local" || name.ends_with(".local");
}

std::vector<std::uint8_t> soa_query(std::uint16_t id) {
    std::vector<std::uint8_t> query(header_size);
    query[0] = static_cast<std::uint8_t>(id >> 8);
    query[1] = static_cast<std::uint8_t>(id & 0xff);
    query[2] = 1;  // recursion desired
    query[5] = 1;  // one question
    query.insert(query.end(), question.begin(), question.end());
    return query;
}

bool is_soa_of_local(std::span<const std::uint8_t> reply, std::uint16_t id) {
    const std::size_t answer = header_size + question.size();
    if (reply.size() < answer + 12 || number16(reply, 0) != id) return false;
    const bool response = (reply[2] & 0x80) != 0;
    const bool good = (reply[3] & 0x0f) == 0;
    if (!response || !good || number16(reply, 4) != 1 || number16(reply, 6) == 0) return false;
    // Its name: a pointer to the question's, or the same once more.
    std::size_t at = answer;
    if (reply[at] >= 0xc0) {
        if (number16(reply, at) != 0xc000 + header_size) return false;
        at += 2;
    } else {
        constexpr std::size_t name_size = 7;
        const auto name = reply.subspan(header_size, name_size);
        if (!std::ranges::equal(reply.subspan(at, name_size), name)) return false;
        at += name_size;
    }
    return at + 2 <= reply.size() && number16(reply, at) == type_soa;
}

}  // namespace avahictl::doctor
