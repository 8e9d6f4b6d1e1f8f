// Interfaces: which are served, which are not and why, and whether multicast passes.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "tools/avahictl/doctor/checks.hpp"
#include "tools/avahictl/json_fields.hpp"

namespace avahictl::doctor {

using nlohmann::json;

namespace {

/// By what the daemon says of an interface that it does not serve.
struct Reason {
    const char* note;
    bool always_wrong;  // else only when no other is served
    const char* mend;   // {} is the interface
};
constexpr Reason reasons[] = {
    {"no multicast", true, "ip link set {} multicast on"},
    {"no address", true, "avahictl ipv4ll {} on, or see why DHCP gives none"},
    {"port 5353 is taken", true, "see port 5353 below"},
    {"no carrier", false, "plug {} in, or join its wireless network"},
    {"down", false, "ip link set {} up"},
    {"in deny-interfaces", false, "take {} out of deny-interfaces in avahid.conf, avahictl reload"},
    {"not in allow-interfaces", false,
     "add {} to allow-interfaces in avahid.conf, avahictl reload"},
    {"point-to-point", false, "allow-point-to-point=yes in avahid.conf, avahictl reload"},
    {"port of a bridge or bond", false, "nothing: its bridge or bond is served in place of {}"},
    {"not Ethernet", false, ""},
    {"no ARP", false, ""},
};

const Reason* reason_of(const std::string& note) {
    const auto* found =
        std::ranges::find_if(reasons, [&](const Reason& reason) { return note == reason.note; });
    return found == std::end(reasons) ? nullptr : found;
}

bool is_served(const json& link) {
    return flag_of(link, "mdns_ipv4") || flag_of(link, "mdns_ipv6");
}

std::string check_name(const std::string& interface) { return "link " + interface; }

std::string addresses_of(const json& link) {
    std::string text;
    for (const json& address : array_of(link, "addresses")) {
        if (address.is_string()) text += ", " + address.get<std::string>();
    }
    return text;
}

Finding judge_served(const json& link) {
    const std::string name = text_of(link, "interface");
    const std::string remark = text_of(link, "note");
    if (remark.starts_with("multicast not delivered")) {
        return wrong(check_name(name), remark + ", though others are there",
                     "look at the switch or access point between: IGMP snooping without a querier, "
                     "or client isolation");
    }
    const bool ipv4 = flag_of(link, "mdns_ipv4");
    const bool ipv6 = flag_of(link, "mdns_ipv6");
    const char* const how = ipv4 && ipv6 ? "IPv4 and IPv6" : ipv4 ? "IPv4" : "IPv6";
    return ok(check_name(name), fmt::format("served over {}{}", how, addresses_of(link)));
}

Finding judge_unserved(const json& link, bool any_served) {
    const std::string name = text_of(link, "interface");
    const std::string why = text_of(link, "note");
    const Reason* reason = reason_of(why);
    const std::string mend = reason ? fmt::format(fmt::runtime(reason->mend), name) : "";
    const std::string what = "not served: " + (why.empty() ? "starting" : why);
    // What was refused by the kernel has no entry in the table.
    const bool is_wrong = reason ? reason->always_wrong || !any_served : !why.empty();
    if (!is_wrong) return note(check_name(name), what, mend);
    return wrong(check_name(name), what, mend.empty() ? "see the log of avahid" : mend);
}

/// Without the daemon's word: what the kernel shows.
Finding judge_alone(const InterfaceFacts& link) {
    const std::string check = check_name(link.name);
    if (!link.up) return note(check, "down", fmt::format("ip link set {} up", link.name));
    if (!link.running) return note(check, "no carrier", fmt::format("plug {} in", link.name));
    if (!link.multicast) {
        return wrong(check, "no multicast", fmt::format("ip link set {} multicast on", link.name));
    }
    if (link.addresses.empty()) return note(check, "no address", "avahid will give it one");
    return ok(check, "up, with an address");
}

void check_routes(const InterfaceFacts& link, Findings& found) {
    const std::string check = "multicast route";
    const auto judge = [&](const std::string& refused, const char* group, const char* mend) {
        if (refused.empty()) return;
        found.push_back(wrong(
            check, fmt::format("{}: nothing can be sent to {}: {}", link.name, group, refused),
            fmt::format(fmt::runtime(mend), link.name)));
    };
    judge(link.multicast4_refused, "224.0.0.251", "ip route add 224.0.0.0/4 dev {}");
    judge(link.multicast6_refused, "ff02::fb",
          "ip -6 route add multicast ff00::/8 dev {} table local metric 256");
}

}  // namespace

Findings check_links(const Facts& facts) {
    Findings found;
    const json& links = array_of(facts.daemon.status, "links");
    const bool any = std::ranges::any_of(links, is_served);
    for (const json& link : links)
        found.push_back(is_served(link) ? judge_served(link) : judge_unserved(link, any));
    const bool alone = facts.daemon.reached != ClientErrc::ok;
    for (const InterfaceFacts& interface : facts.interfaces) {
        if (interface.loopback) continue;
        if (alone) found.push_back(judge_alone(interface));
        check_routes(interface, found);
    }
    if (found.empty())
        found.push_back(wrong("links", "there is no network interface", "see ip link"));
    return found;
}

Findings check_link_local(const json& status) {
    Findings found;
    for (const json& port : array_of(status, "ipv4ll")) {
        const std::string name = text_of(port, "interface");
        const std::string state = text_of(port, "state");
        const std::string address = text_of(port, "address");
        const std::string check = "link-local " + name;
        if (state == "foreign") {
            found.push_back(note(check, address + " is not avahid's: it is left alone"));
        } else if (const auto conflicts = number_of(port, "conflicts"); conflicts > 10) {
            found.push_back(wrong(
                check, fmt::format("{} conflicts about addresses: somebody claims all", conflicts),
                "find that host: avahid's log has its MAC address"));
        } else {
            found.push_back(ok(check, address.empty() ? state : state + " " + address));
        }
    }
    return found;
}

Findings check_metadata_route(const std::vector<Route>& routes) {
    constexpr std::uint32_t metadata = 0xa9fea9fe;    // 169.254.169.254
    constexpr std::uint32_t link_local = 0xa9fe0000;  // 169.254.0.0/16
    const Route* best = nullptr;
    const Route* leads_out = nullptr;
    for (const Route& route : routes) {
        if ((metadata & route.mask) != route.destination) continue;
        if (route.mask == 0 && route.gateway != 0) leads_out = &route;
        if (!best || route.mask > best->mask) best = &route;
    }
    const bool taken = leads_out && best->destination == link_local && best->gateway == 0;
    if (!taken) return {ok("metadata route", "169.254.169.254 is not taken from a default route")};
    return {wrong("metadata route",
                  fmt::format("the route 169.254.0.0/16 of {} takes 169.254.169.254 (cloud "
                              "metadata) from the default route of {}",
                              best->interface, leads_out->interface),
                  fmt::format("avahictl ipv4ll {} off, or ip route add 169.254.169.254 via GATEWAY "
                              "dev {}",
                              best->interface, leads_out->interface))};
}

}  // namespace avahictl::doctor
