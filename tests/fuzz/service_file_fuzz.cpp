// A *.service file from arbitrary bytes: what is accepted keeps the promises of its header.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "avahid/config/service_file.hpp"
#include "avahid/config/text.hpp"

namespace {
using namespace avahid::config;

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const ServiceGroup& group) {
    require(!group.services.empty() && is_utf8(group.name));
    const auto name = instance_name(group, "a-host");
    require(name.size() <= 63 && is_utf8(name));
    for (const auto& service : group.services)
        for (const auto& string : service.txt) require(!string.empty() && string.size() <= 255);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed =
        parse_service_file({reinterpret_cast<const char*>(data), size}, "f.service");
    require(parsed.group.has_value() == !has_errors(parsed.diagnostics));
    if (parsed.group) check(*parsed.group);
    return 0;
}
