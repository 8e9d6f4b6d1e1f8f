#include "tools/avahictl/txt.hpp"

#include <optional>

#include "avahid/varlink/wire/text.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl {

namespace wire = avahid::varlink::wire;
using nlohmann::json;

namespace {

void put_bytes(json& entry, const std::string& name, const std::string& bytes) {
    if (wire::is_utf8(bytes)) {
        entry[name] = bytes;
    } else {
        entry[name + "_base64"] = wire::to_base64(bytes);
    }
}

std::optional<std::string> get_bytes(const json& entry, const std::string& name) {
    const std::string encoded = text_of(entry, (name + "_base64").c_str());
    if (!encoded.empty()) return wire::from_base64(encoded);
    const auto found = entry.find(name);
    if (found == entry.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

json txt_to_json(const std::vector<std::string>& strings) {
    json list = json::array();
    for (const std::string& string : strings) {
        const auto equals = string.find('=');
        json entry{{"key", ""}};
        put_bytes(entry, "key", string.substr(0, equals));
        if (equals != std::string::npos) put_bytes(entry, "value", string.substr(equals + 1));
        list.push_back(std::move(entry));
    }
    return list;
}

std::vector<std::string> txt_from_json(const json& array) {
    std::vector<std::string> strings;
    for (const json& entry : array) {
        if (!entry.is_object()) continue;
        const auto key = get_bytes(entry, "key");
        const auto value = get_bytes(entry, "value");
        if (key) strings.push_back(value ? *key + "=" + *value : *key);
    }
    return strings;
}

std::string txt_for_people(const std::vector<std::string>& strings) {
    std::string out;
    for (const std::string& string : strings) {
        const std::string text = escape_text(string);
        const bool plain = !text.empty() && text.find_first_of(" \"'") == std::string::npos;
        if (!out.empty()) out += ' ';
        out += plain ? text : quoted(text);
    }
    return out;
}

}  // namespace avahictl
