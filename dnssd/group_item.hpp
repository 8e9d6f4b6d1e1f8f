// dnssd/group_item.hpp: what a program puts into a group (group.hpp), and the records that makes.
// The rules for names are those of publish.hpp, as lenient as Avahi's about types and TXT strings.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dnssd/types.hpp"

namespace dnssd {

/// One more subtype of a service.
struct ServiceSubtype {
    ServiceName name;
    std::string subtype;  // a label, unescaped
    Scope scope{};
};
/// The text of a service, to be changed.
struct ServiceText {
    ServiceName name;
    std::vector<std::string> txt;
    Scope scope{};
};
/// A name for any address. Others may give the same name more addresses.
struct NamedAddress {
    std::optional<mdns::wire::Name> name;  // empty: this machine's, as it is now
    Address address;
    bool reverse = true;  // the PTR back, too
    bool probe = true;
    bool announce = true;
    Scope scope{};
};
/// Any record of class IN.
struct OwnRecord {
    mdns::engine::PublishedRecord record;
    Scope scope{};
};
using GroupItem = std::variant<Service, ServiceSubtype, ServiceText, NamedAddress, OwnRecord>;

/// A record of a group.
struct GroupRecord {
    mdns::engine::PublishedRecord published;
    Scope scope;
    /// An SRV that points to this machine, whatever its name becomes: all but the target.
    std::optional<mdns::wire::Srv> to_host{};
};

/// Does rdata fit its type, as far as that is known?
bool fits(std::uint16_t type, mdns::wire::Bytes rdata);
/// Checks an item and makes its records.
/// \param host  of this machine, if known
Result<std::vector<GroupRecord>> records_of(const GroupItem& item,
                                            const std::optional<mdns::wire::Name>& host);

}  // namespace dnssd
