#include "avahid/varlink/parameters.hpp"

#include <algorithm>
#include <limits>

namespace avahid::varlink {

using nlohmann::json;

const json* Parameters::find(const std::string& name) {
    known_.insert(name);
    const auto found = object_.find(name);
    if (found == object_.end() || found->is_null()) return nullptr;
    return &*found;
}

std::string Parameters::text(const std::string& name) {
    auto value = optional_text(name);
    if (!value) refuse(name);
    return value.value_or(std::string());
}

std::optional<std::string> Parameters::optional_text(const std::string& name) {
    const json* value = find(name);
    if (!value) return std::nullopt;
    if (!value->is_string()) {
        refuse(name);
        return std::nullopt;
    }
    return value->get<std::string>();
}

bool Parameters::flag(const std::string& name, bool otherwise) {
    const json* value = find(name);
    if (!value) return otherwise;
    if (!value->is_boolean()) {
        refuse(name);
        return otherwise;
    }
    return value->get<bool>();
}

std::uint16_t Parameters::to_number16(const std::string& name, const json& value) {
    constexpr std::uint64_t max = std::numeric_limits<std::uint16_t>::max();
    // Negative numbers become huge ones.
    if (!value.is_number_integer() || value.get<std::uint64_t>() > max) {
        refuse(name);
        return 0;
    }
    return value.get<std::uint16_t>();
}

std::uint16_t Parameters::number16(const std::string& name) {
    const json* value = find(name);
    if (value) return to_number16(name, *value);
    refuse(name);
    return 0;
}

std::uint16_t Parameters::number16(const std::string& name, std::uint16_t otherwise) {
    const json* value = find(name);
    return value ? to_number16(name, *value) : otherwise;
}

std::optional<std::size_t> Parameters::optional_word(
    const std::string& name, std::initializer_list<std::string_view> words) {
    const auto value = optional_text(name);
    if (!value) return std::nullopt;
    const auto* found = std::ranges::find(words, *value);
    if (found == words.end()) {
        refuse(name);
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - words.begin());
}

const json* Parameters::optional_array(const std::string& name) {
    const json* value = find(name);
    if (value && !value->is_array()) {
        refuse(name);
        return nullptr;
    }
    return value;
}

std::vector<std::string> Parameters::texts(const std::string& name) {
    std::vector<std::string> out;
    const json* array = optional_array(name);
    if (!array) return out;
    for (const json& element : *array) {
        if (!element.is_string()) {
            refuse(name);
            return {};
        }
        out.push_back(element.get<std::string>());
    }
    return out;
}

void Parameters::refuse(const std::string& name) { refuse(invalid_parameter(name)); }

void Parameters::refuse(Failure failure) {
    if (!failure_) failure_ = std::move(failure);
}

std::optional<Failure> Parameters::problem() {
    for (const auto& [name, value] : object_.items()) {
        if (!known_.contains(name)) refuse(name);
    }
    return failure_;
}

}  // namespace avahid::varlink
