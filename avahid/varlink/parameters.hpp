// avahid/varlink/parameters.hpp: the parameters of one call, read by name; it remembers what is
// wrong. Read all, then ask problem() once: a missing, wrong or unknown parameter is named in the
// error.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/varlink/failure.hpp"

namespace avahid::varlink {

class Parameters {
public:
    /// \param object  kept by reference
    explicit Parameters(const nlohmann::json& object) : object_(object) {}

    // Null stands for a parameter that is not there (?T).
    std::string text(const std::string& name);
    std::optional<std::string> optional_text(const std::string& name);
    bool flag(const std::string& name, bool otherwise);
    std::uint16_t number16(const std::string& name);
    std::uint16_t number16(const std::string& name, std::uint16_t otherwise);
    /// One of the words, as its index.
    std::optional<std::size_t> optional_word(const std::string& name,
                                             std::initializer_list<std::string_view> words);
    std::vector<std::string> texts(const std::string& name);
    /// An array of objects: their elements, or nothing.
    const nlohmann::json* optional_array(const std::string& name);

    /// The parameter cannot be used; the first complaint counts.
    void refuse(const std::string& name);
    void refuse(Failure failure);

    /// Empty: everything was there, right, and known.
    std::optional<Failure> problem();

private:
    const nlohmann::json* find(const std::string& name);
    std::uint16_t to_number16(const std::string& name, const nlohmann::json& value);

    const nlohmann::json& object_;
    std::set<std::string, std::less<>> known_;
    std::optional<Failure> failure_;
};

}  // namespace avahid::varlink
