// avahictl status: one page that says how things are.
#include <fmt/core.h>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/link_local_table.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

std::string heading(const json& status, bool colour) {
    const std::string name = text_of(status, "host_name");
    const std::string wanted = text_of(status, "wanted_name");
    const std::string instead = wanted.empty() || wanted == name ? "" : ", not " + wanted;
    const std::string host = printable(name + ".local" + instead);
    return fmt::format("{}  {}, up {}, avahid {}\n", paint(Colour::bold, host, colour),
                       printable(text_of(status, "host_state")),
                       duration_text(real_of(status, "uptime")),
                       printable(text_of(status, "version")));
}

std::string served(const json& link) {
    const bool ipv4 = flag_of(link, "mdns_ipv4");
    const bool ipv6 = flag_of(link, "mdns_ipv6");
    if (ipv4 && ipv6) return "IPv4 IPv6";
    if (ipv4) return "IPv4";
    return ipv6 ? "IPv6" : "no";
}

std::string joined(const json& addresses) {
    std::string out;
    for (const json& address : addresses) {
        if (!address.is_string()) continue;
        out += out.empty() ? "" : " ";
        out += printable(address.get<std::string>());
    }
    return out.empty() ? "-" : out;
}

std::string links_table(const json& links, bool colour) {
    std::vector<std::vector<std::string>> rows = {
        {"LINK", "MAC", "MDNS", "IN", "OUT", "CACHED", "ADDRESSES", "NOTE"}};
    for (const json& link : links) {
        rows.push_back({printable(text_of(link, "interface")), printable(text_of(link, "mac")),
                        served(link), fmt::format("{}", number_of(link, "packets_in")),
                        fmt::format("{}", number_of(link, "packets_out")),
                        fmt::format("{}", number_of(link, "cached_records")),
                        joined(array_of(link, "addresses")), printable(text_of(link, "note"))});
    }
    return table(rows, colour);
}

std::string totals(const json& status) {
    std::string out = fmt::format("clients {}  publications {}", number_of(status, "clients"),
                                  number_of(status, "publications"));
    for (const auto& [name, value] : object_of(status, "counters").items()) {
        if (!value.is_number_unsigned() || value == 0) continue;
        std::string words = printable(name);
        for (char& c : words) c = c == '_' ? ' ' : c;
        out += fmt::format("  {} {}", words, value.get<std::uint64_t>());
    }
    return out + "\n";
}

/// RFC 5227 §2.2: faster probes than the standard's are the owner's choice, and worth a line.
std::string warnings(const json& states) {
    std::string out;
    for (const json& state : states) {
        const double scale = real_of(state, "probe_scale");
        if (scale == 0 || scale == 1) continue;
        out += fmt::format("note: {} probes at {:g} of the standard's times\n",
                           printable(text_of(state, "interface")), scale);
    }
    return out;
}

}  // namespace

Exit run(const Common& common, const StatusOptions&) {
    const auto reply = ask(common, "Status", json::object());
    if (!reply) return reply.error();
    const json& status = reply->parameters;
    if (common.json) {
        print_json(status);
        return Exit::found;
    }
    const json& ipv4ll = array_of(status, "ipv4ll");
    std::string page = heading(status, common.colour) + "\n";
    page += links_table(array_of(status, "links"), common.colour) + "\n";
    if (!ipv4ll.empty()) page += link_local_table(ipv4ll, common.colour) + "\n";
    page += totals(status) + warnings(ipv4ll);
    print_text(page);
    return Exit::found;
}

}  // namespace avahictl
