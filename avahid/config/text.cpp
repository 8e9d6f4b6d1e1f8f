#include "avahid/config/text.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <utf8proc.h>

#include <algorithm>

namespace avahid::config {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";
constexpr std::size_t quoted_max = 60;    // bytes of foreign text in one message
constexpr std::size_t compared_max = 64;  // longer words are typing errors of nothing we know

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> words;
    auto start = text.find_first_not_of(separators);
    while (start != text.npos) {
        const auto end = text.find_first_of(separators, start);
        words.emplace_back(text.substr(start, end - start));
        start = text.find_first_not_of(separators, end);
    }
    return words;
}

}  // namespace

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> split_list(std::string_view text) { return split(text, ", \t"); }

std::vector<std::string> split_blanks(std::string_view text) { return split(text, blanks); }

bool is_utf8(std::string_view text) {
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    auto left = static_cast<utf8proc_ssize_t>(text.size());
    while (left > 0) {
        utf8proc_int32_t code_point = 0;
        const auto used = utf8proc_iterate(at, left, &code_point);
        if (used <= 0) return false;
        at += used;
        left -= used;
    }
    return true;
}

bool has_control_characters(std::string_view text) { return std::ranges::any_of(text, is_control); }

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string quote(std::string_view text) {
    const bool readable = is_utf8(text);
    std::string out = "'";
    std::size_t taken = 0;
    for (const char c : text) {
        // Cut between characters: the first byte of the next one is never 10xxxxxx.
        const bool continues = (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
        if (taken >= quoted_max && !(readable && continues)) break;
        ++taken;
        const bool plain = !is_control(c) && (readable || static_cast<unsigned char>(c) < 0x80);
        if (plain) {
            out += c;
        } else {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    out += taken < text.size() ? "...'" : "'";
    return out;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::size_t width = right.size() + 1;
    std::vector<std::size_t> before(width), last(width), row(width);
    for (std::size_t j = 0; j < width; ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0u : 1u);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[right.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.size() > compared_max) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < candidate.size()) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

bool is_interface_name(std::string_view text) {
    constexpr std::size_t longest = 15;  // IFNAMSIZ less its final zero
    return !text.empty() && text.size() <= longest && text.find('/') == text.npos &&
           text.find_first_of(blanks) == text.npos;
}

bool matches_any(std::span<const std::string> globs, const std::string& name) {
    return std::ranges::any_of(globs, [&](const std::string& glob) {
        return fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    });
}

}  // namespace avahid::config
