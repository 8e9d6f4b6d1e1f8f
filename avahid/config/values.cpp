#include "avahid/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "avahid/config/text.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t cache_memory_least = std::size_t{64} << 10;
constexpr Milliseconds longest_duration = 24h;
constexpr Milliseconds shortest_negative_timeout = 100ms;  // below that no answer can be awaited
constexpr Milliseconds longest_negative_timeout = 60s;
constexpr double least_probe_scale = 0.1;  // RFC 5227 §2.2: shorter finds nobody
constexpr double most_probe_scale = 10.0;

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return value;
}

/// The value of the word in a table of words and values, ignoring letter case.
template <class Value, std::size_t N>
std::optional<Value> lookup(std::string_view word,
                            const std::array<std::pair<std::string_view, Value>, N>& table) {
    for (const auto& [name, value] : table)
        if (equals_ignoring_case(word, name)) return value;
    return std::nullopt;
}

template <class Value>
Problem store(std::optional<Value> value, Value& out, std::string_view problem) {
    if (!value) return std::string(problem);
    out = *value;
    return {};
}

/// The factor of a size suffix, and the text without it.
std::pair<std::size_t, std::string_view> size_unit(std::string_view text) {
    if (text.empty()) return {1, text};
    const auto number = text.substr(0, text.size() - 1);
    switch (text.back()) {
        case 'k':
        case 'K':
            return {std::size_t{1} << 10, number};
        case 'm':
        case 'M':
            return {std::size_t{1} << 20, number};
        case 'g':
        case 'G':
            return {std::size_t{1} << 30, number};
        default:
            return {1, text};
    }
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text = trim(text.substr(0, text.size() - suffix.size()));
    return true;
}

}  // namespace

Problem parse_bool(std::string_view text, bool& out) {
    static constexpr std::array<std::pair<std::string_view, bool>, 12> words{{{"yes", true},
                                                                              {"no", false},
                                                                              {"true", true},
                                                                              {"false", false},
                                                                              {"on", true},
                                                                              {"off", false},
                                                                              {"1", true},
                                                                              {"0", false},
                                                                              {"y", true},
                                                                              {"n", false},
                                                                              {"t", true},
                                                                              {"f", false}}};
    return store(lookup(text, words), out, "is neither yes nor no");
}

Problem parse_count(std::string_view text, std::uint32_t& out) {
    return store(whole_number<std::uint32_t>(text), out, "is not a number from 0 to 4294967295");
}

Problem parse_set_count(std::string_view text, std::optional<std::uint32_t>& out) {
    if (text.empty()) {
        out.reset();
        return {};
    }
    std::uint32_t value = 0;
    if (auto problem = parse_count(text, value)) return problem;
    out = value;
    return {};
}

Problem parse_limit(std::string_view text, std::uint64_t& out) {
    return store(whole_number<std::uint64_t>(text), out, "is not a whole number");
}

Problem parse_size(std::string_view text, std::size_t& out) {
    const auto [unit, digits] = size_unit(text);
    const auto number = whole_number<std::size_t>(digits);
    if (!number || *number > std::numeric_limits<std::size_t>::max() / unit)
        return "is not a size such as 33554432, 32768k or 32M";
    out = *number * unit;
    return {};
}

Problem parse_cache_memory(std::string_view text, std::size_t& out) {
    std::size_t size = 0;
    if (auto problem = parse_size(text, size)) return problem;
    if (size < cache_memory_least) return "is less than 64k";
    out = size;
    return {};
}

Problem parse_duration(std::string_view text, Milliseconds& out) {
    const Milliseconds unit = take_suffix(text, "ms") ? 1ms : 1000ms;
    if (unit == 1s) take_suffix(text, "s");
    const auto number = whole_number<std::uint32_t>(text);
    if (!number) return "is not a time such as 5, 5s or 500ms";
    if (*number > longest_duration / unit) return "is longer than a day";
    out = *number * unit;
    return {};
}

Problem parse_negative_timeout(std::string_view text, Milliseconds& out) {
    Milliseconds time{};
    if (auto problem = parse_duration(text, time)) return problem;
    if (time < shortest_negative_timeout || time > longest_negative_timeout)
        return "is not between 100ms and 60s";
    out = time;
    return {};
}

Problem parse_microseconds(std::string_view text, std::chrono::microseconds& out) {
    std::uint32_t number = 0;
    if (auto problem = parse_count(text, number)) return problem;
    out = std::chrono::microseconds{number};
    return {};
}

Problem parse_globs(std::string_view text, Globs& out) {
    auto words = split_list(text);
    for (const auto& word : words) {
        const bool pattern = word.find_first_of("*?[") != word.npos;
        if (!pattern && !is_interface_name(word))
            return fmt::format("names no interface: {}", quote(word));
    }
    out = std::move(words);
    return {};
}

Problem parse_domain(std::string_view text, std::string& out) {
    const auto name = mdns::wire::Name::from_text(text);
    if (!name || name->is_root() || !is_utf8(text) || has_control_characters(text))
        return "is not a domain name";
    out = name->to_text();
    return {};
}

Problem parse_domains(std::string_view text, Words& out) {
    Words domains;
    for (const auto& word : split_list(text))
        if (auto problem = parse_domain(word, domains.emplace_back()))
            return fmt::format("holds {}, which {}", quote(word), *problem);
    out = std::move(domains);
    return {};
}

Problem parse_words(std::string_view text, Words& out) {
    out = split_list(text);
    return {};
}

Problem parse_addresses(std::string_view text, std::vector<boost::asio::ip::address>& out) {
    std::vector<boost::asio::ip::address> addresses;
    for (const auto& word : split_list(text)) {
        boost::system::error_code bad;
        addresses.push_back(boost::asio::ip::make_address(word, bad));
        if (bad) return fmt::format("holds {}, which is no IP address", quote(word));
    }
    out = std::move(addresses);
    return {};
}

Problem parse_host_label(std::string_view text, std::string& out) {
    if (text.size() > mdns::wire::max_label) return "is longer than 63 bytes";
    if (has_control_characters(text)) return "holds control characters";
    // A name with dots here would be published as one label with dots in it, found by nobody.
    if (text.find('.') != text.npos) return "holds a dot; give the part before '.local' only";
    out = text;
    return {};
}

Problem parse_dbus(std::string_view text, Dbus& out) {
    bool enabled = false;
    if (equals_ignoring_case(text, "warn")) {
        out = Dbus::warn;
    } else if (parse_bool(text, enabled)) {
        return "is none of yes, no and warn";
    } else {
        out = enabled ? Dbus::yes : Dbus::no;
    }
    return {};
}

Problem parse_policy(std::string_view text, Ipv4llPolicy& out) {
    static constexpr std::array<std::pair<std::string_view, Ipv4llPolicy>, 3> words{
        {{"off", Ipv4llPolicy::off},
         {"fallback", Ipv4llPolicy::fallback},
         {"always", Ipv4llPolicy::always}}};
    return store(lookup(text, words), out, "is none of off, fallback and always");
}

Problem parse_probe_scale(std::string_view text, double& out) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end) return "is not a number such as 0.5";
    // Written so that 'nan' fails it too.
    if (!(value >= least_probe_scale && value <= most_probe_scale))
        return "is not between 0.1 and 10";
    out = value;
    return {};
}

}  // namespace avahid::config
