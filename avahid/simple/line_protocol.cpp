// avahid/simple/line_protocol.cpp: parsing first, formatting after it.
#include "avahid/simple/line_protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <vector>

#include "nss-plugin/protocol.h"

namespace avahid::simple {
namespace {

constexpr std::string_view white = " \t\r\v\f";
constexpr std::size_t shown_of_word = 63;  // as much as Avahi repeats in its error texts

/// Cuts the next word off the line; empty: there is none.
std::string_view next_word(std::string_view& rest) {
    const std::size_t start = rest.find_first_not_of(white);
    if (start == std::string_view::npos) return rest = {};
    rest.remove_prefix(start);
    const std::string_view word = rest.substr(0, rest.find_first_of(white));
    rest.remove_prefix(word.size());
    return word;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(white);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(white) + 1 - start);
}

Refused invalid_command(std::string_view word) {
    if (word.empty())
        return {fmt::format("-{} Failed to parse command, try \"{}\".\n",
                            AVAHID_CODE_INVALID_COMMAND, AVAHID_CMD_HELP)};
    return {fmt::format("-{} Invalid command \"{}\", try \"{}\".\n", AVAHID_CODE_INVALID_COMMAND,
                        word.substr(0, shown_of_word), AVAHID_CMD_HELP)};
}

Command host_command(std::string_view text, dnssd::Families families, HostReply reply) {
    const auto name = mdns::wire::Name::from_text(text);
    // A single label is no host name to Avahi either.
    if (!name || name->label_count() < 2) return Refused{format_error(Code::invalid_host_name)};
    return LookupHost{*name, families, reply};
}

Command address_command(std::string_view text) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    const bool scoped = text.find('%') != std::string_view::npos;
    if (error || scoped)
        return Refused{fmt::format("-{} Failed to parse address \"{}\".\n",
                                   AVAHID_CODE_INVALID_ADDRESS, text.substr(0, shown_of_word))};
    return LookupAddress{address};
}

struct HostCommand {
    std::string_view word;
    dnssd::Families families;
};
constexpr HostCommand host_commands[] = {
    {AVAHID_CMD_RESOLVE_HOSTNAME, dnssd::Families::both},
    {AVAHID_CMD_RESOLVE_HOSTNAME_IPV4, dnssd::Families::ipv4},
    {AVAHID_CMD_RESOLVE_HOSTNAME_IPV6, dnssd::Families::ipv6},
};
constexpr HostCommand browse_commands[] = {
    {AVAHID_CMD_BROWSE_DNS_SERVERS, dnssd::Families::both},
    {AVAHID_CMD_BROWSE_DNS_SERVERS_IPV4, dnssd::Families::ipv4},
    {AVAHID_CMD_BROWSE_DNS_SERVERS_IPV6, dnssd::Families::ipv6},
};
constexpr HostCommand family_words[] = {
    {AVAHID_FAMILY_ANY, dnssd::Families::both},
    {AVAHID_FAMILY_IPV4, dnssd::Families::ipv4},
    {AVAHID_FAMILY_IPV6, dnssd::Families::ipv6},
};

template <std::size_t size>
std::optional<dnssd::Families> find(const HostCommand (&table)[size], std::string_view word) {
    const auto* const found = std::ranges::find(table, word, &HostCommand::word);
    return found == std::end(table) ? std::nullopt : std::optional(found->families);
}

/// Our own command's name goes to the end of the line: instance-like host names have spaces.
Command lookup_host_command(std::string_view rest) {
    const auto families = find(family_words, next_word(rest));
    if (!families) return invalid_command(AVAHID_CMD_LOOKUP_HOST);
    return host_command(trimmed(rest), *families, HostReply::all);
}

}  // namespace

Command parse_line(std::string_view line) {
    line = line.substr(0, line.find('\0'));  // Avahi stops there
    std::string_view rest = line;
    const std::string_view word = next_word(rest);
    if (word == AVAHID_CMD_HELP) return Help{};
    if (word == AVAHID_CMD_LOOKUP_HOST) return lookup_host_command(rest);

    const std::string_view argument = next_word(rest);
    if (const auto families = find(browse_commands, word))
        return argument.empty() ? Command{BrowseDnsServers{*families}} : invalid_command(word);
    if (argument.empty()) return invalid_command(word);
    if (word == AVAHID_CMD_RESOLVE_ADDRESS) return address_command(argument);
    if (const auto families = find(host_commands, word))
        return host_command(argument, *families, HostReply::avahi);
    return invalid_command(word);
}

// ---- replies ----

