// tools/avahictl/service.hpp: a service as the daemon describes it (type Service).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace avahictl {

struct Service {
    std::string interface;
    std::string family;    // "ipv4", "ipv6": what it was heard by
    std::string name;      // whole, in presentation form
    std::string instance;  // raw bytes
    std::string type;
    std::string domain;
    bool local = false;
    // Once resolved:
    std::string host;
    int port = 0;
    std::vector<std::string> addresses;
    std::vector<std::string> txt;  // raw bytes
};

Service service_from_json(const nlohmann::json& object);

/// Lines under a row: host and port, addresses, TXT; each with its line end.
std::string details(const Service& service);

}  // namespace avahictl
