#include "tools/avahictl/doctor/nft_rules.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "tools/avahictl/json_fields.hpp"

namespace avahictl::doctor {

using nlohmann::json;

namespace {

using Sets = std::map<std::string, json>;  // elements, by name

/// A field of the packet.
struct Field {
    Truth present = Truth::yes;  // no: the packet has no such thing; maybe: not known
    std::string value;
    bool of_peer = false;  // an address of somebody in our network
};

Field unknown_field() { return {.present = Truth::maybe, .value = {}}; }
Field absent() { return {.present = Truth::no, .value = {}}; }

std::string scalar(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_number_integer() ? std::to_string(value.get<std::int64_t>()) : std::string();
}

Field meta_field(const std::string& key, const Flow& flow) {
    const bool in = flow.incoming;
    if (key == "iifname" || key == "iif") return in ? Field{.value = flow.interface} : absent();
    if (key == "oifname" || key == "oif") return in ? absent() : Field{.value = flow.interface};
    if (key == "l4proto") return {.value = "udp"};
    if (key == "nfproto") return {.value = flow.ipv6 ? "ipv6" : "ipv4"};
    if (key == "protocol") return {.value = flow.ipv6 ? "ip6" : "ip"};
    if (key == "mark") return {.value = "0"};
    if (key == "pkttype") return in ? Field{.value = "multicast"} : unknown_field();
    return unknown_field();
}

Field address_field(const std::string& field, const Flow& flow) {
    if (field == "daddr") return {.value = flow.group()};
    if (field == "saddr") return {.value = flow.address, .of_peer = flow.incoming};
    if (field == "protocol" || field == "nexthdr") return {.value = "udp"};
    return unknown_field();
}

Field payload_field(const json& payload, const Flow& flow) {
    const std::string protocol = text_of(payload, "protocol");
    const std::string field = text_of(payload, "field");
    if (protocol == "ip") return flow.ipv6 ? absent() : address_field(field, flow);
    if (protocol == "ip6") return flow.ipv6 ? address_field(field, flow) : absent();
    if (protocol == "udp" || protocol == "th") {
        const bool port = field == "dport" || field == "sport";
        return port ? Field{.value = "5353"} : unknown_field();
    }
    return protocol == "ether" ? unknown_field() : absent();  // tcp, icmp …
}

/// Nobody has seen a packet of this conversation before.
Field connection_field(const std::string& key) {
    if (key == "state") return {.value = "new"};
    if (key == "status") return {.value = "none"};
    if (key == "direction") return {.value = "original"};
    return unknown_field();
}

Field field_of(const json& left, const Flow& flow) {
    if (left.contains("meta")) return meta_field(text_of(left["meta"], "key"), flow);
    if (left.contains("payload")) return payload_field(left["payload"], flow);
    if (left.contains("ct")) return connection_field(text_of(left["ct"], "key"));
    if (left.contains("fib") && text_of(left["fib"], "result") == "type")
        return {.value = "multicast"};
    return unknown_field();
}

Truth either(Truth left, Truth right) { return std::max(left, right); }

class Values {
public:
    explicit Values(const Sets& sets) : sets_(sets) {}

    Truth contain(const json& right, const Field& field) const {
        if (right.is_array()) return any_of(right, field);
        if (right.is_object()) return contain_object(right, field);
        const std::string value = scalar(right);
        if (value.empty()) return Truth::maybe;
        if (value.front() == '@') {
            const auto set = sets_.find(value.substr(1));
            return set == sets_.end() ? Truth::maybe : any_of(set->second, field);
        }
        return equal(value, field);
    }

private:
    Truth any_of(const json& values, const Field& field) const {
        Truth found = Truth::no;
        for (const json& value : values) found = either(found, contain(value, field));
        return found;
    }
    Truth contain_object(const json& right, const Field& field) const {
        if (right.contains("set")) return contain(right["set"], field);
        if (right.contains("elem")) {
            const json& elem = right["elem"];
            return elem.is_object() && elem.contains("val") ? contain(elem["val"], field)
                                                            : contain(elem, field);
        }
        if (right.contains("prefix")) {
            const json& prefix = right["prefix"];
            return in_prefix(field.value, fmt::format("{}/{}", text_of(prefix, "addr"),
                                                      number_of(prefix, "len")));
        }
        if (right.contains("range")) return in_range(right["range"], field);
        return Truth::maybe;
    }
    static Truth in_range(const json& range, const Field& field) {
        if (!range.is_array() || range.size() != 2) return Truth::maybe;
        if (!range[0].is_number_integer() || !range[1].is_number_integer()) return Truth::maybe;
        if (field.value.find_first_not_of("0123456789") != std::string::npos) return Truth::maybe;
        const auto value = std::stoll(field.value);
        const bool inside =
            range[0].get<std::int64_t>() <= value && value <= range[1].get<std::int64_t>();
        return inside ? Truth::yes : Truth::no;
    }
    static Truth equal(const std::string& value, const Field& field) {
        // Of all who are in our network, one.
        if (field.of_peer && value.find('/') == std::string::npos) return Truth::no;
        if (value == field.value || interface_matches(value, field.value)) return Truth::yes;
        if (value == "17" && field.value == "udp") return Truth::yes;
        if (value == "mdns" && field.value == "5353") return Truth::yes;
        return Truth::no;
    }

