// tools/avahictl/txt.hpp: TXT strings: from the command line, to and from JSON, and for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace avahictl {

/// []Txt of "key=value" and "key"; any bytes.
nlohmann::json txt_to_json(const std::vector<std::string>& strings);
/// The bytes as they were sent, one string each; what cannot be understood is left out.
std::vector<std::string> txt_from_json(const nlohmann::json& array);
/// All strings on one line, quoted where that helps: path=/ "note=two words"
std::string txt_for_people(const std::vector<std::string>& strings);

}  // namespace avahictl
