// dnssd/address_record.hpp: the records that tie a name to an address, both ways.
#pragma once

#include <optional>

#include "mdns/engine/types.hpp"

namespace dnssd {

/// A or AAAA, unique.
mdns::engine::PublishedRecord address_record(const mdns::wire::Name& name,
                                             const mdns::engine::Address& address);
/// The PTR back, known to be unique without probing (RFC 6762 §8.1).
mdns::engine::PublishedRecord reverse_record(const mdns::wire::Name& name,
                                             const mdns::engine::Address& address);
/// Of an A or AAAA record; empty for any other.
std::optional<mdns::engine::Address> address_in(const mdns::wire::Record& record);

}  // namespace dnssd
