#include "avahid/varlink/marshal.hpp"

#include <cmath>

#include "avahid/varlink/wire/text.hpp"

namespace avahid::varlink {

using nlohmann::json;

namespace {

std::string text(std::string_view bytes) { return wire::replace_invalid(bytes); }

/// JSON has no word for infinity and not-a-number.
json seconds(double value) { return std::isfinite(value) ? json(value) : json(0.0); }

json service_part(dnssd::LinkId link, const dnssd::ServiceName& name, bool local,
                  const NameOf& name_of) {
    json service = link_part(link, name_of);
    service["name"] = text(presentation(name));
    service["instance"] = text(name.instance);
    service["type"] = text(name.type);
    service["domain"] = text(name.domain);
    service["local"] = local;
    return service;
}

json type_part(dnssd::LinkId link, const std::string& type, const std::string& domain, bool local,
               const NameOf& name_of) {
    json service_type = link_part(link, name_of);
    service_type["type"] = text(type);
    service_type["domain"] = text(domain);
    service_type["local"] = local;
    return service_type;
}

json link_to_json(const session::LinkState& link) {
    json addresses = json::array();
    for (const std::string& address : link.addresses) addresses.push_back(text(address));
    return {{"interface", text(link.name)},    {"ifindex", link.ifindex},
            {"mac", text(link.mac)},           {"addresses", std::move(addresses)},
            {"mdns_ipv4", link.mdns_ipv4},     {"mdns_ipv6", link.mdns_ipv6},
            {"note", text(link.note)},         {"packets_in", link.packets_in},
            {"packets_out", link.packets_out}, {"cached_records", link.cached_records}};
}

json counters_to_json(const session::Counters& counters) {
    const auto& [engine, sockets] = counters;
    return {{"packets_in", engine.packets_in},
            {"packets_out", engine.packets_out},
            {"bytes_in", engine.bytes_in},
            {"bytes_out", engine.bytes_out},
            {"malformed", engine.malformed},
            {"bad_records", engine.bad_records},
            {"bad_header", engine.bad_header},
            {"bad_port", engine.bad_port},
            {"off_link", engine.off_link},
            {"unsolicited", engine.unsolicited},
            {"no_link", engine.no_link},
            {"own_echoes", engine.own_echoes},
            {"cache_dropped", engine.cache_dropped},
            {"conflicts", engine.conflicts},
            {"oversized", sockets.oversized},
            {"misaddressed", sockets.misaddressed},
            {"send_dropped", sockets.send_dropped},
            {"send_failed", sockets.send_failed}};
}

/// \param key  "key" or "value": bytes that are not text go to "key_base64" or "value_base64"
void put_bytes(json& object, const std::string& key, std::string_view bytes) {
    if (wire::is_utf8(bytes)) {
        object[key] = bytes;
    } else {
        object[key + "_base64"] = wire::to_base64(bytes);
    }
}

json txt_string_to_json(std::string_view string) {
    const std::size_t equals = string.find('=');
    json entry{{"key", ""}};
    put_bytes(entry, "key", string.substr(0, equals));
    // RFC 6763 §6.4: "key" and "key=" are different things.
    if (equals != std::string_view::npos) put_bytes(entry, "value", string.substr(equals + 1));
    return entry;
}

json host_address(const dnssd::HostAddress& found, const NameOf& name_of) {
    const std::string interface = text(name_of(found.ifindex));
    return {{"interface", interface},
            {"ifindex", found.ifindex},
            {"family", found.address.is_v4() ? "ipv4" : "ipv6"},
            {"address", address_text(found.address, interface)},
            {"ttl", found.ttl}};
}

std::string_view as_chars(mdns::wire::Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string_view family_name(mdns::engine::Family family) {
    return family == mdns::engine::Family::ipv4 ? "ipv4" : "ipv6";
}

json link_part(dnssd::LinkId link, const NameOf& name_of) {
    return {{"interface", text(name_of(link.ifindex))},
            {"ifindex", link.ifindex},
            {"family", family_name(link.family)}};
}

std::string address_text(const dnssd::Address& address, const std::string& interface) {
    if (!address.is_v6() || !address.to_v6().is_link_local()) return address.to_string();
    auto bare = address.to_v6();
    bare.scope_id(0);
    return interface.empty() ? bare.to_string() : bare.to_string() + "%" + interface;
}

std::string presentation(const dnssd::ServiceName& name) {
    if (const auto whole = dnssd::instance_name(name)) return whole->to_text();
    return mdns::wire::escape_label(name.instance) + "." + name.type + "." + name.domain;
}

json txt_to_json(const std::vector<std::string>& strings) {
    json list = json::array();
    for (const std::string& string : strings) list.push_back(txt_string_to_json(string));
    return list;
}

json to_json(const session::Ipv4llState& state) {
    json object{{"interface", text(state.name)},
                {"ifindex", state.ifindex},
                {"policy", text(state.policy)},
                {"asked", state.asked},
                {"state", text(state.state)},
                {"address", text(state.address)},
                {"since", seconds(state.since)},
                {"conflicts", state.conflicts},
                {"probe_scale", seconds(state.probe_scale)}};
    if (state.next) object["next"] = seconds(*state.next);
    return object;
}

json to_json(const session::Status& status) {
    json links = json::array();
    for (const auto& link : status.links) links.push_back(link_to_json(link));
    json ipv4ll = json::array();
    for (const auto& state : status.ipv4ll) ipv4ll.push_back(to_json(state));
    return {{"version", text(status.version)},
            {"host_name", text(status.host_name)},
            {"wanted_name", text(status.wanted_name)},
            {"host_state", text(status.host_state)},
            {"uptime", seconds(status.uptime)},
            {"links", std::move(links)},
            {"ipv4ll", std::move(ipv4ll)},
            {"clients", status.clients},
            {"publications", status.publications},
            {"counters", counters_to_json(status.counters)}};
}

json to_json(const dnssd::Found& found, const NameOf& name_of) {
    return service_part(found.link, found.name, found.local, name_of);
}

json to_json(const dnssd::Lost& lost, const NameOf& name_of) {
    return service_part(lost.link, lost.name, false, name_of);
}

json to_json(const dnssd::Resolved& resolved, const NameOf& name_of) {
    json service = service_part(resolved.link, resolved.name, resolved.local, name_of);
    const std::string interface = service["interface"];
    json addresses = json::array();
    for (const auto& address : resolved.addresses) {
        addresses.push_back(address_text(address, interface));
    }
    service["host"] = text(resolved.host.to_text());
    service["port"] = resolved.port;
    service["priority"] = resolved.priority;
    service["weight"] = resolved.weight;
    service["addresses"] = std::move(addresses);
    service["txt"] = txt_to_json(resolved.txt);
    return service;
}

json to_json(const dnssd::TypeFound& found, const NameOf& name_of) {
    return type_part(found.link, found.type, found.domain, found.local, name_of);
}

json to_json(const dnssd::TypeLost& lost, const NameOf& name_of) {
    return type_part(lost.link, lost.type, lost.domain, false, name_of);
}

json to_json(const dnssd::HostResult& result, const NameOf& name_of) {
    json addresses = json::array();
    for (const auto& found : result.addresses) addresses.push_back(host_address(found, name_of));
    return {{"name", text(result.name.to_text())}, {"addresses", std::move(addresses)}};
}

json to_json(const dnssd::AddressResult& result, const dnssd::Address& asked,
             const NameOf& name_of) {
    const std::string interface = text(name_of(result.ifindex));
    return {{"name", text(result.name.to_text())},
            {"address", address_text(asked, interface)},
            {"interface", interface},
            {"ifindex", result.ifindex}};
}

json to_json(const mdns::wire::Record& record, dnssd::LinkId link, std::uint32_t ttl,
             const NameOf& name_of) {
    json object = link_part(link, name_of);
    object["name"] = text(record.name.to_text());
    object["type"] = mdns::wire::type_name(record.type);
    object["class"] = record.klass;
    object["ttl"] = ttl;
    object["rdata"] = text(mdns::wire::rdata_to_text(record.type, record.rdata));
    object["rdata_base64"] = wire::to_base64(as_chars(record.rdata));
    return object;
}

json rival(const dnssd::Endpoint& peer, dnssd::LinkId link, const NameOf& name_of) {
    json object = link_part(link, name_of);
    object["address"] = address_text(peer.address, object["interface"].get<std::string>());
    return object;
}

}  // namespace avahid::varlink
