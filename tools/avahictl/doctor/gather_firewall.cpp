// The rules of nftables and iptables, as far as we may see them.
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "tools/avahictl/doctor/gather.hpp"
#include "tools/avahictl/doctor/iptables_rules.hpp"
#include "tools/avahictl/doctor/nft_rules.hpp"
#include "tools/avahictl/doctor/run_program.hpp"

namespace avahictl::doctor {

using nlohmann::json;

namespace {

constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t max_interfaces = 16;

/// All there is to see, once.
struct Rules {
    json nft = json::object();
    std::string iptables;
    std::string ip6tables;
    bool seen = false;
};

Rules read_rules() {
    Rules rules;
    const auto nft = run_program("nft", {"-j", "list", "ruleset"}, patience);
    if (nft && nft->status == 0) {
        rules.nft = json::parse(nft->out, nullptr, false);
        rules.seen = !rules.nft.is_discarded();
    }
    const auto save = [&rules](const char* program, std::string& out) {
        const auto done = run_program(program, {}, patience);
        if (!done || done->status != 0) return;
        rules.seen = true;
        out = done->out;
    };
    save("iptables-save", rules.iptables);
    save("ip6tables-save", rules.ip6tables);
    return rules;
}

void judge(const Rules& rules, const Flow& flow, std::vector<Blocked>& found) {
    const auto add = [&found](const std::optional<Blocked>& blocked) {
        if (blocked && std::ranges::find(found, *blocked) == found.end()) found.push_back(*blocked);
        return blocked.has_value();
    };
    // What iptables shows may be the same rules once more: one finding is enough.
    if (rules.nft.is_object() && add(find_block(nft_tables(rules.nft, flow), flow))) return;
    const std::string& saved = flow.ipv6 ? rules.ip6tables : rules.iptables;
    add(find_block(iptables_tables(saved, flow), flow));
}

}  // namespace

FirewallFacts gather_firewall(const std::vector<InterfaceFacts>& interfaces) {
    FirewallFacts firewall;
    const Rules rules = read_rules();
    if (!rules.seen) {
        firewall.not_looked = ::geteuid() == 0
                                  ? "neither nft nor iptables is there to show its rules"
                                  : "only root may see its rules";
        return firewall;
    }
    std::size_t count = 0;
    for (const InterfaceFacts& link : interfaces) {
        if (link.loopback || !link.up || !link.multicast || link.addresses.empty()) continue;
        if (++count > max_interfaces) break;
        for (const bool incoming : {true, false}) {
            for (const bool ipv6 : {false, true}) {
                const auto address =
                    std::ranges::find_if(link.addresses, [ipv6](const std::string& text) {
                        return (text.find(':') != std::string::npos) == ipv6;
                    });
                if (address == link.addresses.end()) continue;
                judge(rules, {incoming, ipv6, link.name, *address}, firewall.blocked);
            }
        }
    }
    return firewall;
}

}  // namespace avahictl::doctor
