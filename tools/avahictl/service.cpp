#include "tools/avahictl/service.hpp"

#include <fmt/core.h>

#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/txt.hpp"

namespace avahictl {

Service service_from_json(const nlohmann::json& object) {
    Service service;
    service.interface = text_of(object, "interface");
    service.family = text_of(object, "family");
    service.name = text_of(object, "name");
    service.instance = first_label(service.name);
    service.type = text_of(object, "type");
    service.domain = text_of(object, "domain");
    service.local = flag_of(object, "local");
    service.host = text_of(object, "host");
    service.port = static_cast<int>(number_of(object, "port"));
    for (const auto& address : array_of(object, "addresses")) {
        if (address.is_string()) service.addresses.push_back(address.get<std::string>());
    }
    service.txt = txt_from_json(array_of(object, "txt"));
    return service;
}

std::string details(const Service& service) {
    std::string addresses;
    for (const auto& address : service.addresses) addresses += "  " + printable(address);
    // RFC 6763 §8: port 0 says that it is not offered by this protocol.
    const std::string port = service.port == 0 ? "none" : fmt::format("{}", service.port);
    std::string out = fmt::format("    host  {}  port {}\n", printable(service.host), port);
    if (!addresses.empty()) out += fmt::format("    addr{}\n", addresses);
    if (!service.txt.empty()) out += fmt::format("    txt   {}\n", txt_for_people(service.txt));
    return out;
}

}  // namespace avahictl
