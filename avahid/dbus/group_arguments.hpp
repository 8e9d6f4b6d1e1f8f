// avahid/dbus/group_arguments.hpp: the arguments of an entry group's calls, checked in Avahi's
// order and under its error names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "avahid/dbus/avahi.hpp"
#include "avahid/dbus/errors.hpp"

namespace avahid::dbus {

using Strings = std::vector<std::vector<std::uint8_t>>;  // "aay"

avahi::EntryGroupState state_of(dnssd::GroupState state);

struct GroupArguments {
    avahi::Interface interface = avahi::any_interface;
    avahi::Protocol protocol = avahi::any_protocol;
    avahi::Flags flags = 0;

    bool has(avahi::Flags flag) const { return (flags & flag) != 0; }
    /// \param allowed  beside those that say which DNS is meant
    Error check(avahi::Flags allowed, dnssd::Scope& scope) const;
};

/// Only names of multicast DNS can be published.
Error check_domain(const mdns::wire::Name& name, avahi::Flags flags);
/// Instance, type and domain; an empty domain becomes ours.
Error check_service(dnssd::ServiceName& name, avahi::Flags flags);
/// At least two labels.
Error read_host(const std::string& text, std::optional<mdns::wire::Name>& host);
Error read_address(const std::string& text, dnssd::Address& address);
/// \param text  "_printer._sub._http._tcp", of the type in item
Error read_subtype(const std::string& text, dnssd::ServiceSubtype& item);
std::vector<std::string> texts_of(const Strings& txt);

struct RecordArguments {
    std::string name;
    std::uint16_t klass = 0;
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::vector<std::uint8_t> rdata;

    /// Of the name and the rdata, which Avahi looks at first.
    Error check_rdata() const;
    /// The rest; flags say whose the record is.
    Error read(avahi::Flags flags, dnssd::OwnRecord& item) const;
};

}  // namespace avahid::dbus
