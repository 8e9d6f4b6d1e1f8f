// tools/avahictl/doctor/firewall.hpp: would the firewall drop multicast DNS?
// Rules are judged for one packet as they are read (nft_rules, iptables_rules): yes, no, or maybe
// where that depends on what is not known here. A rule that may drop is given the benefit of the
// doubt, and so is one that may accept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace avahictl::doctor {

/// A multicast DNS packet on its way in or out.
struct Flow {
    bool incoming = true;
    bool ipv6 = false;
    std::string interface;
    std::string address;  // of ours there; others are in the same network
    std::string group() const { return ipv6 ? "ff02::fb" : "224.0.0.251"; }
};

enum class Truth { no, maybe, yes };

struct Rule {
    enum class Action { none, accept, drop, jump, go, back };
    Truth matches = Truth::yes;
    Action action = Action::none;
    std::string target;  // of jump and go
    std::string text;    // for people
};

struct Chain {
    std::string hook;    // "input" …; empty: only jumped to
    bool drops = false;  // its policy
    std::vector<Rule> rules;
};

struct Table {
    enum class Tool { nft, iptables, ip6tables };
    Tool tool = Tool::nft;
    std::string family;  // as nft names it
    std::string name;
    std::map<std::string, Chain> chains;
};

struct Blocked {
    Flow flow;
    std::string where;  // "table inet filter, chain input: udp dport 5353 drop"
    std::string mend;   // the command
    bool operator==(const Blocked& other) const { return where == other.where; }
};

/// What drops the packet, if anything does.
std::optional<Blocked> find_block(const std::vector<Table>& tables, const Flow& flow);

/// Two truths that must both hold, and the opposite of one.
Truth both(Truth left, Truth right);
Truth opposite(Truth truth);

/// "eth0" by "eth0", "eth*" (nft) or "eth+" (iptables).
bool interface_matches(const std::string& pattern, const std::string& interface);
/// \param prefix  "192.0.2.0/24", "ff02::fb"
/// \return no when one of them is no address
Truth in_prefix(const std::string& address, const std::string& prefix);

}  // namespace avahictl::doctor
