// avahid/unicast/soa.hpp: is there a unicast zone "local."? The question, and what a reply says of
// it: an SOA record for "local" (RFC 6762 §22.1 asks name servers to have none; Active Directory
// domains of old have one).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace avahid::unicast {

/// A query for the SOA of "local", recursion desired.
std::vector<std::uint8_t> soa_query(std::uint16_t id);

/// \param id  of the query
/// \return whether the zone exists; empty: this does not answer the query, or is a failure
///         (SERVFAIL, REFUSED) that says nothing
std::optional<bool> zone_exists(std::span<const std::uint8_t> reply, std::uint16_t id);

}  // namespace avahid::unicast
