#include "tools/avahictl/doctor/iptables_rules.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "avahid/config/text.hpp"

namespace avahictl::doctor {

namespace {

using Words = std::vector<std::string>;
using Action = Rule::Action;

Words split(const std::string& line, char separator = ' ') {
    Words words;
    std::istringstream in(line);
    for (std::string word; std::getline(in, word, separator);) {
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

bool contains(const std::string& list, std::string_view wanted) {
    return std::ranges::any_of(split(list, ','),
                               [wanted](const std::string& word) { return word == wanted; });
}

/// "5353", "5000:6000", "53,5353"
Truth port_in(const std::string& list) {
    constexpr int port = 5353;
    for (const std::string& part : split(list, ',')) {
        if (part == "mdns") return Truth::yes;
        int low = 0;
        const char* end = part.data() + part.size();
        const auto read = std::from_chars(part.data(), end, low);
        int high = low;
        if (read.ptr != end && *read.ptr == ':') std::from_chars(read.ptr + 1, end, high);
        if (low <= port && port <= high) return Truth::yes;
    }
    return Truth::no;
}

Truth truth(bool yes) { return yes ? Truth::yes : Truth::no; }

Truth source_in(const std::string& prefix, const Flow& flow) {
    const bool one_host = prefix.find('/') == std::string::npos || prefix.ends_with("/32") ||
                          prefix.ends_with("/128");
    if (flow.incoming && one_host) return Truth::no;  // of all in our network, one
    return in_prefix(flow.address, prefix);
}

/// \return maybe for an option that is not known here
Truth option(const std::string& name, const std::string& value, const Flow& flow) {
    if (name == "-p" || name == "--protocol")
        return truth(value == "udp" || value == "17" || value == "all");
    if (name == "--dport" || name == "--sport" || name == "--dports" || name == "--sports" ||
        name == "--ports" || name == "--destination-port" || name == "--source-port")
        return port_in(value);
    if (name == "-i") return truth(flow.incoming && interface_matches(value, flow.interface));
    if (name == "-o") return truth(!flow.incoming && interface_matches(value, flow.interface));
    if (name == "-d") return in_prefix(flow.group(), value);
    if (name == "-s") return source_in(value, flow);
    if (name == "--state" || name == "--ctstate") return truth(contains(value, "NEW"));
    if (name == "--ctstatus") return truth(contains(value, "NONE"));
    if (name == "--pkt-type") return truth(value == "multicast");
    if (name == "--dst-type") return truth(contains(value, "MULTICAST"));
    return Truth::maybe;
}

bool says_nothing(const std::string& name) {  // about which packets
    return name == "-m" || name == "--comment" || name == "--reject-with" ||
           name == "--log-prefix" || name == "--log-level";
}

void set_target(Rule& rule, const std::string& target, bool go) {
    rule.target = target;
    if (target == "ACCEPT") {
        rule.action = Action::accept;
    } else if (target == "DROP" || target == "REJECT") {
        rule.action = Action::drop;
    } else if (target == "RETURN") {
        rule.action = Action::back;
    } else {
        rule.action =
            go ? Action::go : Action::jump;  // LOG and such are no chains: nothing happens
    }
}

/// The words after "-A CHAIN".
Rule read_rule(const Words& words, const Flow& flow) {
    Rule rule;
    bool negated = false;
    for (std::size_t at = 2; at < words.size(); ++at) {
        const std::string& name = words[at];
        rule.text += (rule.text.empty() ? "" : " ") + name;
        if (name == "!") {
            negated = true;
            continue;
        }
        if (!name.starts_with('-')) continue;  // a value of an option that is not known
        const std::string value = at + 1 < words.size() ? words[at + 1] : "";
        if (name == "-j" || name == "-g") {
            set_target(rule, value, name == "-g");
        } else if (!says_nothing(name)) {
            const Truth one = option(name, value, flow);
            rule.matches = both(rule.matches, negated ? opposite(one) : one);
        }
        negated = false;
    }
    return rule;
}

}  // namespace

std::vector<Table> iptables_tables(std::string_view saved, const Flow& flow) {
    std::vector<Table> tables;
    std::istringstream lines{std::string(saved)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('*')) {
            tables.push_back({.tool = flow.ipv6 ? Table::Tool::ip6tables : Table::Tool::iptables,
                              .family = flow.ipv6 ? "ip6" : "ip",
                              .name = line.substr(1),
                              .chains = {}});
            continue;
        }
        const Words words = split(line);
        if (tables.empty() || words.size() < 2) continue;
        auto& chains = tables.back().chains;
        if (line.starts_with(':')) {
            const std::string name = words[0].substr(1);
            const bool built_in = words[1] != "-";
            chains[name].hook = built_in ? avahid::config::lowered(name) : "";
            chains[name].drops = words[1] == "DROP";
        } else if (words[0] == "-A") {
            chains[words[1]].rules.push_back(read_rule(words, flow));
        }
    }
    std::erase_if(tables, [](const Table& table) { return table.name == "nat"; });
    return tables;
}

}  // namespace avahictl::doctor
