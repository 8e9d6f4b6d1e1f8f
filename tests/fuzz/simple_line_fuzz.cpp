// tests/fuzz/simple_line_fuzz.cpp: hostile clients of the simple protocol: any line yields a
// command whose own reply stays within its lines.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "avahid/simple/line_protocol.hpp"

namespace {

using namespace avahid::simple;

void require(bool condition) {
    if (!condition) std::abort();
}

std::size_t lines_of(const std::string& text) {
    std::size_t count = 0;
    for (const char c : text) count += c == '\n' ? 1 : 0;
    return count;
}

void check(const Help&) {}
void check(const BrowseDnsServers&) {}

void check(const Refused& refused) {
    require(refused.reply.starts_with('-') && refused.reply.ends_with('\n'));
    require(lines_of(refused.reply) == 1 && refused.reply.size() < 256);
}

void check(const LookupHost& host) {
    require(host.name.label_count() >= 2);
    const dnssd::HostResult found{dnssd::Handle{1},
                                  dnssd::HostResult::Outcome::found,
                                  host.name,
                                  {{2, dnssd::Address(), 120}}};
    require(lines_of(format_host(found, host.reply)) == (host.reply == HostReply::all ? 3 : 1));
}

void check(const LookupAddress& address) {
    const dnssd::AddressResult found{dnssd::Handle{1}, true, 2,
                                     *mdns::wire::Name::from_text("a.local")};
    require(lines_of(format_address(found, address.address)) == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string line(reinterpret_cast<const char*>(data), size);
    line = line.substr(0, line.find('\n'));
    std::visit([](const auto& command) { check(command); }, parse_line(line));
    return 0;
}