    const Sets& sets_;
};

class Reader {
public:
    Reader(const Flow& flow, const Sets& sets) : flow_(flow), values_(sets) {}

    Rule rule(const json& rule) {
        Rule out;
        out.text = fmt::format("the rule with handle {}", number_of(rule, "handle"));
        const std::string comment = text_of(rule, "comment");
        if (!comment.empty()) out.text += " (" + comment + ")";
        for (const json& statement : array_of(rule, "expr")) {
            if (!statement.is_object() || statement.empty()) continue;
            const auto only = statement.begin();
            apply(out, only.key(), only.value());
            if (out.matches == Truth::no || out.action != Rule::Action::none) break;
        }
        return out;
    }

private:
    void apply(Rule& out, const std::string& name, const json& value) {
        using Action = Rule::Action;
        static const std::map<std::string, Action> verdicts = {
            {"accept", Action::accept}, {"drop", Action::drop}, {"reject", Action::drop},
            {"return", Action::back},   {"jump", Action::jump}, {"goto", Action::go}};
        if (const auto verdict = verdicts.find(name); verdict != verdicts.end()) {
            out.action = verdict->second;
            out.target = text_of(value, "target");
        } else if (name == "match") {
            out.matches = both(out.matches, match(value));
        } else if (name == "vmap") {
            verdict_map(out, value);
        } else if (name == "limit" || name == "xt" || name == "quota" || name == "ct count") {
            out.matches = both(out.matches, Truth::maybe);
        }
    }
    Truth match(const json& match) {
        if (!match.is_object() || !match.contains("left") || !match.contains("right"))
            return Truth::maybe;
        const Field field = field_of(match["left"], flow_);
        if (field.present != Truth::yes) return field.present;
        const Truth found = values_.contain(match["right"], field);
        const std::string op = text_of(match, "op");
        if (op == "==" || op == "in") return found;
        return op == "!=" ? opposite(found) : Truth::maybe;
    }
    /// udp dport vmap { 53 : accept, 5353 : drop }
    void verdict_map(Rule& out, const json& map) {
        if (!map.is_object() || !map.contains("key") || !map.contains("data")) return;
        const Field field = field_of(map["key"], flow_);
        const json& data = map["data"];
        const json& pairs = data.is_object() && data.contains("set") ? data["set"] : data;
        if (field.present == Truth::no || !pairs.is_array()) {
            out.matches = field.present == Truth::no ? Truth::no : Truth::maybe;
            return;
        }
        for (const json& pair : pairs) {
            if (!pair.is_array() || pair.size() != 2 || !pair[1].is_object() || pair[1].empty())
                continue;
            const Truth found =
                field.present == Truth::maybe ? Truth::maybe : values_.contain(pair[0], field);
            if (found != Truth::yes) continue;
            const auto verdict = pair[1].begin();
            return apply(out, verdict.key(), verdict.value());
        }
        out.matches = Truth::no;
    }

    const Flow& flow_;
    Values values_;
};

using TableKey = std::pair<std::string, std::string>;  // family, name

bool concerns(const std::string& family, const Flow& flow) {
    return family == "inet" || family == "netdev" || family == (flow.ipv6 ? "ip6" : "ip");
}

/// A chain of the family netdev is of one or several devices.
bool on_device(const json& chain, const Flow& flow) {
    const auto dev = chain.find("dev");
    if (dev == chain.end()) return true;
    if (dev->is_string()) return dev->get<std::string>() == flow.interface;
    return std::ranges::any_of(*dev, [&](const json& one) { return one == flow.interface; });
}

}  // namespace

std::vector<Table> nft_tables(const json& ruleset, const Flow& flow) {
    std::map<TableKey, Table> tables;
    std::map<TableKey, Sets> sets;
    const json& all = array_of(ruleset, "nftables");
    const auto key_of = [](const json& item) {
        return TableKey{text_of(item, "family"), text_of(item, "table")};
    };
    for (const json& item : all) {
        const json& chain = object_of(item, "chain");
        const json& set = object_of(item, "set");
        if (!set.empty()) sets[key_of(set)][text_of(set, "name")] = array_of(set, "elem");
        if (chain.empty() || !concerns(text_of(chain, "family"), flow)) continue;
        Table& table = tables[key_of(chain)];
        table.family = text_of(chain, "family");
        table.name = text_of(chain, "table");
        Chain& made = table.chains[text_of(chain, "name")];
        if (on_device(chain, flow)) made.hook = text_of(chain, "hook");
        made.drops = text_of(chain, "policy") == "drop";
    }
    for (const json& item : all) {
        const json& rule = object_of(item, "rule");
        const auto table = tables.find(key_of(rule));
        if (rule.empty() || table == tables.end()) continue;
        Reader reader(flow, sets[table->first]);
        table->second.chains[text_of(rule, "chain")].rules.push_back(reader.rule(rule));
    }
    std::vector<Table> out;
    for (auto& [key, table] : tables) out.push_back(std::move(table));
    return out;
}

}  // namespace avahictl::doctor
