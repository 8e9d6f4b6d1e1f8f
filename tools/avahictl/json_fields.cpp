#include "tools/avahictl/json_fields.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

const json* find(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string text_of(const json& object, const char* name) {
    const json* value = find(object, name);
    return value && value->is_string() ? value->get<std::string>() : std::string();
}

std::int64_t number_of(const json& object, const char* name) {
    const json* value = find(object, name);
    return value && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

double real_of(const json& object, const char* name) {
    const json* value = find(object, name);
    return value && value->is_number() ? value->get<double>() : 0;
}

bool flag_of(const json& object, const char* name) {
    const json* value = find(object, name);
    return value && value->is_boolean() && value->get<bool>();
}

const json& array_of(const json& object, const char* name) {
    static const json none = json::array();
    const json* value = find(object, name);
    return value && value->is_array() ? *value : none;
}

const json& object_of(const json& object, const char* name) {
    static const json none = json::object();
    const json* value = find(object, name);
    return value && value->is_object() ? *value : none;
}

}  // namespace avahictl
