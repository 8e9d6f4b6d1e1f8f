#include "tools/avahictl/doctor/firewall.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace avahictl::doctor {

namespace {

using Action = Rule::Action;

constexpr int max_depth = 16;  // of chains that jump to chains
constexpr std::array incoming_hooks = {"ingress", "prerouting", "input"};
constexpr std::array outgoing_hooks = {"output", "postrouting", "egress"};

enum class Fate { accepted, dropped, undecided };

struct Walk {
    const Table& table;
    std::string reason;  // why it was dropped

    Fate chain(const Chain& chain, int depth) {
        if (depth > max_depth) return Fate::undecided;
        for (const Rule& rule : chain.rules) {
            if (rule.matches == Truth::no) continue;
            if (rule.action == Action::back && rule.matches == Truth::yes) return Fate::undecided;
            const Fate fate = follow(rule, depth);
            const bool sure = rule.matches == Truth::yes;
            if (fate == Fate::accepted || (fate == Fate::dropped && sure)) return fate;
            if (rule.action == Action::go && sure) return Fate::undecided;
        }
        return Fate::undecided;
    }
    Fate follow(const Rule& rule, int depth) {
        switch (rule.action) {
            case Action::accept:
                return Fate::accepted;
            case Action::drop:
                reason = rule.text;
                return Fate::dropped;
            case Action::jump:
            case Action::go: {
                const auto target = table.chains.find(rule.target);
                return target == table.chains.end() ? Fate::undecided
                                                    : chain(target->second, depth + 1);
            }
            case Action::none:
            case Action::back:
                break;
        }
        return Fate::undecided;
    }
};

bool any_chain_starts_with(const Table& table, std::string_view start) {
    return std::ranges::any_of(table.chains,
                               [&](const auto& entry) { return entry.first.starts_with(start); });
}

/// The command that lets it through, in the words of whoever manages that table.
std::string command(const Table& table, const std::string& chain, const Flow& flow) {
    if (table.name.starts_with("firewalld"))
        return "firewall-cmd --permanent --add-service=mdns && firewall-cmd --reload";
    if (any_chain_starts_with(table, "ufw"))
        return flow.incoming ? "ufw allow 5353/udp" : "ufw allow out 5353/udp";
    const bool upper_case = chain == "INPUT" || chain == "OUTPUT";  // nft made them for iptables
    if (table.tool != Table::Tool::nft || (upper_case && table.family != "inet")) {
        const bool raw = table.name != "filter";
        return fmt::format("{}{} -I {} -p udp --dport 5353 -j ACCEPT",
                           flow.ipv6 ? "ip6tables" : "iptables", raw ? " -t " + table.name : "",
                           chain);
    }
    return fmt::format("nft insert rule {} {} {} udp dport 5353 accept", table.family, table.name,
                       chain);
}

std::optional<Blocked> find_block(const Table& table, const Flow& flow) {
    const auto& hooks = flow.incoming ? incoming_hooks : outgoing_hooks;
    for (const auto& [name, chain] : table.chains) {
        const bool on_its_way =
            std::ranges::any_of(hooks, [&](const char* hook) { return chain.hook == hook; });
        if (!on_its_way) continue;
        Walk walk{table, "its policy is drop"};
        const Fate fate = walk.chain(chain, 0);
        if (fate == Fate::undecided && chain.drops) walk.reason = "its policy is drop";
        if (fate != Fate::dropped && !(fate == Fate::undecided && chain.drops)) continue;
        return Blocked{
            flow,
            fmt::format("table {} {}, chain {}: {}", table.family, table.name, name, walk.reason),
            command(table, name, flow)};
    }
    return std::nullopt;
}

bool same_bits(const auto& left, const auto& right, unsigned length) {
    for (std::size_t at = 0; at < left.size() && length > 0; ++at) {
        const unsigned bits = std::min(length, 8u);
        const unsigned mask = (0xff00u >> bits) & 0xffu;
        if ((left[at] & mask) != (right[at] & mask)) return false;
        length -= bits;
    }
    return true;
}

}  // namespace

std::optional<Blocked> find_block(const std::vector<Table>& tables, const Flow& flow) {
    for (const Table& table : tables) {
        if (auto blocked = find_block(table, flow)) return blocked;
    }
    return std::nullopt;
}

Truth both(Truth left, Truth right) { return std::min(left, right); }

Truth opposite(Truth truth) {
    if (truth == Truth::maybe) return truth;
    return truth == Truth::yes ? Truth::no : Truth::yes;
}

bool interface_matches(const std::string& pattern, const std::string& interface) {
    if (!pattern.empty() && (pattern.back() == '*' || pattern.back() == '+'))
        return interface.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == interface;
}

Truth in_prefix(const std::string& address, const std::string& prefix) {
    const auto slash = prefix.find('/');
    boost::system::error_code error;
    const auto one = boost::asio::ip::make_address(address.substr(0, address.find('%')), error);
    if (error) return Truth::maybe;
    const auto net = boost::asio::ip::make_address(prefix.substr(0, slash), error);
    if (error) return Truth::maybe;
    if (one.is_v4() != net.is_v4()) return Truth::no;
    unsigned length = one.is_v4() ? 32 : 128;
    if (slash != std::string::npos) {
        const char* end = prefix.data() + prefix.size();
        const auto read = std::from_chars(prefix.data() + slash + 1, end, length);
        if (read.ec != std::errc() || read.ptr != end) return Truth::maybe;
    }
    const bool same = one.is_v4()
                          ? same_bits(one.to_v4().to_bytes(), net.to_v4().to_bytes(), length)
                          : same_bits(one.to_v6().to_bytes(), net.to_v6().to_bytes(), length);
    return same ? Truth::yes : Truth::no;
}

}  // namespace avahictl::doctor
