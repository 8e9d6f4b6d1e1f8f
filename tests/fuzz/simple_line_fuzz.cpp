// tests/fuzz/simple_line_fuzz.cpp: hostile clients of the simple protocol: any line yields a
// command, and all replies to it stay within their lines.
#include <boost/asio/ip/address.hpp>
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

void check(const Help&) { require(lines_of(format_help()) == 9); }

dnssd::Address address(const char* text) { return boost::asio::ip::make_address(text); }

void check(const BrowseDnsServers&) {
    require(lines_of(format_browsing()) == 1);
    for (const char* text : {"10.0.0.53", "fe80::53%2"}) {
        const dnssd::Handle handle{1};
        const mdns::engine::LinkId link{2, mdns::engine::Family::ipv6};
        const dnssd::DnsServerFound found{
            .handle = handle, .link = link, .host = {}, .address = address(text), .port = 53};
        require(lines_of(format_dns_server(found)) == 1);
        require(lines_of(format_dns_server(dnssd::DnsServerLost{.handle = handle,
                                                                .link = link,
                                                                .host = {},
                                                                .address = address(text),
                                                                .port = 53})) == 1);
    }
}

void check(const Refused& refused) {
    require(refused.reply.starts_with('-') && refused.reply.ends_with('\n'));
    require(lines_of(refused.reply) == 1 && refused.reply.size() < 256);
}

void check(const LookupHost& host) {
    require(host.name.label_count() >= 2);
    using Outcome = dnssd::HostResult::Outcome;
    const bool all = host.reply == HostReply::all;
    dnssd::HostResult found{dnssd::Handle{1}, Outcome::found, host.name, {}};
    for (const char* text : {"169.254.7.7", "fe80::1%2", "fd00::1", "10.0.0.1"})
        found.addresses.push_back({2, address(text), 120});
    require(lines_of(format_host(found, host.reply)) == (all ? 6 : 1));
    for (const Outcome outcome : {Outcome::no_such_name, Outcome::no_such_family})
        require(format_host({dnssd::Handle{1}, outcome, host.name, {}}, host.reply)[0] == '-');
}

void check(const LookupAddress& address) {
    dnssd::AddressResult result{dnssd::Handle{1}, true, 2,
                                *mdns::wire::Name::from_text("a b.local")};
    require(lines_of(format_address(result, address.address)) == 1);
    result.found = false;
    require(format_address(result, address.address)[0] == '-');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string line(reinterpret_cast<const char*>(data), size);
    line = line.substr(0, line.find('\n'));
    std::visit([](const auto& command) { check(command); }, parse_line(line));
    for (int code = 0; code < 64; ++code)
        require(lines_of(format_error(static_cast<Code>(code))) == 1);
    return 0;
}
