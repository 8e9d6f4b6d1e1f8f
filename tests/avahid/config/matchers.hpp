// tests/avahid/config/matchers.hpp: diagnostics as the text a person sees.
#pragma once

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

/// "error FILE:LINE: message", one for each.
inline std::vector<std::string> lines(const std::vector<Diagnostic>& diagnostics) {
    static constexpr std::string_view words[] = {"note ", "warning ", "error "};
    std::vector<std::string> out;
    for (const auto& d : diagnostics)
        out.push_back(std::string(words[static_cast<int>(d.severity)]) + to_text(d));
    return out;
}

/// Bytes that are often what a parser looks for, so that its branches are reached.
inline std::string random_text(std::mt19937& random, std::string_view alphabet) {
    std::string text(random() % 400, '\0');
    for (auto& c : text)
        c = random() % 8 ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
    return text;
}

}  // namespace avahid::config
