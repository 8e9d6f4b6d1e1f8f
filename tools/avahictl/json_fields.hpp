// tools/avahictl/json_fields.hpp: fields of a reply. A daemon of another version may leave some
// out: then they are empty, and nothing breaks.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace avahictl {

std::string text_of(const nlohmann::json& object, const char* name);
std::int64_t number_of(const nlohmann::json& object, const char* name);
double real_of(const nlohmann::json& object, const char* name);
bool flag_of(const nlohmann::json& object, const char* name);
/// An empty array or object when there is none.
const nlohmann::json& array_of(const nlohmann::json& object, const char* name);
const nlohmann::json& object_of(const nlohmann::json& object, const char* name);

}  // namespace avahictl
