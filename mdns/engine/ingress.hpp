// mdns/engine/ingress.hpp: which datagrams are accepted, and what kind each is.
// RFC 6762 §6 (source port, unsolicited unicast), §11 (on-link sources), §18 (opcode, rcode).
#pragma once

#include "mdns/engine/room.hpp"

namespace mdns::engine {

enum class Kind {
    query,   // from port 5353: an answer may be multicast
    legacy,  // from another port: a conventional DNS reply (§6.7)
    response,
    // the rest has no effect but to be counted
    bad_header,
    bad_port,
    off_link,
    unsolicited,
};

/// §11: is this address in a subnet of the link? Link-local addresses always are.
bool on_link(const LinkInfo& info, const Address& address);
bool own_address(const LinkInfo& info, const Address& address);

Kind classify(const Room& room, Instant now, const Source& source, const wire::Message& message);

/// §6: a query with a record in its Authority section that answers one of its questions; this one.
bool is_probe(const wire::Message& query, const wire::Question& question);
bool is_probe(const wire::Message& query);

}  // namespace mdns::engine