namespace {

constexpr const char* text_of(Code code) {
    switch (code) {
        case Code::failure:
            return "Operation failed";
        case Code::invalid_domain:
            return "Invalid domain name";
        case Code::invalid_host_name:
            return "Invalid host name";
        case Code::invalid_address:
            return "Invalid address";
        case Code::timeout:
            return "Timeout reached";
        case Code::too_many_clients:
            return "Too many clients";
        case Code::too_many_objects:
            return "Too many objects";
        case Code::invalid_command:
            return "Invalid operation";
        case Code::not_found:
            return "Not found";
        case Code::is_empty:
            return "Is empty";
    }
    return "Operation failed";
}

int protocol_of(const dnssd::Address& address) { return address.is_v4() ? 0 : 1; }

bool is_link_local(const dnssd::Address& address) {
    if (address.is_v6()) return address.to_v6().is_link_local();
    return (address.to_v4().to_uint() >> 16) == 0xa9fe;  // 169.254/16
}

/// Without a scope: the interface has a field of its own.
std::string bare(const dnssd::Address& address) {
    if (address.is_v4()) return address.to_string();
    auto unscoped = address.to_v6();
    unscoped.scope_id(0);
    return unscoped.to_string();
}

/// Routable addresses first, and IPv4 before IPv6: the ones any program can use.
std::vector<dnssd::HostAddress> by_usefulness(std::vector<dnssd::HostAddress> addresses) {
    std::ranges::stable_sort(addresses, {}, [](const dnssd::HostAddress& entry) {
        return std::pair(is_link_local(entry.address), entry.address.is_v6());
    });
    return addresses;
}

/// One address is all there is room for. IPv4 if there is any, as Avahi's first answer mostly is.
const dnssd::HostAddress& best(const std::vector<dnssd::HostAddress>& addresses) {
    return *std::ranges::min_element(addresses, {}, [](const dnssd::HostAddress& entry) {
        return std::pair(entry.address.is_v6(), is_link_local(entry.address));
    });
}

/// Avahi's replies are words between spaces, so a space inside a name is written \032, as there.
std::string as_word(const mdns::wire::Name& name) {
    std::string word;
    for (const char c : name.to_text()) {
        if (c == ' ') {
            word += "\\032";
        } else {
            word += c;
        }
    }
    return word;
}

std::string format_one(const dnssd::HostResult& result) {
    if (result.addresses.empty()) return format_error(Code::timeout);
    const dnssd::HostAddress& entry = best(result.addresses);
    return fmt::format("+ {} {} {} {}\n", entry.ifindex, protocol_of(entry.address),
                       as_word(result.name), bare(entry.address));
}

/// The least useful ones go when there are too many.
std::string format_all(const dnssd::HostResult& result) {
    if (result.outcome == dnssd::HostResult::Outcome::no_such_name)
        return format_error(Code::not_found);
    if (result.addresses.empty()) return format_error(Code::is_empty);
    std::string text = fmt::format("+ {}\n", result.name.to_text());
    std::size_t left = AVAHID_MAX_ADDRESSES;
    for (const dnssd::HostAddress& entry : by_usefulness(result.addresses)) {
        if (left-- == 0) break;
        text += fmt::format("= {} {} {}\n", entry.ifindex, entry.ttl, bare(entry.address));
    }
    return text + ".\n";
}

}  // namespace

std::string format_error(Code code) {
    return fmt::format("-{} {}\n", static_cast<int>(code), text_of(code));
}

std::string format_help() {
    return "+ Available commands are:\n"
           "+      RESOLVE-HOSTNAME <hostname>\n"
           "+      RESOLVE-HOSTNAME-IPV6 <hostname>\n"
           "+      RESOLVE-HOSTNAME-IPV4 <hostname>\n"
           "+      RESOLVE-ADDRESS <address>\n"
           "+      BROWSE-DNS-SERVERS\n"
           "+      BROWSE-DNS-SERVERS-IPV4\n"
           "+      BROWSE-DNS-SERVERS-IPV6\n"
           "+      LOOKUP-HOST-1 <any|ipv4|ipv6> <hostname>\n";
}

std::string format_browsing() { return "+ Browsing ...\n"; }

namespace {

std::string dns_server_line(char sign, const auto& server) {
    return fmt::format("{} {} {} {} {}\n", sign, server.link.ifindex,
                       server.link.family == mdns::engine::Family::ipv4 ? 0 : 1,
                       bare(server.address), server.port);
}

}  // namespace

std::string format_dns_server(const dnssd::DnsServerFound& found) {
    return dns_server_line('>', found);
}
std::string format_dns_server(const dnssd::DnsServerLost& lost) {
    return dns_server_line('<', lost);
}

std::string format_host(const dnssd::HostResult& result, HostReply form) {
    return form == HostReply::all ? format_all(result) : format_one(result);
}

std::string format_address(const dnssd::AddressResult& result, const dnssd::Address& asked) {
    if (!result.found) return format_error(Code::timeout);
    return fmt::format("+ {} {} {}\n", result.ifindex, protocol_of(asked), as_word(result.name));
}

}  // namespace avahid::simple
