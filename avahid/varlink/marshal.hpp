// avahid/varlink/marshal.hpp: values of the session to JSON, in the shapes of
// org.avahid.Daemon.varlink. Pure. Names, types and TXT strings come from the network: any bytes;
// the JSON is always UTF-8.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/session/session.hpp"

namespace avahid::varlink {

/// Name of an interface by its index.
using NameOf = std::function<std::string(int ifindex)>;

nlohmann::json to_json(const session::Status& status);
nlohmann::json to_json(const session::Ipv4llState& state);

/// Type Service, without what resolving adds.
nlohmann::json to_json(const dnssd::Found& found, const NameOf& name_of);
nlohmann::json to_json(const dnssd::Lost& lost, const NameOf& name_of);
/// Type Service, entire.
nlohmann::json to_json(const dnssd::Resolved& resolved, const NameOf& name_of);
nlohmann::json to_json(const dnssd::TypeFound& found, const NameOf& name_of);
nlohmann::json to_json(const dnssd::TypeLost& lost, const NameOf& name_of);
nlohmann::json to_json(const dnssd::HostResult& result, const NameOf& name_of);
nlohmann::json to_json(const dnssd::AddressResult& result, const dnssd::Address& asked,
                       const NameOf& name_of);
/// Type Record; ttl in seconds, as received or what remains of it.
nlohmann::json to_json(const mdns::wire::Record& record, dnssd::LinkId link, std::uint32_t ttl,
                       const NameOf& name_of);
/// Type Rival.
nlohmann::json rival(const dnssd::Endpoint& peer, dnssd::LinkId link, const NameOf& name_of);

/// Type Packet.
nlohmann::json to_json(const session::Packet& packet, const NameOf& name_of);

/// An address, with its interface where it means nothing without: fe80::1%eth0.
std::string address_text(const dnssd::Address& address, const std::string& interface);
/// interface, ifindex and family.
nlohmann::json link_part(dnssd::LinkId link, const NameOf& name_of);

/// []Txt.
nlohmann::json txt_to_json(const std::vector<std::string>& strings);
std::string_view family_name(mdns::engine::Family family);
/// The whole DNS name in presentation form.
std::string presentation(const dnssd::ServiceName& name);

}  // namespace avahid::varlink
